"""The owner's desk: each look is one round trip, in which the database itself decides whether who looks is an owner."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from shared.db import Json, Statement
from shared.errors import NotFound
from shared.insight import queries
from shared.insight.grouping import EVERYTHING, REASONS, shown
from shared.insight.masking import masked, masked_page
from shared.insight.models import Day, Group, Groups, Period, Told, Usage
from shared.observability import log, name_user
from shared.record import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shared.auth.identifiers import Pseudonyms
    from shared.db import Database
    from shared.insight.models import Chosen

What = Literal["questions", "usage", "passages", "nothing"]

MOST_WORDINGS: Final = 2000
"""Wordings that leave the database: what was asked less often than all of them is not seen."""

NOWHERE: Final = Period(datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(0, UTC))


@record
class Desk:
    """Somebody with a session, who may be an owner.

    Attributes:
        db: For everybody alike: what it gives, it gives to owners.
        token: Of the session.
        owners: Addresses of this deployment's owners.
        fewest: Readers that must have asked something before it is shown.
        guests: Whether what guests asked is among it; else nobody reads it.
        pseudonyms: What the log calls who looks.
    """

    db: Database
    token: str
    owners: tuple[str, ...]
    fewest: int
    guests: bool
    pseudonyms: Pseudonyms

    def admit(self, what: What = "nothing") -> None:
        """Let owners through.

        Raises:
            NotFound: It is none: for everybody else nothing is here.
        """
        self._look(what, NOWHERE, {})

    def questions(self, period: Period, chosen: Chosen, part: slice = EVERYTHING) -> Groups:
        """Groups of questions, most asked first, with what could tell of a reader masked.

        Raises:
            NotFound: As above.
        """
        return groups_of(
            self._look("questions", period, wanted(chosen, self.fewest, guests=self.guests)), self.fewest, part
        )

    def usage(self, period: Period) -> Usage:
        """How much was asked.

        Raises:
            NotFound: As above.
        """
        return usage_of(self._look("usage", period, {"guests": self.guests, "told": True}))

    def _look(self, what: What, period: Period, chosen: Mapping[str, object]) -> Any:  # noqa: ANN401 (JSON)
        look = (self.token, list(self.owners), what, period.since, period.until, Json(dict(chosen)))
        [rows] = self.db.run(Statement(queries.LOOK, look), idempotent=True)
        seen = rows.values[0][0]
        if seen is None:
            log.warning("the owner's desk was asked for by somebody else", security="owner_desk_refused", desk=what)
            raise NotFound("Not Found")
        name_user(self.pseudonyms.of_user(seen["looker"]))
        log.info("the owner's desk was looked at", security="owner_desk", desk=what)
        return seen["found"]


def wanted(chosen: Chosen, fewest: int, *, guests: bool) -> Mapping[str, object]:
    """The same as the database takes it."""
    return asdict(chosen) | {"most": MOST_WORDINGS, "readers": fewest, "guests": guests, "columns": True}


def groups_of(found: Iterable[list[Any]], fewest: int, part: slice = EVERYTHING) -> Groups:
    """What `owner_questions_by_column` gives, as an owner may see it."""
    together = shown(map(_group, zip(*found, strict=True)), fewest, part)
    return Groups([_masked(each) for each in together.part], together.all)


def usage_of(found: tuple[int, list[Any]]) -> Usage:
    """What `owner_usage_and_tokens` gives."""
    readers, days = found
    return Usage(readers, tuple(_day(*each) for each in days))


def _group(row: tuple[Any, ...]) -> Group:
    text, page, times, readers, last, refused, down, some_readers, comments = row
    reasons = tuple(comments or ())[:REASONS]
    at = datetime.fromtimestamp(float(last), UTC)
    return Group(text, page, times, readers, at, refused, down, reasons, frozenset(some_readers))


def _masked(group: Group) -> Group:
    return Group(
        masked(group.text) if group.text is not None else None,
        masked_page(group.page) if group.page is not None else None,
        *(group.times, group.readers, group.last, group.refused, group.down),
        tuple(masked(each) for each in group.reasons),
        group.some_readers,
    )


def _day(  # noqa: PLR0913, PLR0917 (a row)
    day: str, questions: int, readers: int, modes: dict[str, int], tokens: int, read: int | None, written: int | None
) -> Day:
    told = None if read is None or written is None else Told(read, written)
    return Day(date.fromisoformat(day), questions, readers, modes, tokens, told)
