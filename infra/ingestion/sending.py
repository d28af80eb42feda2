"""Sends to Qdrant what differs: into the collection that answers, or into a new one that takes its place."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from infra.ingestion.passages.pages import Passage
    from infra.ingestion.progress import Show
    from infra.ingestion.reading import Reading
    from infra.ingestion.store.index import PassageIndex
    from infra.ingestion.store.outgoing import Outgoing
    from infra.ingestion.store.points import Stored

BATCH: Final = 64
IN_FLIGHT: Final = 2
"""Requests at once: while the store embeds one, the next is on its way, and both processors have work."""


class Sender:
    """Sends one reading; counts what did not have to be embedded again."""

    def __init__(self, index: PassageIndex, reading: Reading, show: Show) -> None:
        self._index, self._reading, self._show = index, reading, show
        # what is said elsewhere, or was until now, has its vectors already
        self._by_content = {known.content: each for each, known in reading.stored.items()} if reading.added else {}
        self.moved = 0

    def update(self) -> None:
        """Change the collection that answers. Deletes last: what stops in between leaves too much, never too little."""
        self._embed({})
        for batch in self._reading.refreshed.batches(BATCH):
            self._index.describe(batch)
        gone = self._reading.gone()
        if gone:
            self._index.delete(gone)

    def replace(self) -> None:
        """Fill a new collection with all that stays and all that is new; the old one answers meanwhile."""
        there = self._index.begin_anew()
        gone = set(self._reading.gone())
        new = _ids(self._reading.embedded) | _ids(self._reading.refreshed)
        expected = self._reading.ids | (self._reading.stored.keys() - gone)
        self._show.begin("copied", self._index.count_to_take_over())
        for ids in self._index.take_over(gone | new, there):
            expected |= ids - gone
            self._show.step(len(ids))
        self._embed(there)
        for batch in self._reading.refreshed.batches(BATCH):
            self._index.put(self._index.copy({each.id: each for each in batch}))
        self._index.delete([each for each in there if each not in expected])
        self._index.answer_anew(len(expected))

    def _embed(self, there: Mapping[str, Stored]) -> None:
        outgoing = self._reading.embedded
        if len(outgoing):
            self._show.begin("passages", len(outgoing))
        for sent, moved in _side_by_side(lambda batch: self._send(batch, there), outgoing.batches(BATCH)):
            self.moved += moved
            self._show.step(sent)

    def _send(self, batch: Sequence[Passage], there: Mapping[str, Stored]) -> tuple[int, int]:
        """How many were sent, and how many of them had vectors already."""
        wanted = [each for each in batch if there.get(each.id) != self._reading.compared(each)]
        known = {self._by_content.get(self._reading.compared(each).content, ""): each for each in wanted}
        known.pop("", None)
        missing = self._index.copy(known)
        had = {each.id for each in known.values()} - {each.id for each in missing}
        self._index.put([each for each in wanted if each.id not in had])
        return len(batch), len(had)


def _ids(outgoing: Outgoing) -> set[str]:
    return {each.id for batch in outgoing.batches(BATCH) for each in batch}


def _side_by_side(
    work: Callable[[list[Passage]], tuple[int, int]], batches: Iterable[list[Passage]]
) -> Iterator[tuple[int, int]]:
    """A few batches at once, and no more of them in memory."""
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        waiting: deque[Future[tuple[int, int]]] = deque()
        for batch in batches:
            waiting.append(pool.submit(work, batch))
            if len(waiting) >= IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
