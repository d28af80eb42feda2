"""`GET /api/owner/…`: what readers ask, put together where it is the same, how much, and what answers come from."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from functions.dependencies.book import OpenBook
from functions.owner import page as page_files
from functions.owner.wire import Days, ModelPrices, OwnersDesk, OwnersRoute, period_of
from functions.wire import Json, Time
from shared.app import build_handler
from shared.clock import now, timestamp
from shared.insight.ingestions import Ingestion, read_ingestions
from shared.insight.models import Chosen, Day, Group, Prices, Show, Told
from shared.insight.tables import as_csv
from shared.web import APIRouter, Header, Path, Query, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(route_class=OwnersRoute)

CSV: Final = "text/csv"
COLUMNS: Final = ("question", "page", "count", "readers", "last_at", "refused", "rated_down", "reasons")
BOTH: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {CSV: {}}}}

Cursor = Annotated[
    str | None,
    StringConstraints(pattern=r"^[0-9]{13}-[0-9]{1,5}$"),
    Query(description="`nextCursor` of the page before; none for the first"),
]
Language = Annotated[
    str | None, StringConstraints(pattern=r"^[a-z]{2,3}$"), Query(description="That readers were spoken to in")
]
Page = Annotated[str | None, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$"), Query()]


class AskedQuestion(Json):
    """Questions that ask the same."""

    question: str | None = Field(description="One of them; null with `show=pages`")
    page: str | None = Field(description="Path of the page where it was asked last, if pages were told")
    count: int
    readers: int = Field(description="Different ones, at least")
    last_at: Time
    refused: int = Field(description="How often the book did not answer")
    rated_down: int
    reasons: list[str] = Field(description="What readers said with it")


class Questions(Json):
    """Most asked first."""

    questions: list[AskedQuestion]
    fewest_readers: int = Field(description="What fewer readers asked is not shown")
    next_cursor: str | None


@router.get("/api/owner/questions", response_model=Questions, responses=BOTH)
async def questions(  # noqa: PLR0913, PLR0917 (filters)
    desk: OwnersDesk,
    show: Annotated[Show, Query(description="`pages` counts the questions of each page")] = "unanswered",
    days: Days = 30,
    language: Language = None,
    page: Page = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Cursor = None,
    format: Annotated[Literal["json", "csv"] | None, Query()] = None,  # noqa: A002 (its name in the address)
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:  # noqa: ANN401 (JSON or CSV)
    """For owners of the site alone; CSV, with `Accept: text/csv` too, holds all of them."""
    until, at = _place(cursor)
    period = period_of(days, until)
    chosen = Chosen(show, language, page)
    if format == "csv" or (format is None and accept.startswith(CSV)):
        return _table(desk.questions(period, chosen).part, f"questions-{period.until:%Y-%m-%d}.csv")
    found = desk.questions(period, chosen, slice(at, at + limit))
    further = f"{round(period.until.timestamp() * 1000)}-{at + limit}" if at + limit < found.all else None
    return Questions(questions=[*map(_question, found.part)], fewest_readers=desk.fewest, next_cursor=further)


def _place(cursor: str | None) -> tuple[datetime | None, int]:
    """Until when was looked at first, and how many of those groups were given."""
    if cursor is None:
        return None, 0
    until, _, at = cursor.partition("-")
    return datetime.fromtimestamp(int(until) / 1000, UTC), int(at)


def _question(group: Group) -> AskedQuestion:
    return AskedQuestion(
        question=group.text,
        page=group.page,
        count=group.times,
        readers=group.readers,
        last_at=group.last,
        refused=group.refused,
        rated_down=group.down,
        reasons=[*group.reasons],
    )


def _table(found: list[Group], name: str) -> Response:
    rows = [
        (e.text or "", e.page or "", e.times, e.readers, timestamp(e.last), e.refused, e.down, " | ".join(e.reasons))
        for e in found
    ]
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(as_csv(COLUMNS, rows), media_type=f"{CSV}; charset=utf-8", headers=headers)


REFUSED = "refused"


class Counted(Json):
    """What was asked in some time."""

    questions: int
    readers: int
    modes: dict[str, int] = Field(description="Answers by how they came about")
    refused_share: float = Field(description="Of the questions, 0 to 1")
    tokens: int = Field(description="Of the model, for guests' questions too, as the day's limits count them")
    tokens_read: int | None = Field(description="That it read, as far as answers told; null where none did")
    tokens_written: int | None = Field(description="That it wrote, likewise")
    cost: float | None = Field(description="Of both, in the currency of the owner's prices; null without prices")


class CountedDay(Counted):
    """The same of a day."""

    day: str = Field(description="By UTC, `2026-11-22`")


class Usage(Json):
    """Readers who are signed in, without what is temporary and without greetings."""

    total: Counted
    days: list[CountedDay]


@router.get("/api/owner/usage")
async def usage(desk: OwnersDesk, prices: ModelPrices, days: Days = 30) -> Usage:
    """For owners of the site alone; days on which nobody asked are left out, also of a model."""
    found = desk.usage(period_of(days))
    modes = sum((Counter(each.modes) for each in found.days), Counter[str]())
    total = _counted(found.readers, modes, sum(each.tokens for each in found.days), found.told, prices)
    return Usage(total=Counted.model_validate(total), days=[_of_day(each, prices) for each in found.days])


def _of_day(day: Day, prices: Prices | None) -> CountedDay:
    counted = _counted(day.readers, day.modes, day.tokens, day.told, prices)
    return CountedDay.model_validate({"day": day.day.isoformat(), **counted})


def _counted(
    readers: int, modes: Mapping[str, int], tokens: int, told: Told | None, prices: Prices | None
) -> dict[str, Any]:
    questions = sum(modes.values())
    return {
        "questions": questions,
        "readers": readers,
        "modes": dict(modes),
        "refused_share": round(modes.get(REFUSED, 0) / questions, 4) if questions else 0.0,
        "tokens": tokens,
        "tokens_read": told.read if told else None,
        "tokens_written": told.written if told else None,
        "cost": prices.cost(told) if prices and told else None,
    }


class IngestedSite(Json):
    """What the last ingestion of a site brought."""

    site: str
    pages: int
    passages: int
    ingested_at: Time
    age_seconds: int = Field(ge=0)
    version: str = Field(description="Of what its pages say; the same as long as they say the same")


class Passages(Json):
    """Of all sites together, and of each."""

    pages: int
    passages: int
    sites: list[IngestedSite]


@router.get("/api/owner/passages")
async def passages(desk: OwnersDesk, book: OpenBook) -> Passages:
    """For owners of the site alone; of sites that were ingested before this was kept, nothing is known."""
    desk.admit("passages")
    found = read_ingestions(book)
    return Passages(
        pages=sum(each.pages for each in found),
        passages=sum(each.passages for each in found),
        sites=[*map(_site, found)],
    )


def _site(ingestion: Ingestion) -> IngestedSite:
    age = max(0, round((now() - ingestion.at).total_seconds()))
    return IngestedSite(
        site=ingestion.site,
        pages=ingestion.pages,
        passages=ingestion.passages,
        ingested_at=ingestion.at,
        age_seconds=age,
        version=ingestion.version,
    )


Tags = Annotated[str, Header(alias="if-none-match", include_in_schema=False)]


@router.get("/owner", response_class=Response)
async def page(if_none_match: Tags = "") -> Response:
    """Give the page of the owner's desk, which asks who looks; everybody may read it."""
    return page_files.file(page_files.DOCUMENT, if_none_match)


@router.get("/owner/{file}", response_class=Response)
async def part_of_page(file: Annotated[str, Path()], if_none_match: Tags = "") -> Response:
    """Give a file that the page names."""
    return page_files.file(file, if_none_match)


handler = build_handler(router)
