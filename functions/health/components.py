"""`GET /health`: what can be reached from here and how fast.

It answers 200 as long as it answers: a page that is down still chats, and says so. Whoever wants an alarm reads
`status`; whoever calls every few seconds calls `/health/live`, which wakes no database.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from functions.dependencies.allowances import look_at_health
from functions.dependencies.book import OpenBook
from functions.dependencies.database import Db
from functions.dependencies.queue import outbox_queue
from shared.answering.turn.parallel import in_background
from shared.app import build_handler
from shared.db import Statement
from shared.deadline import within
from shared.errors import AppError
from shared.model.reaching import Reachable
from shared.observability import VERSION, log
from shared.outbox.queue import Queue, QueueUnavailable
from shared.settings.answers import ModelAddressSettings
from shared.web import APIRouter, Depends

if TYPE_CHECKING:
    from collections.abc import Callable

router = APIRouter(dependencies=[Depends(look_at_health)])

SECONDS = 0.9
"""The longest that a probe waits, so that the whole answer takes under a second in an outage."""

PROBE = Statement("select 1")


class Component(BaseModel):
    """One thing that we depend on."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    status: Literal["ok", "down", "off"] = Field(description="`off`: not part of this deployment")
    latency_ms: float | None = Field(default=None, description="How long the probe took")


class OutboxComponent(Component):
    """The queue of turns that could not be stored."""

    depth: int | None = Field(default=None, description="How many turns wait to be stored, approximately")


class Components(BaseModel):
    """Everything that we depend on."""

    database: Component
    retrieval: Component
    model: Component = Field(
        default=Component(status="off"), description="Whether it can be reached; nothing is asked that costs"
    )
    outbox: OutboxComponent = OutboxComponent(status="off")


class Health(BaseModel):
    """`ok`: everything is there; `degraded`: answers lack something; `down`: nothing can be reached."""

    status: Literal["ok", "degraded", "down"]
    version: str = Field(default=VERSION, description="Which version of the software answers")
    components: Components


@router.get("/health", response_model_exclude_none=True)
async def components(db: Db, book: OpenBook) -> Health:
    """Try everything at once."""
    with (
        within(SECONDS),
        in_background(lambda: probed("retrieval", lambda: book.search("ready?", limit=1))) as retrieval,
        in_background(lambda: probed_outbox(outbox_queue())) as outbox,
        in_background(lambda: probed_model(_model())) as model,
    ):
        stored = probed("database", lambda: db.run(PROBE, idempotent=True))
    found = Components(database=stored, retrieval=retrieval.result(), model=model.result(), outbox=outbox.result())
    return Health(status=_overall(found), components=found)


def _overall(components: Components) -> Literal["ok", "degraded", "down"]:
    needed = (components.database.status, components.retrieval.status)
    if needed.count("down") == len(needed):
        return "down"
    return "degraded" if "down" in (*needed, components.model.status, components.outbox.status) else "ok"


def probed(name: str, probe: Callable[[], object]) -> Component:
    """How the probe went. A failure is logged here, and told without a reason."""
    began = time.perf_counter()
    status: Literal["ok", "down"] = "ok"
    try:
        probe()
    except (AppError, QueueUnavailable) as error:
        status = "down"
        log.warning("%s is down", name, exc_info=error)
    return Component(status=status, latency_ms=round((time.perf_counter() - began) * 1000, 1))


@cache
def _model() -> Reachable | None:
    settings = ModelAddressSettings.read()
    addresses = [each for each in (settings.url, settings.fallback_url) if each]
    return Reachable(addresses) if addresses else None


def probed_model(model: Reachable | None) -> Component:
    """How the model is, if there is one."""
    return Component(status="off") if model is None else probed("model", model.check)


def probed_outbox(queue: Queue | None) -> OutboxComponent:
    """How the queue is, and how long."""
    if queue is None:
        return OutboxComponent(status="off")
    queue.prepare()  # takes half a second once a container, and is no part of the latency
    found: list[int] = []
    probe = probed("outbox", lambda: found.append(queue.depth()))
    return OutboxComponent(status=probe.status, latency_ms=probe.latency_ms, depth=next(iter(found), None))


handler = build_handler(router)
