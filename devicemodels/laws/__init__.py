"""How long work takes on each class of core, one law a file."""
