"""What does not vary: round trips, statements and bytes of each request, held to specs/budgets.md."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.docs.prose import table_rows
from tests.integration.budgets.readers import CALLS, Reader

if TYPE_CHECKING:
    from tests.integration.budgets.conftest import Connection, Site, Spent

HEADING = "## Requests"
BYTES_TOLERANCE = 0.05
PATIENCE_SECONDS = 120.0

BUDGETS = {row[0].strip("`"): [int(cell) for cell in row[1:]] for row in table_rows("specs/budgets.md", HEADING)}
"""Request -> round trips, statements, bytes to and from the database over HTTP, the same through PgBouncer."""


def test_the_table_has_the_requests_that_are_measured() -> None:
    assert list(BUDGETS) == list(CALLS)


def spent_at_once(site: Site, owner: Connection, name: str) -> Spent:
    """What the request costs where the database answers soon, as this machine lets it now or a little later."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        reader = Reader()
        reader.settle(owner)
        spent = site.spent(reader.asks(CALLS[name](reader), of_model="by a model" in name), reader.address)
        if not spent.looked_after or time.monotonic() > ends_at:
            return spent


@pytest.mark.parametrize("name", CALLS)
def test_a_request_costs_what_its_budget_says(site: Site, owner: Connection, name: str) -> None:
    spent = spent_at_once(site, owner, name)

    flights, statements, *sizes = BUDGETS[name]
    sent, received = sizes[:2] if site.transport == "http" else sizes[2:]
    assert (spent.flights, spent.statements) == (flights, statements), spent
    assert spent.sent == pytest.approx(sent, rel=BYTES_TOLERANCE), spent
    assert spent.received == pytest.approx(received, rel=BYTES_TOLERANCE), spent
