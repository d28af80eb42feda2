"""What a line must be, beyond holding a question's words, to answer it by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shared.retrieval.lexical import COMMON_WORDS, STOP_WORDS, stem, words

if TYPE_CHECKING:
    from shared.answering.question.wanted import Wanted

SHORTEST: Final = 4
"""Words of a line that can stand alone."""
LEANS: Final = re.compile(
    r"^(?:and|but|or|so|then|also|however|otherwise|therefore|thus|hence|moreover|similarly|it|they|he|she"
    r"|additionally|furthermore|consequently|alternatively|as such|in addition|in the (?:former|latter)"
    r"|(?:all of )?(?:this|that|these|those)|for (?:example|instance|(?:this|that|these) reasons?)"
    r"|in (?:this|that|these|those|such))\b"
    r"|^(?:\w+ ){1,3}(?:still|also|either|even|instead)\b|\b(?:can|may|could) also\b"
    r"|\b(?:do|does|doing|done|did) (?:so|this|that|it|the same)\b"
    r"|\b(?:can|may|could|will|must|should|is|are) then\b"
    r"|\b(?:above|below|following|previous|as (?:shown|described|mentioned|follows))\b",
    re.IGNORECASE,
)
"""How a sentence tells that it leans on others."""
LOOKS_BACK: Final = re.compile(
    r"^(?:\S+ ){0,5}(?:this|these|those)(?=\s*(?:[.,;:)]|$)"
    r"|\s(?:is|are|was|were|can|could|may|might|will|would|must|should|has|have|to)\b)",
    re.IGNORECASE,
)
"""Where "this" stands so early that it is something before the sentence: "One way to use this is …"."""
EXAMPLE: Final = re.compile(
    r"^\W*(?:for (?:example|instance)|e\.g\.|suppose|imagine|assume|say,|let's say|as an example)\b", re.IGNORECASE
)
"""How a sentence begins of which the numbers are made up to explain something."""
OPENS: Final = re.compile(
    r"^\W*(?:as|when|if|while|since|because|although|once|after|before|to|by|with|for|from|there|given|unlike|during)\b",
    re.IGNORECASE,
)
"""How a sentence begins that does not say at once what something is."""
ADDRESSES: Final = re.compile(r"^\W*(?:you|we|let's|here|now)\b", re.IGNORECASE)
"""How a sentence begins that leads readers on and says of nothing what it is: "You will meet it later"."""
POINTS: Final = re.compile(
    r"^\W*(?:please )?(?:see|refer to|consult|visit|have a look at|take a look at)\b"
    r"|\b(?:described|explained|documented|covered|discussed) (?:here|there|in the|on the|at the)\b",
    re.IGNORECASE,
)
"""How a line leads to where the answer stands."""
POINTER: Final = re.compile(r"\s?\((?:see|cf\.?|refer to|read|compare)\s[^()]*\)", re.IGNORECASE)
"""What only leads to where more stands, in brackets: its words are those of a heading, and say nothing here."""
NAMES_A_PAGE: Final = re.compile(r"^\W*[\w./-]+\.(?:mdx?|html?|rst|ipynb)\b", re.IGNORECASE)
"""What stands in a list of pages, and leads to one of them."""
WHICH_IS: Final = re.compile(r", (?:which|who) (?:is|are|was|were)\b", re.IGNORECASE)
"""What goes on to say what was just named."""
INHERITS: Final = re.compile(r"\b(?:inherits|derives|is derived|subclasse[sd]) (?:from )?", re.IGNORECASE)
"""What tells where something comes from, not what it is."""
CAUTIONS: Final = re.compile(
    r"\b(?:ensure|make sure|be (?:sure|careful|aware)|take care|remember|don't forget|avoid)\b", re.IGNORECASE
)
"""What tells of a thing to mind, beside what is to be done."""
BEGINS_WITH_CODE: Final = re.compile(r"^(?:the )?`([^`]+)`", re.IGNORECASE)
DENIES: Final = re.compile(r"\b(?:not|never|cannot|without|no longer)\b|n't\b", re.IGNORECASE)
SOMEBODY: Final = re.compile(r"(?<![\w`])(?:I|I've|I'd|I'm|my)(?![\w`])")
"""Of an author's own story; a line that quotes a command never has it."""
LABEL: Final = re.compile(
    r"^\W*(?:signature|defaults?|types?|returns?|since|examples?|usage|note|syntax|arguments?|parameters?|values?|accepts"
    r"|required|deprecated|added in|available (?:in|since)|alias(?:es)?|see also|tip|warning|important)"
    r"(?: (?:values?|types?|in|since))?\W{0,3}:\W",
    re.IGNORECASE,
)
"""A property of what the heading names, told by its name: `Default: 5`, `Signature: run(a)`."""
WITHOUT_SUBJECT: Final = re.compile(
    r"^\W*(?:[A-Z][a-z]+[^s\W]s|Used|Called|Raised|Needed|Required|Similar)\s"
    r"(?:an?|the|to|your|all|any|in|by|for|when|if|whether)\b"
)
"""How an entry begins that leaves out what it is about, as its heading says that: "Manages the …"."""
SUBORDINATE: Final = re.compile(
    r"\b(?:if|when|whenever|whether|unless|once|after|before|while|until|because|since|although|in case|so that"
    r"|in order to)\b(?:(?! [-–—] )[^,;:])*",  # noqa: RUF001 (a dash)
    re.IGNORECASE,
)
"""What is only assumed, or is another matter: it decides nothing."""
CONDITION: Final = re.compile(r"^\W*(?:if|when|whenever|unless|once|in case)\b", re.IGNORECASE)
CASE: Final = re.compile(r"\b(?:when|whenever|while|unless)\b[^,;:]*", re.IGNORECASE)
"""One of several; but "if you want to" and "in order to" tell what is done."""
CLAUSE: Final = re.compile(r"^[^,;:]*")
STATED: Final = 0.5
"""Share of a question that a sentence must say beside the condition with which it begins."""
_TO_DO: Final = (
    r"(?:use|set|run|call|add|pass|specify|type|press|click|open|choose|create|put|write|change|select|enable|disable"
    r"|install|configure|define|register|import|provide|go|start|remove)\b"
)
TELLS: Final = re.compile(
    r"\bby \w+ing\b|\b(?:you|one|we) (?:can|may|must|should|could|have to|need to|will)\b(?! (?:be|have)\b)"
    r"|\b(?:must|should) be (?!an?\b|the\b)\w+"
    rf"|(?:^|[;:.] |\b(?:to|please|simply|just) ){_TO_DO}",
    re.IGNORECASE,
)
"""What tells somebody to do something."""
GOES_ON: Final = re.compile(rf"(?:, |\b(?:and|then) ){_TO_DO}", re.IGNORECASE)
"""The same within a sentence; after a subject it is what that does: "the tests start it and remove it"."""
TO_BE_DONE: Final = re.compile(r"\bhow (?:(?:do|can|could|should|would) (?:i|we|you|one)|to)\b", re.IGNORECASE)
"""Asks for what the reader is to do, not for how something went."""
HAS_SUBJECT: Final = re.compile(r"^\W*(?:an?|the|this|these|each|every|all|its|our|their|they|it)\b", re.IGNORECASE)
WISHES: Final = re.compile(r"\b(?:may|might|could|would) (?:also )?(?:want|wish|like|prefer|need)\b", re.IGNORECASE)
"""What tells of a problem, not what to do about it."""
OF_THIS: Final = re.compile(
    r"\b(?:you|one|we) (?:can|may|could) (?:change|customi[sz]e|modify|override|adjust|alter|configure) "
    r"(?:this|that|these|those|it)\b",
    re.IGNORECASE,
)
"""What may be done with what the sentence has told before, which is another matter than what is asked."""
INSTALLED: Final = re.compile(r"\binstall\w*\s(?:the\s)?`([^`]+)`", re.IGNORECASE)
LINKING: Final = re.compile(
    r"\s(?:is|are|was|were)\s(?:(?:an?|the|one|any|simply an?|basically an?|just an?)\s)"
    r"|\sare\s(?!\w+(?:ed|ing|able|ible|ful|ous|ive|al|ly|ent|ary|en|own)\b|not\b|also\b|only\b"
    r"|(?:run|made|kept|sent|built|set|put|read|held|found|done|left|lost|told|sold|split|cut|bound|met)\b)(?=\w+ )"
    r"|\s(?:represents?|refers to|means|stands for|describes?|denotes?)\s|\s?:\s(?!$)|\s[–—-]\s"  # noqa: RUF001 (a dash)
)
"""Between what is defined and what it is."""
ARTICLE: Final = re.compile(r"^\W*(?:an?|the)\s", re.IGNORECASE)
YES_OR_NO: Final = re.compile(
    r"^\W*(?:yes|no|not|never|always|only|[✓✔✅✗✘❌]|(?:un)?supported|optional|required)(?:\W|$)", re.IGNORECASE
)
ASKS_DEFAULT: Final = re.compile(r"\bdefaults?\b", re.IGNORECASE)
INSTALLS: Final = re.compile(
    r"\binstall\b|\bpacman -S|\b(?:npm|pnpm|yarn|uv|poetry|cargo|apk|pdm) add\b|\bnpm i\b|\bgo get\b|\bemerge\s",
    re.IGNORECASE,
)
NAME: Final = re.compile(r"`|_|--|[a-z][A-Z]")
"""How the name of an option looks, which says what it is by itself."""
NUMBER: Final = re.compile(r"(?<![A-Za-z_])\d+(?:[.,]\d+)*")
"""By itself or with its unit; not within a name: `l0-retention`."""
ASKS_IDENTIFIER: Final = re.compile(
    r"\b(?:which|what)\s(?:\w+\s){0,2}(?:flags?|options?|settings?|parameters?|arguments?|variables?|commands?|functions?|methods?"
    r"|class(?:es)?|headers?|files?|hooks?|propert(?:y|ies)|keys?|fields?|attributes?|events?|exceptions?|modules?"
    r"|packages?|decorators?|endpoints?|environment variable)\b",
    re.IGNORECASE,
)
QUALIFIER: Final = re.compile(r"\b(?:by default|automatically|always|only|at runtime|without)\b", re.IGNORECASE)
"""What turns an answer into another one: where it is asked, a line must say it."""
OF_IT: Final = re.compile(r"^\W*\w+(?:n't)? it\b", re.IGNORECASE)
"""Asks whether something holds of what the book is about."""
ASKS_WHEN: Final = re.compile(r"\bwhen\b", re.IGNORECASE)


