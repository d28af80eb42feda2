"""Questions that a reader may ask."""
