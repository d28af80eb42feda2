"""What the last ingestion of a site brought, kept beside its passages for the owner of the site."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shared.clock import now, timestamp
from shared.retrieval.reading import INGESTION

if TYPE_CHECKING:
    from infra.ingestion.reading import Reading


def record(site: str, reading: Reading, version: str) -> dict[str, Any]:
    """The payload of a point without vectors.

    Args:
        site: The site's name.
        reading: Of its pages.
        version: Of what they say.
    """
    brought = {"pages": len(reading.paths), "passages": len(reading.ids), "ingestedAt": timestamp(now())}
    return {"file": INGESTION, "file_of": site, "text": json.dumps(brought), "version": version}
