"""What the owner of the site may see of what is asked: texts and counts, never people (specs/insight.md)."""
