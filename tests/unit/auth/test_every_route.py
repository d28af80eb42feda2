"""What holds for every route under /api/auth, those that are yet to be written included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from functions.dependencies.counts import counted_here
from functions.dependencies.limits import limited_database
from shared.auth.requests.errors import BetterAuthRoute
from tests.unit.auth.every_route import asked_for, auth_routes

if TYPE_CHECKING:
    from fastapi.routing import APIRoute

COUNTED_IN_THE_CONTAINER_ALONE: Final = {
    "/api/auth/ok": "asks no database, and tells nothing that a flood could be after",
    "/api/auth/error": "asks no database: it is a redirect",
    "/api/auth": "asks no database: there is nothing",
    "/api/auth/{proxy:path}": "asks no database: there is nothing",
}


@pytest.mark.parametrize("route", auth_routes(), ids=lambda route: f"{'/'.join(sorted(route.methods))} {route.path}")
def test_its_requests_are_counted_and_its_errors_are_those_of_better_auth(route: APIRoute) -> None:
    here_alone = route.path in COUNTED_IN_THE_CONTAINER_ALONE
    assert asked_for(route.dependant) >= {counted_here if here_alone else limited_database}
    assert isinstance(route, BetterAuthRoute)


def test_whatever_is_counted_in_the_container_alone_is_a_route() -> None:
    assert {route.path for route in auth_routes()} >= COUNTED_IN_THE_CONTAINER_ALONE.keys()
