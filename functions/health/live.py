"""`GET /health/live`: the process answers. It touches nothing, so a monitor may call it as often as it likes."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from shared.app import build_handler
from shared.web import APIRouter

router = APIRouter()


class Alive(BaseModel):
    """That this was answered is all there is to say."""

    status: Literal["ok"] = "ok"


@router.get("/health/live")
async def live() -> Alive:
    """Whether the process answers at all."""
    return Alive()


handler = build_handler(router)
