"""What answers are worth: `make bench-answers`."""
