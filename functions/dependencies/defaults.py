"""Where accounts behave safer than a Better Auth server would unless told otherwise."""

from __future__ import annotations

from typing import Annotated

from shared.settings.accounts import DefaultsSettings
from shared.web import Depends


async def account_defaults() -> DefaultsSettings:
    """All that the deployment says of it."""
    return DefaultsSettings.read()


Defaults = Annotated[DefaultsSettings, Depends(account_defaults)]


async def safer_defaults(defaults: Defaults) -> bool:
    """Whether they do in this deployment."""
    return defaults.safer


Safer = Annotated[bool, Depends(safer_defaults)]
