"""Searching the book without a chat."""
