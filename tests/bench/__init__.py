"""Measurements: `make bench-...`; their results lie in results/."""
