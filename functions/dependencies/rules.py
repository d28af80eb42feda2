"""The rules of authentication."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from shared.auth.identity.rules import AuthRules
from shared.settings.accounts import AuthSettings
from shared.web import Depends


async def auth_rules() -> AuthRules:
    """The container's rules of authentication."""
    return _auth_rules()


@cache
def _auth_rules() -> AuthRules:
    return AuthRules.of(AuthSettings.read())


Rules = Annotated[AuthRules, Depends(auth_rules)]
