"""Which files of a built site are pages that readers search, where they are published, and why the others are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.ingestion.form import Excluded, Found, Page, Skipped
from infra.ingestion.html.reader import SiteReader, Wanted
from infra.ingestion.progress import Silent

pytestmark = pytest.mark.smoke

SHARED = Path(__file__).resolve().parents[4] / ".." / "shared" / "findings" / "cases" / "html"
SITE = "https://lamp.example/manual"


def page(words: str = "Words of this page", *, head: str = "", main: str = "<main>", lang: str = "en") -> str:
    body = f"<nav>Menu</nav>{main}<h1>Title</h1><p>{words}.</p></main>"
    return f"<html lang={lang}><head>{head}</head><body>{body}</body></html>"


def canonical(path: str) -> str:
    return f'<link rel="canonical" href="{SITE}/{path}">'


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read_site(folder: Path, wanted: Wanted) -> list[Found]:
    return list(SiteReader(wanted, Silent()).read([folder]))


def addresses(folder: Path, site_url: str = "", local: str = "") -> list[str]:
    return [each.address for each in read_site(folder, Wanted(site_url, local)) if isinstance(each, Page)]


def reasons(folder: Path) -> dict[str, str]:
    return {each.path: each.reason for each in read_site(folder, Wanted()) if isinstance(each, Skipped | Excluded)}


def test_a_page_is_published_where_it_says(tmp_path: Path) -> None:
    files = {"index.html": canonical(""), "a/index.html": canonical("a/"), "b.html": canonical("b")}
    written(tmp_path, {name: page(name * 20, head=head) for name, head in files.items()})
    assert addresses(tmp_path) == [f"{SITE}/a/", f"{SITE}/b", f"{SITE}/"]


def test_else_where_the_sitemap_has_it(tmp_path: Path) -> None:
    listed = "".join(f"<url><loc>{SITE}/{each}</loc></url>" for each in ("", "a", "b%20c/"))
    names = ("index.html", "a.html", "b c/index.html")
    written(tmp_path, {"sitemap.xml": f"<urlset>{listed}</urlset>", **{name: page(name * 20) for name in names}})
    assert addresses(tmp_path) == [f"{SITE}/a", f"{SITE}/b%20c/", f"{SITE}/"]


def test_else_where_its_links_are_relative_to(tmp_path: Path) -> None:
    base = f'<base href="{SITE}/">'
    to = "Go <a href='a/b'>on</a> to the next page, which is long"
    written(tmp_path, {"index.html": page(to, head=base), "a/b.html": page("B" * 30, head=base)})
    assert addresses(tmp_path) == [f"{SITE}/a/b", f"{SITE}/"]


def test_that_may_be_each_pages_own_folder(tmp_path: Path) -> None:
    own = {"index.html": "", "a/b.html": "a/", "a/index.html": "a/"}
    heads = {name: f'<base href="/manual/{folder}">' for name, folder in own.items()}
    written(tmp_path, {name: page(name * 20, head=head) for name, head in heads.items()})
    assert addresses(tmp_path, site_url=SITE) == [f"{SITE}/a/b.html", f"{SITE}/a/", f"{SITE}/"]


@pytest.mark.parametrize("link", ["a.html", "a", "a/"])
def test_else_as_its_own_links_name_it(tmp_path: Path, link: str) -> None:
    files = {
        "index.html": page(f"Go <a href='{link}#x'>on</a> to the next page, which is long"),
        "a.html": page("A" * 30),
    }
    written(tmp_path, files)
    assert addresses(tmp_path, site_url=f"{SITE}/") == [f"{SITE}/{link}", f"{SITE}/"]


def test_without_any_of_them_the_local_reader_shows_it(tmp_path: Path) -> None:
    written(tmp_path, {"a/index.html": page()})
    assert addresses(tmp_path, local="/docs/lamp") == ["/docs/lamp/a/index"]


def test_a_chosen_address_replaces_host_and_prefix(tmp_path: Path) -> None:
    written(tmp_path, {"a.html": page(head=canonical("a.html")), "b/index.html": page("B" * 30, head=canonical("b/"))})
    assert addresses(tmp_path, site_url="http://localhost:1/x") == [
        "http://localhost:1/x/a.html",
        "http://localhost:1/x/b/",
    ]


def test_one_canonical_address_for_all_pages_is_a_slip_of_the_theme(tmp_path: Path) -> None:
    written(tmp_path, {f"{name}.html": page(name * 30, head=canonical("")) for name in "abcd"})
    assert len(addresses(tmp_path, site_url=SITE)) == 4


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"x.html": page(head='<meta http-equiv="refresh" content="0; url=a.html">')}, "redirect"),
        ({"x.html": "<body><script>window.location.replace('a.html')</script><a href=a.html>Go on</a>"}, "redirect"),
        ({"x.html": "<script>location.href = '/manual/a.html' + location.hash;</script>"}, "redirect"),
        (
            {"search/all_0.html": page("Loading, searching, no matches")},
            "made by the generator, not written for readers",
        ),
        ({"x.html": page(head='<meta name="robots" content="NOINDEX, nofollow">')}, "noindex"),
        ({"x.html": page(head=canonical("a.html"))}, "the same as a.html by its own account"),
        ({"404.html": page("Nothing here, sorry")}, "made by the generator, not written for readers"),
        ({"_modules/lamp.html": page("def light")}, "made by the generator, not written for readers"),
        ({"tags/index.html": page("<a href=a.html>One of many pages</a>")}, "a list of links"),
        ({"x.html": "<html><body><nav>Menu</nav><main></main></body></html>"}, "empty"),
        (
            {"x.html": "<div id=root></div><script src=x></script>"},
            "empty until a script runs: rendered in the browser only",
        ),
        ({"x.html": page(main="<main data-pagefind-ignore>")}, "empty"),
        ({"x.html": page("a" * 30)}, "the same as /manual/a.html"),
    ],
)
def test_what_is_no_page_says_why(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    written(tmp_path, {"a.html": page("a" * 30, head=canonical("a.html")), "b.html": page("b" * 30), **files})
    assert set(reasons(tmp_path).values()) == {reason}
    assert len(addresses(tmp_path)) == 2


def test_a_site_that_marks_what_is_searched_means_it(tmp_path: Path) -> None:
    marked = page("Marked words that are found", main="<main data-pagefind-body>")
    written(tmp_path, {"a.html": marked, "b.html": page("Words that are not")})
    assert reasons(tmp_path) == {"b": "not marked for the site's search (data-pagefind-body)"}


MKDOCS = json.dumps({"docs": [{"location": "", "text": "x"}, {"location": "a/#part", "text": "x"}]})
SPHINX = f"Search.setIndex({json.dumps({'docnames': ['index', 'a/index', 'x'], 'terms': {'lamp': [0, 1], 'oil': 1}})})"
BOOK = 'window.search = Object.assign(window.search, JSON.parse(\'{"doc_urls":["index.html#t","a/index.html#p"]}\'))'
PRESS = 'const t=\'{"documentIds":{"0":"/manual/#t","1":"/manual/a/#p"}}\';export{t as default};'


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("search/search_index.json", MKDOCS),
        ("searchindex.js", SPHINX),
        ("searchindex-12ab.js", BOOK),
        ("assets/chunks/@localSearchIndexroot.1.js", PRESS),
    ],
)
def test_what_the_sites_own_search_leaves_out_is_left_out(tmp_path: Path, name: str, index: str) -> None:
    pages = {
        each: page(each * 20, head=canonical(each.removesuffix("index.html")))
        for each in ("index.html", "a/index.html")
    }
    written(tmp_path, {name: index, **pages, "x.html": page("Not to be found by anybody")})
    assert reasons(tmp_path) == {"x": "not in the site's own search index"}


def test_an_index_that_cannot_be_read_leaves_nothing_out(tmp_path: Path) -> None:
    written(tmp_path, {"search/search_index.json": "{", "searchindex.js": "x", "a.html": page()})
    assert reasons(tmp_path) == {}


def test_an_unlisted_page_is_neither_in_the_sitemap_nor_linked(tmp_path: Path) -> None:
    names = [f"{each}.html" for each in "abcdef"]
    listed = "".join(f"<loc>{SITE}/{each}</loc>" for each in names)
    files = {each: page(each * 20, head=canonical(each)) for each in names}
    secret = {"secret.html": page("Secret words nobody links to"), "linked.html": page("Words that somebody links to")}
    files["a.html"] = page(
        "A page that links <a href=linked.html>there</a>, and has more words", head=canonical("a.html")
    )
    written(tmp_path, {"sitemap.xml": f"<urlset>{listed}</urlset>", **files, **secret})
    assert reasons(tmp_path) == {"secret": "neither in the sitemap nor linked"}


VERSIONED = ("index.html", "install.html", "use.html")


def says(version: str) -> str:
    return f'<meta name="docsearch:version" content="{version}">'


def test_the_version_at_the_shortest_path_is_the_released_one(tmp_path: Path) -> None:
    for version, below in (("2.0", ""), ("current", "next/"), ("1.0", "1.0/")):
        head = says(version)
        for name in VERSIONED:
            written(tmp_path, {f"docs/{below}{name}": page(f"{version} of {name} in many words", head=head)})
    assert reasons(tmp_path)["docs/next/use"] == "version current, not 2.0"
    assert addresses(tmp_path, site_url=SITE) == [f"{SITE}/docs/", f"{SITE}/docs/install.html", f"{SITE}/docs/use.html"]
    everything = read_site(tmp_path, Wanted(all_versions=True))
    assert {each.version for each in everything if isinstance(each, Page)} == {"1.0", "2.0", "current"}


@pytest.mark.parametrize(
    ("versions", "released"),
    [
        (("stable", "latest", "1.0"), "stable"),
        (("1.9", "1.10", "main"), "1.10"),
        (("v2.x", "v3.0-rc1", "next"), "v2.x"),
        (("", "1.0", "2.0"), ""),
        (("en/latest", "en/3.1"), "en/latest"),
    ],
)
def test_folders_that_are_named_like_versions_and_hold_the_same_pages_are_versions(
    tmp_path: Path, versions: tuple[str, ...], released: str
) -> None:
    files = {
        Path(version, name).as_posix(): page(f"{version} of {name} in many words")
        for version in versions
        for name in VERSIONED
    }
    written(tmp_path, files)
    kept = [each.path for each in read_site(tmp_path, Wanted()) if isinstance(each, Page)]
    assert kept == [Path(released, name).with_suffix("").as_posix() for name in VERSIONED]


def test_one_version_has_no_name(tmp_path: Path) -> None:
    written(tmp_path, {name: page(name * 20, head=says("current")) for name in VERSIONED})
    assert {each.version for each in read_site(tmp_path, Wanted()) if isinstance(each, Page)} == {""}


def test_translations_are_pages_and_untranslated_copies_are_not(tmp_path: Path) -> None:
    files = {
        "index.html": page("The lamp is lit by hand"),
        "use.html": page("Never leave it alone"),
        "de/index.html": page("Die Lampe wird von Hand entfacht", lang="de"),
        "de/use.html": page("Never leave it alone", lang="de"),
    }
    written(tmp_path, files)
    assert reasons(tmp_path) == {"de/use": "not translated: the same as /use.html"}
    assert [each.language for each in read_site(tmp_path, Wanted()) if isinstance(each, Page)] == ["de", "en", "en"]


def test_a_page_put_together_from_others_is_none_but_two_similar_pages_are_two(tmp_path: Path) -> None:
    def of(*names: str) -> str:
        return page("</p><p>".join(f"{name} says something in words {number}" for name in names for number in range(8)))

    files = {"a.html": of("a"), "b.html": of("b"), "all.html": of("a", "b")}
    written(tmp_path, files)
    assert reasons(tmp_path) == {"all": "repeats other pages"}
    written(tmp_path, {"all.html": of("a").replace("</main>", "<p>And one more that only this page has.</p>")})
    assert reasons(tmp_path) == {}


def test_a_copy_with_a_notice_that_it_is_not_translated_is_no_page(tmp_path: Path) -> None:
    texts = "The lamp is lit by hand.</p><p>It burns for a whole week."
    notice = "Dieser Inhalt ist noch nicht übersetzt.</p><p>"
    written(tmp_path, {"index.html": page(texts), "de/index.html": page(notice + texts, lang="de")})
    assert reasons(tmp_path) == {"de/index": "not translated: the same as /"}


def test_the_first_page_of_a_blog_is_none_beside_its_posts(tmp_path: Path) -> None:
    post = page("The first lamp was lit in a barn")
    written(tmp_path, {"blog/lit/index.html": post, "blog/index.html": post.replace("Title", "Blog")})
    assert reasons(tmp_path) == {"blog/index": "a list of pages"}


def test_a_broken_file_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    written(tmp_path, {"a.html": page()})
    (tmp_path / "b.html").write_bytes(page("Gerät").encode("latin-1"))
    (tmp_path / "c.html").write_bytes(page("Gerät ohne", head="<meta charset=iso-8859-1>").encode("latin-1"))
    (tmp_path / "d.html").write_bytes(page("Gerät mit").encode("utf-16"))
    (tmp_path / "e.html").write_bytes(b"<meta charset=klingon>")
    (tmp_path / "f.html").symlink_to(tmp_path / "nowhere.html")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = reasons(tmp_path)
    assert found["b"].startswith("it is not UTF-8 (byte ")
    assert found["e"] == "it is encoded as klingon, which is unknown"
    assert found["f"] == "it cannot be read (No such file or directory)"
    assert len(addresses(tmp_path)) == 3


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("cp932", '<?xml version="1.0" encoding="Shift_JIS"?>'),
        ("cp932", "<meta charset=shift_jis>"),
        ("euc_jp", '<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">'),
        ("utf-8", '<?xml version="1.0" encoding="Shift_JIS"?><meta charset=utf-8>'),
    ],
)
def test_a_page_is_decoded_as_a_browser_does_by_what_it_says_of_itself(
    tmp_path: Path, encoding: str, head: str
) -> None:
    text = "ランプは①本の芯で燃えます㌔" if encoding == "cp932" else "ランプは芯で燃えます"
    (tmp_path / "a.html").write_bytes(f"{head}<html lang=ja><main><p>{text}</p></main></html>".encode(encoding))
    [found] = read_site(tmp_path, Wanted())
    assert text in str(found)


def test_a_picture_is_no_title(tmp_path: Path) -> None:
    written(tmp_path, {"wick.html": "<body><svg><title>Icon</title></svg><h2>Wick</h2><p>It burns.</p></body>"})
    [found] = read_site(tmp_path, Wanted())
    assert isinstance(found, Page)
    assert found.title != "Icon"


def test_a_page_without_a_heading_is_called_what_its_tab_says(tmp_path: Path) -> None:
    tab = "<html><head><title>{} | Lamp</title></head><body><p>{} in words.</p></body></html>"
    written(tmp_path, {f"{each}.html": tab.format(each, each) for each in ("Wick - thin", "Oil")})
    assert [each.title for each in read_site(tmp_path, Wanted()) if isinstance(each, Page)] == ["Oil", "Wick - thin"]


@pytest.mark.parametrize("name", ["docusaurus", "mkdocs-material", "vitepress", "sphinx-furo", "mdbook"])
def test_samples_of_real_generators_are_read_as_expected(name: str) -> None:
    """Every expected page at its address with its headings and anchors, and nothing that its authors hid."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"needs the built samples in {SHARED}")
    expected = (SHARED / f"{name}.expected.txt").read_text("utf-8")
    pages = [
        each
        for each in read_site(SHARED / name, Wanted(site_url=f"https://x.example{expected.split()[0]}"))
        if isinstance(each, Page)
    ]
    paths = [line.split()[1] for line in expected.splitlines() if line.startswith("##### ")]
    assert sorted(each.address.removeprefix("https://x.example") for each in pages) == sorted(paths)
    said = str(pages)
    assert "zebrafish" not in said
    assert "quaggamussel" not in said


def test_a_page_that_leads_elsewhere_when_something_is_clicked_is_no_redirect(tmp_path: Path) -> None:
    script = "<script>if (matchMedia('print').matches) location.href = 'print.html'</script>"
    written(
        tmp_path, {"a.html": page("a" * 30 + " and a text that is long enough to be read by people " * 3, head=script)}
    )
    assert len(addresses(tmp_path, site_url=SITE)) == 1


def test_pages_of_xml_and_of_includes_are_pages(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
    written(tmp_path, {"a.xhtml": page("a" * 30).replace("<html", xml + "<html", 1), "b.shtml": page("b" * 30)})
    assert addresses(tmp_path, site_url=SITE) == [f"{SITE}/a.xhtml", f"{SITE}/b.shtml"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_character_are_recognised_without_a_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.html").write_bytes(page("Gr\u00fc\u00dfe").encode(encoding))
    (found,) = read_site(tmp_path, Wanted(SITE))
    assert isinstance(found, Page)
    assert found.title == "Title"
