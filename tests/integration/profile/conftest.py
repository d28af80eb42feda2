"""The routes of accounts, and people to go with them."""

from __future__ import annotations

from tests.integration.auth.conftest import cookie, email, opened, owner, routes

__all__ = ["cookie", "email", "opened", "owner", "routes"]
