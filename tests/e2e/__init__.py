"""The demo page in a real browser, against the whole platform."""
