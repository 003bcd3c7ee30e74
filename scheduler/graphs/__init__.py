"""Graphs of tasks on shared resources: placed, ordered, timed, and checked independently."""
