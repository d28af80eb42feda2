"""What a message means that leans on what was said before it: "price?", "and the camera?", "explain the third one".

It is completed by the words of the question before it, which may have been completed itself: so all of the last turns
count. What was said may come from a client: it is compared and searched for, and never believed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, Protocol

from shared.answering.conversation.items import item_at, item_meant
from shared.answering.conversation.leaning import leaning
from shared.answering.conversation.referring import changes, compares, joins, meaning, points
from shared.answering.conversation.small_talk import heard
from shared.answering.words import USUAL, phrases
from shared.record import record
from shared.retrieval.lexical import COMMON_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.answering.conversation.items import Item
    from shared.answering.conversation.leaning import Leaning

Wish = Literal["answer", "more", "shorter"]

SHORT: Final = 6
"""Words of meaning; a message with more of them stands on its own."""

FRAGMENT: Final = 3
"""Words of meaning; with so few and no verb, a message is no question of its own."""

SUBJECT: Final = 20
"""Words of meaning that are taken from what was asked before, the latest first."""

GENERAL: Final = frozenset(phrases(USUAL, "asking"))
"""What a message asks about something; where it says nothing else, it does not say about what."""

VERB: Final = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|should|would|will|must|may|has|have|need|needs|i'm|what's|who's"
    r"|where's|how's)\b|^\W*(?:how to|where to|when to|what to|which|whose)\b",
    re.IGNORECASE,
)

ORDER: Final = re.compile(
    r"^\W*(?:please |can you |could you |would you )?(?:explain|give|show|tell|describe|elaborate|expand|list|name"
    r"|compare|clarify|rephrase|repeat|translate|define|summari[sz]e)\b",
    re.IGNORECASE,
)

SHOWN: Final = re.compile(
    r"\bthe (?:\w+ )?"
    r"(?:commands?|code|config(?:uration)?|steps?|syntax|table|list|output|scripts?|snippets?|options?)\W*$",
    re.IGNORECASE,
)
"""What there is of many things: "the training command" is that of what was asked about."""

NAME: Final = re.compile(r"(?<=[\w,] )(?:(?!I\b)[A-Z][\w.+-]*|\w*\d[\w.+-]*)(?: (?:[A-Z][\w.+-]*|\d[\w.+-]*))*")
"""Capitals or digits, not at the beginning: `ROS 2 Humble`, `D435i`."""

ONE_NAME: Final = re.compile(r"[a-z]+[\d_][\w.-]*|[\w-]*_[\w-]*", re.IGNORECASE)
"""Written as programs name things: `pi0`, `wall_x`."""
LEADING: Final = re.compile(
    r"^\W*(?:(?:and|but|or|so|then|also|plus|what|how|about|same|if)\b\W*)+(?:for\b(?=\s+(?:the|an?)\b))?\s*",
    re.IGNORECASE,
)
ARTICLE: Final = re.compile(r"^(?:the|an?|my|your)\s+", re.IGNORECASE)
PLACED: Final = re.compile(r"(on|in|with|for|without|using|under|from)\s", re.IGNORECASE)


class Utterance(Protocol):
    """Something that was said in a conversation."""

    @property
    def role(self) -> str:
        """`user` or `assistant`."""
        ...

    @property
    def content(self) -> str:
        """The words."""
        ...


@record
class FollowUp:
    """What a message means.

    Attributes:
        question: Searched and answered in its place.
        focus: What the message itself asks about; the rest of the question is what it is about.
        wish: What is wanted: an answer, more than was answered, or less.
        quoted: The item of the last answer that it is about.
        fragment: The message may as well stand alone: it is a few words without a verb.
        points: It says "it", "and for guests?", or nothing of what it is about: what the last answer showed is meant.
    """

    question: str
    focus: str = ""
    wish: Wish = "answer"
    quoted: str = ""
    fragment: bool = False
    points: bool = False


def refers_back(message: str) -> bool:
    """Whether a message cannot be understood without what was said before it."""
    if heard(message).wish:
        return True
    meant = meaning(message)
    if not meant or leaning(message):
        return True
    if len(meant) > SHORT:
        return False
    if GENERAL.issuperset(meant):
        return True
    return bool(joins(message)) or points(message) or compares(message) or is_fragment(message)


def may_refer_back(message: str) -> bool:
    """Whether it is worth another search, with the words before it, when the first found nothing."""
    return len(meaning(message)) <= SHORT


def is_fragment(message: str) -> bool:
    """A few words without a verb: "price?", "on Windows", "URDF joint types"; or an order: "give me an example"."""
    if len(meaning(message)) > FRAGMENT:
        return False
    return not _names(message) if ORDER.search(message) else not VERB.search(message)


def understood(message: str, said: Sequence[Utterance]) -> FollowUp | None:
    """What a message means after what was said, oldest first; None where nothing was asked before."""
    before = asked_before(said)
    if before is None:
        return None
    wish = heard(message).wish
    if wish:
        return FollowUp(before, wish=wish)
    answers = [each.content for each in said if each.role == "assistant"]
    leans = leaning(message)
    item = _item(message, answers[-1], before, leans) if answers else None
    if item:
        return FollowUp(_joined(item.in_place, before), item.label, quoted=item.text)
    if leans:
        named = _named_besides(before, leans.about) if leans.continues else _joined(message, before)
        return FollowUp(named, leans.about)
    meant = meaning(message)
    if changes(meant) and points(message):  # what was asked finds it again; "change" stands on pages about other things
        return FollowUp(_named_besides(before, " ".join(meant)), " ".join(meant), points=True)
    question = _substituted(message, before) or _joined(message, before)
    certain = GENERAL.issuperset(meant) or (joins(message) and len(meant) < FRAGMENT)
    pointing = points(message) or joins(message) or GENERAL.issuperset(meant)
    return FollowUp(question, " ".join(meant), fragment=is_fragment(message) and not certain, points=pointing)


def asked_before(said: Sequence[Utterance]) -> str | None:
    """The last question among what was said, completed where it was a follow-up itself."""
    for at in range(len(said) - 1, -1, -1):
        each = said[at]
        told = heard(each.content) if each.role == "user" else None
        if told and told.question and not told.wish:
            earlier = understood(told.question, said[:at]) if refers_back(told.question) else None
            return earlier.question if earlier else told.question
    return None


def _item(message: str, answer: str, before: str, leans: Leaning | None) -> Item | None:
    """The item that the message points at by its place, in whatever language."""
    if leans is None or leans.place is None:
        return item_meant(message, answer, before)
    return item_at(leans.place, answer, before, leans.about)


def _joined(question: str, before: str) -> str:
    known = set(words(question))
    subject = [word for word in meaning(before) if word not in known]
    return " ".join([question.strip(), *subject[:SUBJECT]])


def _substituted(message: str, before: str) -> str:
    """The question before, where the message only names something else: "How do I install Gazebo?", "and Isaac Sim?".

    It takes the place of what it is a name like, where capitals or a preposition tell, and else stands beside it.
    """
    named = LEADING.sub("", message).strip(" ?!.")
    if named == message.strip(" ?!.") or VERB.search(message) or not meaning(named):
        return ""
    frame = _frame(before)
    like = _like(frame, named)
    if like:
        return like
    beginning, _, last = frame.rpartition(" ")
    if ONE_NAME.fullmatch(named) and _is_name(last) and " " in beginning:
        return f"{beginning} {named}"
    placed = PLACED.match(named)
    places = list(re.finditer(rf"\b{placed.group(1)} (?:the |an? )?[\w.+-]+", frame, re.IGNORECASE)) if placed else []
    names = list(NAME.finditer(frame)) if NAME.search(f"a {named}") else []
    for replaced in (*places[-1:], *names[-1:]):
        return f"{frame[: replaced.start()]}{named}{frame[replaced.end() :]}"
    return _named_besides(before, named)


def _is_name(word: str) -> bool:
    """Whether a word is none of a language, as far as one can tell: such as what a program calls something."""
    return bool(meaning(word)) and not GENERAL.issuperset(meaning(word)) and word.lower() not in COMMON_WORDS


def _named_besides(before: str, named: str) -> str:
    return f"{_frame(before)} {named}"


def _frame(before: str) -> str:
    """The question before, without the marks that end it."""
    return before.strip(" ?!.").replace("? ", " ")


def _like(frame: str, named: str) -> str:
    """The frame with what is named in the place of its namesake: "the leader arm" in that of "follower arm"."""
    *kind, head = ARTICLE.sub("", named).split()
    same = re.search(rf"\b(?!(?:the|an?|my|your|this)\b)([\w.+-]+) {re.escape(head)}\b", frame, re.IGNORECASE)
    return f"{frame[: same.start(1)]}{' '.join(kind)}{frame[same.end(1) :]}" if kind and same else ""


def _names(message: str) -> bool:
    """Whether an order says of what: "explain quantization", but not "explain the third one", "show me the command"."""
    if GENERAL.issuperset(meaning(message)[-1:]) or SHOWN.search(message):
        return False
    return not points(message) and "example" not in words(message)
