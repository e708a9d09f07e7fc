"""Benchmarks: what the product does, as a ratio to what the same machine could do at most."""