def says_of_its_heading(line: str) -> bool:
    """Whether it tells what the thing does that its heading names, and nobody what to do: "Used to clean it."."""
    return bool(WITHOUT_SUBJECT.match(line))


def is_labelled(line: str) -> bool:
    """Whether it is a property of what its heading names, and says nothing without that."""
    return bool(LABEL.match(line))


def is_told_by_somebody(line: str) -> bool:
    """Whether an author tells of himself."""
    return bool(SOMEBODY.search(line))


def tells(wanted: Wanted, line: str) -> bool:
    """Whether it tells somebody to do something; of installing, to install what was asked about."""
    others = (each for each in INSTALLED.findall(line) if not wanted.held_by(each) <= wanted.weights.keys())
    if wanted.asks_install and any(others):
        return False
    goes_on = GOES_ON.search(line) and not (TO_BE_DONE.search(wanted.question) and HAS_SUBJECT.match(line))
    if WISHES.search(line) or OF_THIS.search(line) or (CAUTIONS.search(line) and not CAUTIONS.search(wanted.question)):
        return False
    return bool(TELLS.search(line) or goes_on)


def qualifiers(text: str) -> set[str]:
    """What of a text limits what it says ("only", "by default"), in lower case."""
    return {each.lower() for each in QUALIFIER.findall(text)}


