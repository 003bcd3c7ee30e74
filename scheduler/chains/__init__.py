"""Exact planning of chains: what stands between the problem table and the compiled kernels."""
