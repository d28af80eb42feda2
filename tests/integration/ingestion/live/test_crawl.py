"""A published site is fetched politely, safely, and not twice."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from infra.ingestion.live.client import LARGEST, Client, Gone
from infra.ingestion.live.connection import Forbidden, is_private
from infra.ingestion.live.crawl import Crawl, Crawled, start_of
from infra.ingestion.live.layout import file_of
from infra.ingestion.sources import NothingToIngest
from tests.integration.ingestion.live.site import Asked, LiveSite, Told, html, published, sitemap

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Clock:
    """Time passes only when somebody sleeps."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list[float])

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def now(self) -> float:
        return self.time


def crawl(
    site: LiveSite, folder: Path, *, path: str = "/docs/", clock: Clock | None = None, delay: float = 0.0
) -> Crawled:
    clock = clock or Clock()
    client = Client(urlsplit(f"{site.url}{path}"), delay, clock.sleep, clock.now)
    return Crawl(f"{site.url}{path}", folder, lambda _: None, client).run()


def book(site: LiveSite) -> None:
    site.pages |= {
        "/docs/": html("Start", "/docs/a", "b/", "/elsewhere"),
        "/docs/a": html("A"),
        "/docs/b/": html("B", "c"),
        "/docs/b/c": html("C"),
        "/elsewhere": html("Elsewhere"),
    }


def told(found: Crawled, site: LiveSite) -> dict[str, str]:
    return {each.where.removeprefix(site.url): each.reason for each in [*found.failed, *found.left_out]}


