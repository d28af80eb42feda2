"""Conversations and messages: stored, listed, opened, deleted; each for its owner alone."""
