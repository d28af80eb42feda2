"""Fetches all pages of a site into a folder, and says of each what became of it.

FOLDER/pages.jsonl    a line for each page as it was fetched; of several lines for one page the last counts
FOLDER/site/…         the pages themselves
FOLDER/unfinished     while a run is under way: what it has fetched, the next run takes as it is
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from infra.ingestion.form import Skipped
from infra.ingestion.live.client import AGENT, Answer, Client, Failed, Gone, Validators
from infra.ingestion.live.connection import Forbidden
from infra.ingestion.live.layout import file_of, path_of
from infra.ingestion.live.robots import read_robots
from infra.ingestion.live.sitemaps import listed
from infra.ingestion.sources import NothingToIngest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from urllib.robotparser import RobotFileParser

DELAY: Final = 0.5
"""Seconds between two requests."""
MOST_PAGES: Final = 50_000
_LINK: Final = re.compile(rb"""<a\b[^>]*?\bhref\s*=\s*["']?([^"'\s>#]+)""", re.IGNORECASE)
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it lies in the folder.

    Attributes:
        address: As it was asked for.
        url: After redirects.
        file: Below `site`.
        reason: Why it is no page; empty if it is one.
    """

    address: str
    url: str
    file: str
    etag: str = ""
    modified: str = ""
    reason: str = ""


@dataclass(slots=True)
class Crawled:
    """What a run found.

    Attributes:
        folder: Of the pages.
        addresses: Of each file, after redirects.
        failed: Pages that could not be fetched; what is stored of them stays.
        left_out: Pages that are not to be read, and why; what is stored of them goes.
    """

    folder: Path
    addresses: dict[str, str] = field(default_factory=dict[str, str])
    failed: list[Skipped] = field(default_factory=list[Skipped])
    left_out: list[Skipped] = field(default_factory=list[Skipped])


def start_of(address: str) -> str:
    """The address to start from, with a slash where it is a folder.

    Raises:
        NothingToIngest: It is none that we fetch.
    """
    try:
        parts = urlsplit(address)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise NothingToIngest(f"{address} is no address") from None
    if parts.username is not None or parts.password is not None:
        raise NothingToIngest("an address with a name and password in it is not fetched: it would be stored and shown")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine:
        raise NothingToIngest(f"{address} is no address of a site")
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    is_file = PurePosixPath(parts.path).suffix in {".html", ".htm"}
    return parts._replace(path=parts.path.rpartition("/")[0] + "/" if is_file else path, query="", fragment="").geturl()


class Crawl:
    """One run.

    Args:
        start: Address of the site; nothing above its path is fetched.
        folder: Where pages are kept between runs.
        step: Told of each page.
        client: Fetches.
    """

    def __init__(self, start: str, folder: Path, step: Callable[[str], None], client: Client | None = None) -> None:
        self._start = start_of(start)
        self._client = client or Client(urlsplit(self._start), DELAY)
        self._folder, self._site, self._step = folder, folder / "site", step
        self._site.mkdir(parents=True, exist_ok=True)
        self._known = {each.address: each for each in self._journal("pages.jsonl")}
        self._before = {each.address for each in self._journal("unfinished")}

    def run(self) -> Crawled:
        """Fetch what the site lists, else what its pages link to.

        Raises:
            NothingToIngest: It does not say what it allows, or its first page cannot be fetched.
        """
        rules = read_robots(self._client)
        addresses = [each for each in listed(self._client, rules) if self._is_inside(each)]
        found = Crawled(self._site)
        waiting, seen = deque(addresses or [self._start]), set[str]()
        while waiting and len(seen) < MOST_PAGES:
            address = urldefrag(waiting.popleft())[0]
            if address in seen or not self._is_inside(address):
                continue
            seen.add(address)
            self._take(found, address, rules)
            if not addresses and address in self._known:
                waiting.extend(self._links(self._known[address]))
        if not found.addresses:
            raise NothingToIngest(self._nothing(found))
        self._finish(found)
        return found

    def _nothing(self, found: Crawled) -> str:
        why = next((each.reason for each in [*found.failed, *found.left_out]), "it has no page")
        return f"nothing of {self._start} can be read: {why}"

    def _take(self, found: Crawled, address: str, rules: RobotFileParser) -> None:
        self._step(address)
        if not rules.can_fetch(AGENT, address):
            found.left_out.append(Skipped(path_of(address), address, "robots.txt"))
            return
        try:
            page = self._fetched(address)
        except Gone as error:
            found.left_out.append(Skipped(path_of(address), address, str(error)))
        except (Failed, Forbidden) as error:
            found.failed.append(Skipped(path_of(address), address, str(error)))
        else:
            self._sort(found, page)

    def _sort(self, found: Crawled, page: Fetched) -> None:
        if page.reason:
            found.left_out.append(Skipped(path_of(page.address), page.address, page.reason))
        else:
            found.addresses[page.file] = page.url

    def _fetched(self, address: str) -> Fetched:
        known = self._known.get(address)
        if known is not None and not (self._site / known.file).is_file() and not known.reason:
            known = None
        if known is not None and address in self._before:
            return known
        answer = self._client.get(address, Validators(known.etag, known.modified) if known else Validators())
        page = known if known is not None and answer.body is None else self._written(address, answer)
        self._note(page)
        return page

    def _written(self, address: str, answer: Answer) -> Fetched:
        reason = "noindex" if answer.is_hidden else "" if answer.kind in _PAGES else f"it is {answer.kind}"
        if not reason and not self._is_inside(answer.url):
            reason = "it leads out of the part of the site that was named"
        page = Fetched(address, answer.url, file_of(answer.url), *_pair(answer.validators), reason)
        if not reason:
            place = self._site / page.file
            place.parent.mkdir(parents=True, exist_ok=True)
            new = place.with_name(f".{hashlib.sha256(page.file.encode()).hexdigest()[:16]}.new")
            new.write_bytes(_marked(answer))
            new.replace(place)
        return page

    def _note(self, page: Fetched) -> None:
        """Written at once: a run that is killed loses the page under way, and no other."""
        self._known[page.address] = page
        for name in ("pages.jsonl", "unfinished"):
            with (self._folder / name).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(page)) + "\n")

    def _finish(self, found: Crawled) -> None:
        """Forget what the site has no more; what failed is kept, and asked for again the next time."""
        failed = {each.where for each in found.failed}
        kept = [each for each in self._known.values() if each.file in found.addresses or each.address in failed]
        new = self._folder / "pages.jsonl.new"
        new.write_text("".join(json.dumps(asdict(each)) + "\n" for each in kept), "utf-8")
        new.replace(self._folder / "pages.jsonl")
        files = {each.file for each in kept}
        for each in self._site.rglob("*.html"):
            if each.relative_to(self._site).as_posix() not in files:
                each.unlink()
        (self._folder / "unfinished").unlink(missing_ok=True)

    def _journal(self, name: str) -> Iterator[Fetched]:
        """The last line may have been cut off with the run."""
        file = self._folder / name
        for line in file.read_text("utf-8").splitlines() if file.exists() else []:
            try:
                yield Fetched(**json.loads(line))
            except (ValueError, TypeError):
                continue

    def _links(self, page: Fetched) -> Iterator[str]:
        file = self._site / page.file
        body = b"" if page.reason or not file.is_file() else file.read_bytes()
        for each in _LINK.findall(body):
            yield urldefrag(urljoin(page.url, each.decode("utf-8", "replace").replace("&amp;", "&")))[0]

    def _is_inside(self, address: str) -> bool:
        start = urlsplit(self._start).path
        return self._client.is_of_site(address) and f"{urlsplit(address).path}/".startswith(start)


def _pair(validators: Validators) -> tuple[str, str]:
    return validators.etag, validators.modified


def _marked(answer: Answer) -> bytes:
    """What the server says of the encoding must not be lost."""
    body = answer.body or b""
    if not answer.charset or body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return body
    try:
        return b"\xef\xbb\xbf" + body.decode(answer.charset).encode()
    except (LookupError, UnicodeDecodeError):
        return body
