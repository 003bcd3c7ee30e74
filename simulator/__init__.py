"""Workloads, the reference engine, traces and metrics."""