def test_what_the_sitemap_lists_is_fetched_one_after_the_other(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        site.pages["/docs/sitemap.xml"] = sitemap(f"{site.url}/docs/", f"{site.url}/docs/a", f"{site.url}/blog/x")
        clock = Clock()
        found = crawl(site, tmp_path, clock=clock, delay=0.5)
        assert sorted(found.addresses.values()) == [f"{site.url}/docs/", f"{site.url}/docs/a"]
        assert site.paths() == ["/robots.txt", "/docs/sitemap.xml", "/sitemap.xml", "/docs/", "/docs/a"]
        assert clock.slept[1:] == [0.5] * 4


def test_without_a_sitemap_links_are_followed_below_the_start(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        found = crawl(site, tmp_path)
        assert sorted(found.addresses) == ["docs/a.html", "docs/b/c.html", "docs/b/index.html", "docs/index.html"]
        assert "/elsewhere" not in site.paths()


def test_sitemaps_name_sitemaps_also_compressed_and_a_preview_is_read_where_it_is(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        packed = gzip.compress(b"<urlset><loc>https://book.example/docs/a</loc></urlset>")
        index = "<sitemapindex><loc>/x</loc><sitemap><loc>{}/docs/more.xml.gz</loc></sitemap></sitemapindex>"
        site.pages["/robots.txt"] = Told(f"Sitemap: {site.url}/map.xml\nSitemap: http://other.example/map.xml")
        site.pages["/map.xml"] = Told(index.format(site.url))
        site.pages["/docs/more.xml.gz"] = Told(packed, headers={"Content-Type": "application/gzip"})
        assert list(crawl(site, tmp_path).addresses) == ["docs/a.html"]


def test_nothing_in_a_sitemap_expands(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><loc>{}/docs/a</loc><loc>&a;</loc></urlset>'
    with published({}) as site:
        book(site)
        site.pages["/sitemap.xml"] = Told(bomb.format(site.url))
        assert list(crawl(site, tmp_path).addresses) == ["docs/a.html"]


def test_what_robots_txt_forbids_is_not_asked_for(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        site.pages["/robots.txt"] = Told("User-agent: *\nDisallow: /docs/b/\nCrawl-delay: 3")
        clock = Clock()
        found = crawl(site, tmp_path, clock=clock)
        assert told(found, site) == {"/docs/b/": "robots.txt"}
        assert clock.slept[-1] == 3


@pytest.mark.parametrize("status", [500, 503])
def test_a_site_that_cannot_say_what_it_allows_is_not_read(tmp_path: Path, status: int) -> None:
    with published({"/robots.txt": Told("", status)}) as site:
        book(site)
        with pytest.raises(NothingToIngest, match="does not say what may be fetched"):
            crawl(site, tmp_path)
        assert set(site.paths()) == {"/robots.txt"}


def test_a_site_that_refuses_to_say_has_no_rules(tmp_path: Path) -> None:
    with published({"/robots.txt": Told("", 403)}) as site:
        book(site)
        assert len(crawl(site, tmp_path).addresses) == 4


def test_a_sitemap_that_fails_ends_the_run_for_its_pages_would_seem_gone(tmp_path: Path) -> None:
    with published({"/sitemap.xml": Told("", 500)}) as site:
        book(site)
        with pytest.raises(NothingToIngest, match=r"sitemap\.xml cannot be read: 500"):
            crawl(site, tmp_path)


def test_an_unchanged_page_is_asked_for_with_what_is_known_of_it(tmp_path: Path) -> None:
    def conditional(asked: Asked) -> Told:
        if asked.headers.get("If-None-Match") == '"1"':
            return Told("", 304)
        return Told(html("A"), headers={"ETag": '"1"', "Last-Modified": "Fri, 27 Nov 2026 10:00:00 GMT"})

    with published({"/docs/": conditional}) as site:
        first, second = crawl(site, tmp_path), crawl(site, tmp_path)
        assert first.addresses == second.addresses
        assert site.asked[-1].headers["If-Modified-Since"] == "Fri, 27 Nov 2026 10:00:00 GMT"
        assert (second.folder / "docs/index.html").read_text("utf-8-sig") == html("A")


@pytest.mark.parametrize("retry_after", ["7", "soon", None])
def test_a_busy_server_is_given_the_time_that_it_asks_for(tmp_path: Path, retry_after: str | None) -> None:
    def busy_once(asked: Asked) -> Told:
        headers = {"Retry-After": retry_after} if retry_after else {}
        return Told("", 429, headers) if asked.times == 1 else Told(html("A"))

    with published({"/docs/": busy_once}) as site:
        clock = Clock()
        assert crawl(site, tmp_path, clock=clock).addresses
        assert (7.0 if retry_after == "7" else 5.0) in clock.slept


def test_a_page_of_a_server_that_stays_busy_or_asks_too_much_has_failed(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        site.pages["/docs/a"] = Told("", 503)
        site.pages["/docs/b/"] = Told("", 429, {"Retry-After": "86400"})
        found = crawl(site, tmp_path)
        assert told(found, site) == {"/docs/a": "the server is too busy", "/docs/b/": "the server is too busy"}
        assert [each.path for each in found.failed] == ["docs/a", "docs/b/index"]


BOMB = gzip.compress(b"<p>" + b" " * (LARGEST * 2), 9)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Told("", 500), "500 Internal Server Error"),
        (Told(BOMB, headers={"Content-Encoding": "gzip"}), "it has more than 5 MB"),
        (Told(b"x" * (LARGEST + 1)), "it has more than 5 MB"),
        (Told(b"no gzip", headers={"Content-Encoding": "gzip"}), "it could not be read"),
        (Told(BOMB[:40], headers={"Content-Encoding": "gzip"}), "it ends in the middle"),
        (Told("cut", declared=1000), "it "),
        (Told("", headers={"Content-Encoding": "br"}), "it is compressed with br"),
        (Told("", 302, {"Location": "http://other.example/"}), "it leads to another site, other.example"),
        (Told("", 302, {"Location": "file:///etc/passwd"}), "it leads to another site"),
        (Told("", 302, {"Location": "/docs/a"}), "it is redirected without end"),
        (Told("", 404), "404 Not Found"),
        (Told("x", headers={"Content-Type": "application/pdf"}), "it is application/pdf"),
        (Told("x", headers={"X-Robots-Tag": "noindex"}), "noindex"),
        (Told("", 302, {"Location": "/elsewhere"}), "it leads out of the part of the site that was named"),
    ],
)
def test_a_page_that_cannot_be_taken_says_why_and_the_others_are_taken(
    tmp_path: Path, answer: Told, reason: str
) -> None:
    with published({}) as site:
        book(site)
        site.pages["/docs/a"] = answer
        found = crawl(site, tmp_path)
        assert told(found, site)["/docs/a"].startswith(reason)
        assert len(found.addresses) == 3


def test_a_run_that_was_ended_is_taken_up_where_it_was(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def stop(address: str) -> None:
        if address.endswith("/b/"):
            raise Killed

    with published({}) as site:
        book(site)
        client = Client(urlsplit(f"{site.url}/docs/"), 0)
        with pytest.raises(Killed):
            Crawl(f"{site.url}/docs/", tmp_path, stop, client).run()
        with (tmp_path / "pages.jsonl").open("a") as journal:
            journal.write('{"address": "cut o')
        site.asked.clear()
        assert len(crawl(site, tmp_path).addresses) == 4
        assert [each for each in site.paths() if each.startswith("/docs/") and "." not in each] == [
            "/docs/b/",
            "/docs/b/c",
        ]
        site.asked.clear()
        crawl(site, tmp_path)
        assert "/docs/" in site.paths()


def test_what_the_site_has_no_more_is_forgotten_and_what_failed_is_kept(tmp_path: Path) -> None:
    with published({}) as site:
        book(site)
        crawl(site, tmp_path)
        site.pages["/docs/a"] = Told("", 404)
        site.pages["/docs/b/c"] = Told("", 500)
        found = crawl(site, tmp_path)
        assert not (found.folder / "docs/a.html").exists()
        assert (found.folder / "docs/b/c.html").exists()
        assert "docs/b/c.html" not in found.addresses


def test_a_start_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with published({"/docs/": Told("", 500)}) as site, pytest.raises(NothingToIngest, match="500 Internal"):
        crawl(site, tmp_path)


@pytest.mark.parametrize(
    "address",
    ["https://me:secret@book.example/", "https://me@book.example", "ftp://x.example/", "http://", "http://x:y/"],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(address: str) -> None:
    with pytest.raises(NothingToIngest) as refused:
        start_of(address)
    assert "secret" not in str(refused.value)


def test_no_private_address_is_connected_to_unless_the_start_is_one() -> None:
    assert is_private("127.0.0.1", 80)
    assert is_private("169.254.169.254", 80)
    assert is_private("::1", 80)
    assert not is_private("93.184.216.34", 80)
    # its name was public when it was looked up first, and leads into our own network later
    client = Client(urlsplit("http://93.184.216.34/"), 0)
    client.start = urlsplit("http://localhost:1/")
    with pytest.raises(Forbidden, match="an address of a private network"):
        client.get("http://localhost:1/")


def test_a_page_in_another_encoding_keeps_its_words(tmp_path: Path) -> None:
    body = "<p>Gerät".encode("iso-8859-2")
    with published({"/docs/": Told(body, headers={"Content-Type": "text/html; charset=iso-8859-2"})}) as site:
        found = crawl(site, tmp_path)
        assert (found.folder / "docs/index.html").read_text("utf-8-sig") == "<p>Gerät"


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("https://x.example/", "index.html"),
        ("https://x.example/a/b", "a/b.html"),
        ("https://x.example/a/b.html", "a/b.html"),
        ("https://x.example/a/b/", "a/b/index.html"),
        ("https://x.example/a/../../etc/passwd", "a/-"),
    ],
)
def test_no_address_leads_out_of_the_folder(url: str, file: str) -> None:
    assert ".." not in file_of(url).split("/")
    assert file_of(url).partition("-")[0] == file.partition("-")[0]


def test_a_page_that_is_gone_is_not_one_that_failed() -> None:
    with published({}) as site, pytest.raises(Gone, match="404"):
        Client(urlsplit(site.url), 0).get(f"{site.url}/x")
