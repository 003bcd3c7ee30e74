"""Placements that change mode a few times only: all of them priced at once, the best picked."""
