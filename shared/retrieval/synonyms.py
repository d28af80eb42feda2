"""Words that readers and writers of documentation use for the same, and for the opposite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import STOP_WORDS, stem, terms, words

if TYPE_CHECKING:
    from shared.retrieval.vocabulary import Vocabulary

NONE: Final = frozenset[str]()

IRREGULAR: Final = """
    keep kept; find found; send sent; build built; write wrote written; choose chose chosen; make made; run ran;
    lose lost; hold held; show shown; give gave given; begin began begun; break broke broken; sell sold; pay
    paid; mean meant; understand understood; know knew known; see seen; throw threw thrown; lead led; catch
    caught; bring brought; buy bought; teach taught; think thought; spend spent; tell told; say said; hide hid
    hidden; drive drove driven; draw drew drawn; freeze froze frozen; forget forgot forgotten; wake woke woken;
    feed fed; grow grew grown; bind bound; steal stole stolen; win won; fight fought; rise risen; fall fell
    fallen; speak spoke spoken; stand stood; sit sat; shoot shot; lay laid; eat ate eaten; fly flew flown; go
    went gone; come came; become became; sleep slept; seek sought; withdraw withdrew withdrawn; meet met; feel
    felt; deal dealt; sing sang sung; sink sank sunk; swim swam swum; strike struck; swear swore sworn; tear
    tore torn; wear wore worn; shake shook shaken; arise arose arisen; child children; person people; index
    indices; vertex vertices; matrix matrices; criterion criteria; man men; woman women; foot feet; life lives;
    half halves; axis axes; analysis analyses; hypothesis hypotheses
""".split(";")  # noqa: SIM905 (a paragraph is easier to read than a hundred quoted words)
"""Forms that no ending makes: what is asked with "kept" is told with "keep"."""
IRREGULAR_STEMS: Final = tuple(frozenset(map(stem, group.split())) for group in IRREGULAR)
SAME: Final = IRREGULAR_STEMS + tuple(
    frozenset(map(stem, group.split()))
    for group in (
        "delete remove erase",
        "modify change override customize",
        "price cost",
        "weigh weight heavy mass",
        "skip ignore exclude",
        "show display print",
        "quit exit terminate kill",
        "maximum max limit",
        "minimum min",
        "anonymous unauthenticated guest anon",
        "folder directory",
        "picture image photo",
        "upgrade migrate",
        "default defaults",
        "repository repo",
        "speed faster quicker",
        "mandatory required",
        "fail fails error errors",
        "configuration config",
        "environment env",
        "parameter param",
        "argument arg",
        "authentication auth",
        "database db",
        "development dev",
        "administrator admin",
        "license licence licensed",
        "drawback disadvantage limitation downside con",
        "advantage benefit pro upside",
    )
)
"""Words that readers and writers of documentation use for the same."""
OPPOSITES: Final = tuple(
    tuple(frozenset(map(stem, side.split())) for side in pair.split("|"))
    for pair in (
        "enable activate | disable deactivate",
        "allow permit grant | deny forbid disallow prohibit block revoke",
        "install | uninstall remove",
        "encrypt | decrypt",
        "encode | decode",
        "compress zip | decompress unzip",
        "serialize | deserialize",
        "import | export",
        "upload | download",
        "start launch | stop quit terminate kill",
        "open | close",
        "show display | hide",
        "add insert | remove delete",
        "create | delete destroy",
        "include | exclude ignore skip",
        "increase raise | decrease reduce lower",
        "upgrade | downgrade",
        "push | pull",
        "connect attach mount | disconnect detach unmount",
        "lock | unlock",
        "subscribe | unsubscribe",
        "publish | unpublish",
        "deprecate | undeprecate",
        "commit | rollback",
        "expand | collapse",
        "accept | reject refuse",
        "success succeed | failure fail",
        "minimum min least | maximum max most",
        "login signin | logout signout",
        "input | output",
        "read | write",
        "client | server",
        "local | remote",
        "first | last",
        "before | after",
        "always | never",
        "synchronous sync | asynchronous async",
        "public | private",
        "required mandatory | optional",
        "visible | invisible",
        "online | offline",
    )
)
"""What tells how to allow something does not tell how to deny it; either side has words for the same."""
PHRASES: Final = tuple(
    (re.compile(asked, re.IGNORECASE), frozenset(map(stem, told.split())))
    for asked, told in (
        (
            r"\b(?:turn|switch)(?:ing)? (?:(?P<what>\w+) )?off\b|\bopt(?:ing)? out\b|\bget rid of\b",
            "disable deactivate",
        ),
        (r"\b(?:turn|switch)(?:ing)? (?:(?P<what>\w+) )?on\b", "enable activate"),
        (r"\bembed(?:s|ding|ded)?\b", "put add place insert include integrate"),
        (r"\b(?:log|sign)(?:ging|ing)? ?in\b", "login signin authenticate authentication"),
        (r"\b(?:white|allow)-?list(?:s|ed|ing)?\b", "allow whitelist allowlist permit"),
        (r"\b(?:black|deny)-?list(?:s|ed|ing)?\b", "deny blacklist denylist block"),
        (r"\bset(?:ting)? up\b", "setup install configure"),
        # where nothing else is named, the product is: other things that are removed do not tell how
        (r"\buninstall(?:s|ed|ing)?\b(?=\s+(?!(?:it|this|that|again|now|completely)\b)\w)", "remove delete erase"),
        (r"\b(?:remov|delet|eras)(?:e|es|ed|ing)\b", "uninstall"),
    )
)
"""Two words that writers have one for."""


def others_of(question: str, stems: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each of a question's stems those that mean the same, where there are any."""
    others = dict[str, frozenset[str]]()
    for group in SAME:
        others |= {each: group | others.get(each, NONE) for each in group & stems}
    for asked, told in PHRASES:
        if found := asked.search(question):
            own = {*terms(found.group())}.difference(terms(found.groupdict().get("what") or ""))
            others |= {each: told | others.get(each, NONE) for each in own & stems}
    return others


def lacking(question: str, vocabulary: Vocabulary) -> dict[str, frozenset[str]]:
    """For each stem that the book does not hold those of the book that mean the same: "weigh" where it says "mass"."""
    stems = {stem(word) for word in words(question) if word not in STOP_WORDS}
    unknown = frozenset(stems - vocabulary.frequencies.keys()) if vocabulary.complete else NONE
    others = others_of(question, unknown) if unknown else {}
    known = ((each, told & vocabulary.frequencies.keys()) for each, told in others.items())
    return {each: told for each, told in known if told}


def told_otherwise(question: str, vocabulary: Vocabulary) -> str:
    """The question with the book's words for those that it lacks, by which alone a search by words can find it."""
    found = sorted({vocabulary.word(each) for told in lacking(question, vocabulary).values() for each in told})
    return " ".join([question, *found])