def is_cut(line: str) -> bool:
    """Whether it is the end or the beginning of a sentence that a full stop within it has cut."""
    return line.count("(") != line.count(")") and "`" not in line


def states(wanted: Wanted, line: str) -> bool:
    """Whether it says what is asked, and does not only assume it: "If the disk is full, …" tells of something else."""
    if ASKS_WHEN.search(wanted.question) or not CONDITION.match(line):
        return True
    return wanted.share(wanted.held_by(SUBORDINATE.sub(" ", line, count=1))) >= STATED


def is_not_only_of_a_case(wanted: Wanted, line: str) -> bool:
    """Whether what is to be done stands outside of "when …" and the like: "Pass `x` when you delete a large one"."""
    return wanted.share(wanted.held_by(CASE.sub(" ", line))) > 0


def is_of_a_special_case(wanted: Wanted, line: str) -> bool:
    """Whether it begins with a condition that is more of another matter than of what is asked: "If you use YAML, …"."""
    begin = CLAUSE.match(line) if CONDITION.match(line) and TO_BE_DONE.search(wanted.question) else None
    if begin is None:
        return False
    told = {stem(word) for word in words(begin.group()) if word not in STOP_WORDS and word not in COMMON_WORDS}
    said = wanted.held_by(begin.group()) & wanted.weights.keys()
    return len(told - said) >= max(1, len(told & said))


def is_prose(cells: str) -> bool:
    """Whether a row says something in words, not only in numbers."""
    return sum(not word.isdigit() for word in words(cells)) >= SHORTEST


def defines(wanted: Wanted, line: str, headings: frozenset[str] = frozenset()) -> bool:
    """Whether the line begins with what the question asks about, and says what it is.

    Args:
        wanted: The question.
        line: A sentence or an entry.
        headings: What those above it say; of "a unit of an answer" the line need only name the unit.
    """
    first, *others = wanted.subject or [""]
    subject = [first, *(each for each in others if each not in headings)] if first else []
    begin = LINKING.split(line, maxsplit=1)
    if len(begin) < 2 or not subject or OPENS.match(line) or LEANS.search(line):  # noqa: PLR2004 (it defines nothing)
        return False
    if is_labelled(begin[1]):
        return False
    spelled = words(ARTICLE.sub("", begin[0]))
    if any(wanted.asked.forms[each].isdisjoint(spelled) for each in subject if each in wanted.literal):
        return False
    before = [stem(word) for word in spelled]
    return all(each in before for each in subject) and len(before) <= len(subject) + 4
