"""Where to gate, how narrow to send, how hard to train for it: a search with the planner in it."""
