"""How cores rest: policies, and what a stay in idle states comes to."""
