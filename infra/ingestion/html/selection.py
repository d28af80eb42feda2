"""Which files of a site are pages that readers search, and why each of the others is not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from infra.ingestion.html.document import path_of
from infra.ingestion.html.facts import forms
from infra.ingestion.html.names import FIRST_OF_LISTS, LISTS, NO_PAGES, OF_LISTS
from infra.ingestion.html.versions import keep_released

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.ingestion.html.addresses import Place
    from infra.ingestion.html.facts import Facts, Links
    from infra.ingestion.html.indexes import SearchIndex

MOST_LINKS: Final = 0.7
"""Of a page's text, beyond which it only leads to others."""
MOST_REPEATED: Final = 0.8
"""Of a page's texts, beyond which it only repeats others."""
UNTRANSLATED: Final = 0.5
"""Of a page's texts; the rest are notices that it is not translated, and the names of admonitions."""
FEW: Final = 5
"""Texts of a page that may well stand on others too."""
_SITE_IN_TITLE: Final = re.compile(r"\s+[|·•–—-]+\s+\S(?:(?! [|·•–—-] ).)*$")  # noqa: RUF001 (dashes of titles)


def reason_by_name(file: str) -> str:
    """Say why a file is no page, as far as its name tells; empty if it may be one."""
    return "made by the generator, not written for readers" if NO_PAGES.search(file) or LISTS.search(file) else ""


def choose(
    pages: Sequence[Facts], place: Place, links: Links, indexes: Sequence[SearchIndex], *, all_versions: bool
) -> None:
    """Give each file that is no page the reason."""
    is_marked = any(each.is_marked for each in _kept(pages))
    for page in _kept(pages):
        page.reason = _reason(page, place, indexes, is_marked=is_marked)
    _leave_out_unlisted(pages, place, links)
    keep_released(pages, all_versions=all_versions)
    for version in {each.version for each in _kept(pages)}:
        members = [each for each in _kept(pages) if each.version == version]
        _leave_out_untranslated(members)
        _leave_out_repeated(_kept(members))


def name_pages(pages: Sequence[Facts]) -> None:
    """A page without a first heading is called what its tab says, less the site's name that all tabs end with."""
    ends = Counter(found[0] for each in pages if (found := _SITE_IN_TITLE.search(each.tab)))
    site = ends.most_common(1)[0][0] if ends and ends.most_common(1)[0][1] > 1 else ""
    for page in pages:
        page.title = page.title or page.tab.removesuffix(site)


def _kept(pages: Sequence[Facts]) -> list[Facts]:
    return [each for each in pages if not each.reason]


def _reason(page: Facts, place: Place, indexes: Sequence[SearchIndex], *, is_marked: bool) -> str:
    if is_marked and not page.is_marked:
        return "not marked for the site's search (data-pagefind-body)"
    if any(each.leaves_out(page.file, place.base) for each in indexes):
        return "not in the site's own search index"
    if page.is_scripted:
        return "empty until a script runs: rendered in the browser only"
    if page.is_empty:
        return "empty"
    if page.link_share > MOST_LINKS and not page.has_code:
        return "a list of links"
    in_list = page.is_unlinked and OF_LISTS.search(page.file.rpartition("/")[0])
    return "a list of pages" if in_list else ""


def _leave_out_unlisted(pages: Sequence[Facts], place: Place, links: Links) -> None:
    """A page that no other links to and that the sitemap leaves out, although it has most of the others."""
    kept = _kept(pages)
    missing = [each for each in kept if each.path not in place.listed]
    if not place.listed or len(missing) * 2 > len(kept):
        return
    for page in missing:
        names = forms(page.file)
        if not any(links.relative[f"/{each}"] + links.absolute[place.base + each] for each in names):
            page.reason = "neither in the sitemap nor linked"


def _leave_out_untranslated(pages: Sequence[Facts]) -> None:
    """Copies of a page in the site's first language below the path of another one."""
    usual = _usual_language(pages)
    by_path = {each.path: each for each in pages if each.language == usual}
    outlines = {each.outline: each for each in pages if each.language == usual and each.outline}
    for page in pages:
        if page.language == usual or not page.language:
            continue
        twin = _twin(page, usual, by_path) or outlines.get(page.outline)
        if twin is not None and _says_the_same(page, twin):
            page.reason = f"not translated: the same as {twin.path}"


def _usual_language(pages: Sequence[Facts]) -> str:
    """The one at the shortest path; of several, the most common."""
    if not pages:
        return ""
    times = Counter(each.language for each in pages)
    return min(pages, key=lambda each: (each.path.count("/"), -times[each.language], len(each.path))).language


def _twin(page: Facts, usual: str, by_path: dict[str, Facts]) -> Facts | None:
    said = next((href for name, href in page.alternates.items() if name.startswith(usual) and usual), "")
    found = by_path.get(unquote(path_of(said)))
    if found is not None:
        return found
    parts = page.path.split("/")
    place = next((number for number, part in enumerate(parts) if part.lower() == page.language), None)
    return None if place is None else by_path.get("/".join(parts[:place] + parts[place + 1 :]))


def _says_the_same(page: Facts, twin: Facts) -> bool:
    if not page.texts:
        return page.outline == twin.outline
    return len(page.texts & twin.texts) >= UNTRANSLATED * len(page.texts)


def _leave_out_repeated(pages: Sequence[Facts]) -> None:
    """Pages that are the same as another or put together from several, the largest first."""
    first: dict[int, Facts] = {}
    for page in sorted(pages, key=lambda each: (len(each.path), each.path)):
        first.setdefault(page.whole, page)
    owners: defaultdict[int, set[Facts]] = defaultdict(set)
    for page in pages:
        for text in page.texts:
            owners[text].add(page)
    for page in sorted(pages, key=lambda each: -len(each.texts)):
        if first[page.whole] is not page:
            page.reason = f"the same as {first[page.whole].path}"
        elif FIRST_OF_LISTS.search(page.file) and page.texts and all(len(owners[each]) > 1 for each in page.texts):
            page.reason = "a list of pages"
        elif len(page.texts) > FEW and _is_put_together(page, owners):
            page.reason = "repeats other pages"
        if page.reason:
            for text in page.texts:
                owners[text].discard(page)


def _is_put_together(page: Facts, owners: dict[int, set[Facts]]) -> bool:
    """From several others, none of which is nearly the same page."""
    shared = [owners[text] - {page} for text in page.texts if len(owners[text]) > 1]
    if len(shared) < MOST_REPEATED * len(page.texts):
        return False
    times = Counter(each for those in shared for each in those)
    return times.most_common(1)[0][1] < MOST_REPEATED * len(page.texts)
