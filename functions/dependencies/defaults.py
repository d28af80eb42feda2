"""Whether accounts behave safer than a Better Auth server would unless told otherwise."""

from __future__ import annotations

from typing import Annotated

from shared.settings import DefaultsSettings
from shared.web import Depends


async def safer_defaults() -> bool:
    """Whether they do in this deployment."""
    return DefaultsSettings.read().defaults == "safer"


Safer = Annotated[bool, Depends(safer_defaults)]
