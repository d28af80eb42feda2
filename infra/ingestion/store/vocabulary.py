"""The book's words, counted for readers who mistype them; one point beside the passages."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from shared.retrieval.blocks import FORM
from shared.retrieval.lexical import COMPOUND, STEMS, STOP_WORDS, as_one, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from infra.ingestion.store.places import Places

LARGEST: Final = 300_000
"""Bytes of the payload; what does not fit is left out, the rarest and longest first."""
ENVELOPE: Final = 4_000
"""Bytes left for the payload's other fields and the numbers in it."""
MOST_COMPOUNDS: Final = 1_000
"""The commonest; of a book with more the others are found by their parts alone, as they are written."""


def vocabulary(texts: Iterable[str], places: Places | None = None) -> dict[str, Any]:
    """The payload: every stem with the endings of its words, by the number of texts that hold it.

    Args:
        texts: Of all passages.
        places: That are known when all of them have been read.
    """
    holding: Counter[str] = Counter()
    spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
    compounds: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        compounds.update({each.casefold() for each in COMPOUND.findall(text)})
        found = [(stem(word), word) for word in set(words(text)) if word not in STOP_WORDS]
        holding.update({base for base, _ in found})
        for base, word in found:
            spelled[base][word] += 1
    written = " ".join(_written(compounds, holding))
    entries, complete = _fitting(holding, spelled, LARGEST - ENVELOPE - len(written))
    where = places.found() if places else {}
    counted = {"form": FORM, "stems": STEMS, "passages": total}
    content = counted | {"complete": complete, "words": entries, "places": where, "compounds": written}
    return content | {"version": hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]}


def _written(compounds: Counter[str], holding: Counter[str]) -> Iterator[str]:
    """Compounds that the book never writes as one word, which readers may; the commonest, which counts, is last."""
    common = sorted(compounds.items(), key=lambda each: (-each[1], each[0]))
    yield from reversed([each for each, _ in common if as_one(each) not in holding][:MOST_COMPOUNDS])


def _fitting(holding: Counter[str], spelled: dict[str, Counter[str]], left: int) -> tuple[dict[str, str], bool]:
    by_count: defaultdict[str, list[str]] = defaultdict(list)
    for base, count in sorted(holding.items(), key=lambda each: (-each[1], len(each[0]), each[0])):
        forms = sorted(spelled[base].items(), key=lambda each: (-each[1], each[0]))
        entry = f"{base}.{','.join(word[len(base) :] for word, _ in forms)}"
        left -= len(entry.encode()) + 1
        if left < 0:
            break
        by_count[str(count)].append(entry)
    return {count: " ".join(each) for count, each in by_count.items()}, left >= 0
