"""Parameters of a core's laws from measured rows, and how sure they are."""
