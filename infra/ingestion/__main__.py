"""`python -m infra.ingestion DOCS --qdrant-url URL`: brings the passages in Qdrant up to date with documentation."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from rich.console import Console

from infra.ingestion.choosing import Order
from infra.ingestion.ingest import SAMPLE_SITE, TooMuchWouldGo, ingest
from infra.ingestion.preview import preview
from infra.ingestion.progress import shown_on
from infra.ingestion.sources import NothingToIngest
from infra.ingestion.store.index import Options
from infra.ingestion.store.patience import StoreFailed
from infra.stage_secrets import NoSecrets
from infra.stage_settings import with_passages
from shared.errors import Misconfigured
from shared.settings.answers import RetrievalSettings
from shared.sockets import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.ingestion.ingest import Report

FAILED: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130
PLACELESS: Final = (
    "Nothing says where {pages} would be opened, so that sources lead to what `make run` shows of them. "
    "Name the place: SITE_URL=https://… (on this machine http://localhost:…)."
)
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


def main(arguments: Sequence[str] | None = None) -> int:
    """Ingest, or say what an ingestion would do; the exit code."""
    asked = _parser().parse_args(arguments)
    order = Order(asked.documents, asked.kind, asked.site, asked.site_url, asked.all_versions)
    try:
        if asked.dry_run:
            return _preview(order)
        report = _ingest(order, asked)
    except (NothingToIngest, Misconfigured, NoSecrets) as error:
        return _fail(str(error.__cause__ if isinstance(error, Misconfigured) else error), MISUSED)
    except (StoreFailed, TooMuchWouldGo) as error:
        return _fail(str(error), FAILED)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        place = error.filename or tempfile.gettempdir()
        return _fail(f"the disk with {place} is full: nothing is lost; make room and run it again", FAILED)
    except KeyboardInterrupt:
        return _fail("stopped; nothing is lost, run it again to finish", INTERRUPTED)
    _tell(report)
    return 0


def _ingest(order: Order, asked: argparse.Namespace) -> Report:
    environment = with_passages({**os.environ, **({"QDRANT_URL": asked.qdrant_url} if asked.qdrant_url else {})})
    settings = RetrievalSettings.read(environment)
    options = Options(asked.collection or settings.collection, settings.dense_model, settings.api_key, asked.force)
    published = bool(environment.get("STAGE")) or urlsplit(settings.url).hostname not in LOOPBACK
    with shown_on(Console()) as show:
        return ingest(replace(order, published=published), settings.url, options, show)


def _preview(order: Order) -> int:
    with shown_on(Console()) as show:
        made = preview(order, show)
    for line in made.lines():
        print(line)
    return 0


def _tell(report: Report) -> None:
    if report.sample_removed:
        print(f"The built-in sample (site {SAMPLE_SITE}) is removed: answers now come from your pages.")
    if report.others:
        print(f"{report.others:,} passages of other sites are searched as well.")
    for reason, count in sorted(report.excluded.items(), key=lambda each: -each[1]):
        print(f"left out: {count:,} {'file' if count == 1 else 'files'}, {reason}")
    if report.warnings:
        skipped = "1 page was" if len(report.warnings) == 1 else f"{len(report.warnings)} pages were"
        print(f"{skipped} skipped, see above; what is already stored of them stays.")
    if report.placeless:
        print(PLACELESS.format(pages="1 page" if report.placeless == 1 else f"{report.placeless:,} pages"))
    print(report)


def _fail(message: str, code: int) -> int:
    print(f"ingestion: {message}", file=sys.stderr)
    return code


def _site_url(text: str) -> str:
    if not text.startswith(("https://", "http://", "/")):
        raise argparse.ArgumentTypeError("it begins with https:// or, on the same host, with /")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.ingestion",
        description="Bring the passages in Qdrant up to date with documentation: a built site, a published site, "
        "or Markdown.",
        epilog="With make: make ingest DOCS=path/to/build ARGS='--dry-run'. Set SITE_URL=... for --site-url, and "
        "STAGE=prod to fill the store of that stage, by its settings and its secret.",
    )
    parser.add_argument(
        "documents", nargs="+", metavar="DOCS", help="folder of a built site, https:// address, or Markdown"
    )
    parser.add_argument(
        "--from",
        dest="kind",
        choices=("auto", "html", "markdown", "url"),
        default="auto",
        help="what DOCS is; auto (the default) looks at what the folder holds",
    )
    parser.add_argument("--dry-run", action="store_true", help="show pages, what is left out, and three passages")
    parser.add_argument("--all-versions", action="store_true", help="not only the released version of the site")
    parser.add_argument("--qdrant-url", metavar="URL", help="Qdrant's REST address (or QDRANT_URL)")
    parser.add_argument("--site-url", type=_site_url, metavar="URL", help="where the pages are published")
    parser.add_argument("--site", metavar="NAME", help="the site's name (or the folder's)")
    parser.add_argument("--collection", metavar="NAME", help="collection or alias (or QDRANT_COLLECTION, or docs)")
    parser.add_argument("--force", action="store_true", help="delete even if most of the site's pages are gone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
