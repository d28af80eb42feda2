"""Who sits at the owner's desk, and what its routes have in common: an answer to owners, and nothing here to others."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from functions.dependencies.allowances import LooksAtTheDesk, take
from functions.dependencies.callers import SessionToken
from functions.dependencies.database import Db
from functions.dependencies.rules import Rules
from shared.clock import now
from shared.errors import NotFound, TooManyRequests
from shared.insight.desk import Desk
from shared.insight.models import Period, Prices
from shared.settings.site import OwnerSettings
from shared.web import APIRoute, Depends, Query, Request, RequestValidationError, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import datetime

Days = Annotated[int, Query(ge=1, le=366, description="How many days back")]


async def owner_settings() -> OwnerSettings:
    """The container's settings of the desk."""
    return _owner_settings()


@cache
def _owner_settings() -> OwnerSettings:
    return OwnerSettings.read()


Settings = Annotated[OwnerSettings, Depends(owner_settings)]


async def prices(settings: Settings) -> Prices | None:
    """What tokens cost the owner, where they say so."""
    return Prices.of(settings.input_price, settings.output_price)


ModelPrices = Annotated[Prices | None, Depends(prices)]


async def desk(
    request: Request, opened: Db, rules: Rules, token: SessionToken, settings: Settings, allowances: LooksAtTheDesk
) -> Desk:
    """The desk, for somebody with a session; each look at it asks whether they are an owner.

    Raises:
        NotFound: There is no token of this deployment's; nothing is asked of the database then.
        TooManyRequests: It is one look too many for now; nobody but owners is told.
    """
    if token is None:
        raise NotFound("Not Found")
    request.state.desk = Desk(
        opened, token, settings.owners, settings.fewest, settings.sees_guests == "on", rules.pseudonyms
    )
    try:
        take(request, allowances)
    except TooManyRequests:
        request.state.desk.admit()
        raise
    return request.state.desk


OwnersDesk = Annotated[Desk, Depends(desk)]


class OwnersRoute(APIRoute):
    """What is wrong with a request, owners alone are told."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's, with everybody else sent away first."""
        answer = super().get_route_handler()

        async def answer_owners(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError:
                request.state.desk.admit()
                raise

        return answer_owners


def period_of(days: int, until: datetime | None = None) -> Period:
    """So many days until then, or until now."""
    end = until or now()
    return Period(end - timedelta(days=days), end)
