"""Task graphs, problems, plans, and the algorithms that turn the one into the other."""
