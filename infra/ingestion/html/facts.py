"""What choosing among a site's files takes: a little of each file, while its content waits on disk."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from infra.ingestion.form import FOLDED, Heading
from infra.ingestion.html.document import joined
from shared.retrieval.blocks import Code
from shared.retrieval.markdown import one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infra.ingestion.form import Content
    from infra.ingestion.html.document import Document

_TELLING: Final = 20
"""Characters of the shortest text by which pages are compared."""


@dataclass(slots=True, eq=False)
class Facts:
    """A file.

    Attributes:
        file: Below the folder, with slashes.
        reason: Why it is no page that readers search; empty if it is one.
        is_broken: It could not be read; what is stored of it stays.
        final: The address that a server gave it; empty for a file on disk.
        address: Where readers find it.
        path: That of the address.
        texts: Marks of its texts, code apart.
        outline: Of its headings.
        whole: Of all of it.
        place: Of its content on disk.
    """

    file: str
    reason: str = ""
    is_broken: bool = False
    final: str = ""
    canonical: str = ""
    base: str = ""
    address: str = ""
    path: str = ""
    title: str = ""
    tab: str = ""
    language: str = ""
    version: str = ""
    alternates: Mapping[str, str] = field(default_factory=dict[str, str])
    is_marked: bool = False
    is_scripted: bool = False
    is_empty: bool = True
    is_unlinked: bool = False
    is_released: bool = True
    has_code: bool = False
    link_share: float = 0.0
    texts: frozenset[int] = frozenset()
    outline: int = 0
    whole: int = 0
    place: int = -1


class Links:
    """How often the files of a site link to each address, each file to others."""

    def __init__(self) -> None:
        self.relative: Counter[str] = Counter()
        self.absolute: Counter[str] = Counter()

    def add(self, file: str, links: Sequence[str] | set[str]) -> None:
        """Count the links of a file."""
        own = {f"/{form}" for form in forms(file)}
        for link in links:
            target = joined(f"/{file}", link)
            counter = self.absolute if link.startswith("/") else self.relative
            if target and target not in own and not link.startswith(("http://", "https://")):
                counter[target] += 1


class Waiting:
    """Contents on disk, so that a large site takes no more memory than a small one."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the reading does)

    def put(self, content: Sequence[Content], ids: set[str]) -> int:
        """Write a page's content and all of its ids; gives their place."""
        place = self._file.seek(0, 2)
        pickle.dump((list(content), ids), self._file, pickle.HIGHEST_PROTOCOL)
        return place

    def get(self, place: int) -> tuple[list[Content], set[str]]:
        """Read a page's content and its ids."""
        self._file.seek(place)
        return pickle.load(self._file)  # noqa: S301 (our own file, which nobody else can open)

    def close(self) -> None:
        """Give the disk back."""
        self._file.close()


def facts_of(file: str, document: Document) -> Facts:
    """Keep of a file what choosing takes."""
    content = document.content
    blocks = [each for each in content if not isinstance(each, Heading)]
    prose = (one(each) for each in blocks if not isinstance(each, Code))
    outline = [each.text for each in content if isinstance(each, Heading)]
    return Facts(
        file,
        reason=document.reason,
        canonical=document.canonical,
        base=document.base,
        title=document.title,
        tab=document.tab,
        language=document.language,
        version=document.version,
        alternates=document.alternates,
        is_marked=document.is_marked,
        is_scripted=document.is_scripted,
        is_empty=not blocks,
        is_unlinked=_is_unlinked(content),
        has_code=any(isinstance(each, Code) for each in blocks),
        link_share=document.link_share,
        texts=frozenset(_mark(text) for text in prose if len(text) > _TELLING),
        outline=_mark("\n".join(outline)) if outline else 0,
        whole=_mark(repr(content)),
    )


def forms(file: str) -> list[str]:
    """The addresses that servers give a file, the one that readers see most often first."""
    stem = file.removesuffix(".html").removesuffix(".htm")
    if stem == "index" or stem.endswith("/index"):
        folder = stem.removesuffix("index")
        return [folder, folder.rstrip("/"), file] if folder else ["", file]
    return [file, stem, f"{stem}/"]


def _is_unlinked(content: Sequence[Content]) -> bool:
    """It has headings below its title, and none of them can be linked to."""
    below = [each for each in content if isinstance(each, Heading) and each.level > 1]
    # what is folded has hardly ever a link of its own
    return any(each.level < FOLDED for each in below) and not any(each.anchor for each in below)


def _mark(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
