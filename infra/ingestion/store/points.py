"""Passages and files as points of Qdrant, and what of them is compared."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

from qdrant_client import models

from infra.ingestion.store.generations import BM25, DENSE, SPARSE
from shared.retrieval.blocks import FORM
from shared.retrieval.queries import worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.ingestion.passages.pages import Passage

AVERAGE_LENGTH: Final = 65
"""Words that count in an average passage (measured on three sites: 58 to 70); BM25 weighs a longer one less."""
COMPARED: Final = ("path", "content_hash", "details_hash")


@dataclass(frozen=True, slots=True)
class Stored:
    """What is compared of a passage in Qdrant.

    Attributes:
        path: The page's.
        content: Hash of the text that its vectors were made from.
        details: Hash of everything else.
    """

    path: str
    content: bytes
    details: bytes


@dataclass(frozen=True, slots=True)
class Points:
    """Makes points of passages.

    Attributes:
        model: The dense model.
        ingestion: Names this run.
    """

    model: str
    ingestion: str

    def new(self, passage: Passage) -> models.PointStruct:
        """Give the point of a passage whose vectors are to be made."""
        text = passage.embedded_text
        vectors: dict[str, Any] = {
            DENSE: models.Document(text=worded(self.model, text, "passage"), model=self.model),
            SPARSE: models.Document(text=text, model=BM25, options={"avg_len": AVERAGE_LENGTH}),
        }
        return point(passage.id, vectors, self.payload(passage))

    def payload(self, passage: Passage) -> dict[str, Any]:
        """Give what is stored of a passage beside its vectors."""
        fields = {name: value for name, value in asdict(passage).items() if name != "id"}
        return fields | {
            "heading_path": list(passage.heading_path),
            "blocks": list(passage.blocks),
            "embed_model": self.model,
            "content_hash": passage.content_hash(self._encoding),
            "details_hash": self._details_hash(passage),
            "ingest_id": self.ingestion,
        }

    def compared(self, passage: Passage) -> Stored:
        """Give of a passage what would be compared if it were stored."""
        content = passage.content_hash(self._encoding)
        return Stored(passage.path, bytes.fromhex(content), bytes.fromhex(self._details_hash(passage)))

    @property
    def _encoding(self) -> str:
        """Passages of an older form are sent anew, whatever they say, and those that a model was given otherwise."""
        return f"{worded(self.model, self.model, 'passage')} {BM25} avg_len={AVERAGE_LENGTH} form={FORM}"

    def _details_hash(self, passage: Passage) -> str:
        return hashlib.sha256(json.dumps([asdict(passage), self.model], sort_keys=True).encode()).hexdigest()


def stored(record: models.Record) -> Stored:
    """Give what is compared of a point."""
    payload = record.payload or {}
    path = sys.intern(str(payload.get("path")))
    return Stored(path, *(_hash(payload.get(name)) for name in COMPARED[1:]))


def point(identifier: str, vector: Any, payload: Mapping[str, object]) -> models.PointStruct:  # noqa: ANN401 (as it came)
    """Give a point; one without vectors is found by its id alone."""
    return models.PointStruct(id=identifier, vector=vector or {}, payload=dict(payload))


def file_id(site: str, name: str) -> str:
    """Give the id of the point that holds a file of a site."""
    return str(uuid5(NAMESPACE_URL, f"{site}|file|{name}"))


def file_points(site: str, files: Mapping[str, str]) -> list[models.PointStruct]:
    """Give a point without vectors for each file; each names all of them and their version."""
    version = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    common = {"file_of": site, "files": list(files), "version": version}
    return [point(file_id(site, name), {}, {"file": name, "text": text, **common}) for name, text in files.items()]


def _hash(written: Any) -> bytes:  # noqa: ANN401 (what an older ingestion may have stored)
    try:
        return bytes.fromhex(str(written))
    except ValueError:
        return b""
