"""Answers that a model writes, of which nothing is shown that its sources do not hold."""
