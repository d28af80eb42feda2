"""How much one address may ask of the routes that need no account."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from shared.allowance import GUESTS_VOTES, LOOKS_AT_HEALTH, LOOKS_AT_THE_DESK, QUESTIONS, Allowance, Allowances
from shared.auth.addresses import normalised_ip
from shared.settings.accounts import LimitSettings
from shared.web import Depends, Request


async def questions() -> Allowances | None:
    """What the container has counted of questions; None where all readers seem to have one address."""
    return _allowances(QUESTIONS)


async def guests_votes() -> Allowances | None:
    """The same of guests' opinions on answers."""
    return _allowances(GUESTS_VOTES)


async def looks_at_health() -> Allowances | None:
    """The same of what asks all that we depend on."""
    return _allowances(LOOKS_AT_HEALTH)


async def looks_at_the_desk() -> Allowances | None:
    """The same of looks at the owner's desk."""
    return _allowances(LOOKS_AT_THE_DESK)


@cache
def _allowances(allowance: Allowance) -> Allowances | None:
    return Allowances(allowance) if LimitSettings.read().rate_limits == "on" else None


Questions = Annotated[Allowances | None, Depends(questions)]
GuestsVotes = Annotated[Allowances | None, Depends(guests_votes)]
LooksAtHealth = Annotated[Allowances | None, Depends(looks_at_health)]
LooksAtTheDesk = Annotated[Allowances | None, Depends(looks_at_the_desk)]


async def ask_a_question(request: Request, allowances: Questions) -> None:
    """Take a question from what the address may ask.

    Raises:
        TooManyRequests: It is one too many for now.
    """
    take(request, allowances)


async def look_at_health(request: Request, allowances: LooksAtHealth) -> None:
    """Take a look from what the address may ask.

    Raises:
        TooManyRequests: It is one too many for now.
    """
    take(request, allowances)


def take(request: Request, allowances: Allowances | None) -> None:
    """Take one request from what the address may ask.

    Raises:
        TooManyRequests: It is one too many for now.
    """
    if allowances is not None:
        allowances.take(normalised_ip(request.client.host if request.client else None))
