"""Which reader reads what somebody named: by what the folder holds, or as they say."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote, urlsplit

from infra.ingestion.html.reader import SiteReader, Wanted, files_of
from infra.ingestion.live.reader import LiveReader
from infra.ingestion.markdown.reader import MarkdownReader
from infra.ingestion.markdown.routes import LOCAL_READER, Site
from infra.ingestion.sources import NothingToIngest, has_markdown, site_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from infra.ingestion.form import Reader
    from infra.ingestion.progress import Show

Kind = Literal["auto", "html", "markdown", "url"]

BUILT: Final = (
    "build", "site", "_site", "book", "dist", "public", "out", "output", "_build/html", "build/html",
    ".vitepress/dist", "docs/.vitepress/dist", "docs/_build/html",
)  # fmt: skip
"""Where generators put what they build, beside or below the sources."""
GENERATORS: Final = {
    "mkdocs.yml": "MkDocs", "mkdocs.yaml": "MkDocs", "conf.py": "Sphinx", "book.toml": "mdBook",
    ".vitepress": "VitePress", "astro.config.mjs": "Astro", "astro.config.ts": "Astro", "hugo.toml": "Hugo",
    "hugo.yaml": "Hugo", "next.config.mjs": "Next.js", "docs.json": "Mintlify", "mint.json": "Mintlify",
    "_config.yml": "Jekyll", "antora.yml": "Antora",
}  # fmt: skip
"""Files by which a generator other than Docusaurus is known; its addresses are not those that we would make."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to be read.

    Attributes:
        documents: Folders and files, or one address.
        kind: What they are; `auto` looks.
        site: The site's name.
        site_url: Where it is published.
        all_versions: Not only the released version.
        cache: Where pages of a published site are kept between runs.
        published: Readers elsewhere than at this machine are answered from it.
    """

    documents: Sequence[str]
    kind: Kind = "auto"
    site: str | None = None
    site_url: str | None = None
    all_versions: bool = False
    cache: Path = Path("build") / "fetched"
    published: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What reads it.

    Attributes:
        site: Name and address of the site.
        reader: Reads its pages.
        documents: What the reader is given.
        is_live: It is fetched, so that pages may be missing for other reasons than a wish.
        published: Readers elsewhere than at this machine are answered from it.
    """

    site: Site
    reader: Reader
    documents: Sequence[Path]
    is_live: bool = False
    published: bool = False


def choose_reader(order: Order, show: Show) -> Choice:
    """Choose, and tell the person what might have been meant instead.

    Raises:
        NothingToIngest: Something is missing.
    """
    if order.kind == "url" or (order.kind == "auto" and _is_address(order.documents)):
        return _live(order, show)
    documents = [Path(each) for each in order.documents]
    site = Site(site_name(order.site, documents), order.site_url or "")
    if order.kind == "html" or (order.kind == "auto" and _is_built(documents)):
        if len(documents) != 1 or not documents[0].is_dir():
            raise NothingToIngest("a built site is one folder")
        return Choice(site, SiteReader(_wanted(order, site), show), documents, published=order.published)
    for hint in _hints(documents):
        show.warn(hint)
    return Choice(site, MarkdownReader(site, order.all_versions), documents, published=order.published)


def _live(order: Order, show: Show) -> Choice:
    if len(order.documents) != 1:
        raise NothingToIngest("a published site is one address")
    (address,) = order.documents
    site = Site(order.site or site_name(urlsplit(address).hostname, []), order.site_url or "")
    return Choice(site, LiveReader(address, order.cache, _wanted(order, site), show), [], is_live=True)


def _wanted(order: Order, site: Site) -> Wanted:
    return Wanted(site.url, f"{LOCAL_READER}/{quote(site.name)}", order.all_versions)


def _is_address(documents: Sequence[str]) -> bool:
    return any(each.startswith(("http://", "https://")) for each in documents)


def _is_built(documents: Sequence[Path]) -> bool:
    """HTML at its top, or HTML and no Markdown at all."""
    if len(documents) != 1 or not documents[0].is_dir():
        return False
    folder = documents[0]
    return (folder / "index.html").is_file() or (not has_markdown(folder) and bool(files_of(folder)))


def _hints(documents: Sequence[Path]) -> Iterator[str]:
    if len(documents) != 1 or not documents[0].is_dir():
        return
    folder = documents[0].resolve()
    built = next((place for each in BUILT for place in _beside(folder, each) if (place / "index.html").is_file()), None)
    generator = next(
        (name for file, name in GENERATORS.items() if any(each.exists() for each in _beside(folder, file))), ""
    )
    if built is not None:
        yield (
            f"{folder.name} holds sources, and {built} the site built from them, with the addresses that readers know: "
            f"make ingest DOCS={shlex.quote(str(built))}"
        )
    elif generator:
        yield (
            f"{folder.name} holds sources for {generator}, whose addresses only {generator} knows: build the site, and "
            "ingest the folder that it is built into"
        )


def _beside(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / name, folder.parent / name
