"""Answers in the book's own words: whole units of the best sections, and a line that answers where there is one."""
