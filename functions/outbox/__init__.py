"""Turns of an outage, stored later."""
