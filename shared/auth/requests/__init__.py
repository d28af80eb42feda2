"""Requests to /api/auth: how they are read, checked, documented and refused."""
