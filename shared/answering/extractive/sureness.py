"""How much of a question a line says, and whether it is the kind of line that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.answering.extractive.criteria import (
    ADDRESSES,
    ASKS_DEFAULT,
    ASKS_IDENTIFIER,
    DENIES,
    EXAMPLE,
    INHERITS,
    INSTALLS,
    LEANS,
    LOOKS_BACK,
    NAME,
    NAMES_A_PAGE,
    OF_IT,
    OPENS,
    POINTS,
    SHORTEST,
    WHICH_IS,
    YES_OR_NO,
    defines,
    is_cut,
    is_labelled,
    is_not_only_of_a_case,
    is_of_a_special_case,
    is_prose,
    is_told_by_somebody,
    says_of_its_heading,
    states,
    tells,
)
from shared.answering.extractive.line_values import adds, is_entry_of_another
from shared.answering.extractive.lines import LONGEST, decides, without_pointers
from shared.answering.question.wanted import ALL
from shared.retrieval.lexical import stem, words

if TYPE_CHECKING:
    from shared.answering.extractive.lines import Line
    from shared.answering.extractive.sections import Section
    from shared.answering.question.wanted import Wanted
    from shared.retrieval.models import Passage

SURE: Final = 0.75
"""Share of the question that a line must say, its headings included where a number or a command is asked for."""
SURE_WHETHER: Final = 0.8
SURE_IN_PLACE: Final = 0.6
"""Of what tells yes or no below headings that say the rest."""
ITSELF: Final = 0.2
"""What it counts that a line with a number says all of the question itself, not only with its headings."""
SURE_ITEM: Final = 0.3
SURE_HOW: Final = 0.9
SURE_FACT: Final = 0.78
SURE_NAME: Final = 0.9
"""The same with the headings above, where a name is asked for: other things' names stand beside the same words."""
NEVER: Final = 2.0
LEAST_TERMS: Final = 3
"""Of a question that asks for nothing of a certain shape: with fewer, a line says them all by chance."""
LEAST_TERMS_TO_DO: Final = 2
"""The same of what somebody wants to do: "how do I start it?" is held by whatever starts."""
BEGINNING: Final = 4
"""Words of a sentence among which its subject is."""


def least_of_all(wanted: Wanted) -> float:
    """The share of the question that any line must say with its headings, unless its section begins with it."""
    return SURE_ITEM if wanted.focus and wanted.asks_what else SURE


def sure_of(wanted: Wanted, line: Line, section: Section) -> float | None:
    """How much of the question the line says; None where it is not the kind of line that was asked for."""
    headings = wanted.placed_in(" ".join(section.passage.heading_path))
    if line.introduced is not None:
        return _sure_to_type(wanted, line, line.introduced, headings)
    own = wanted.placed_in(without_pointers(line.text))
    said = own | headings
    says_enough = line.is_first or wanted.sureness(said) >= least_of_all(wanted)
    if not (says_enough and _stands_alone(wanted, line) and _is_of_what_is_named(wanted, line, said, section)):
        return None
    if wanted.shape is not None:
        return _sure_of_shape(wanted, line.text, own, headings)
    if _answers_its_heading(wanted, line, section) or _begins_what_is_asked_about(wanted, line, own, section):
        return 1.0
    if _decides_in_place(wanted, line, own, headings):
        return wanted.sureness(said)
    least = _least(wanted, line, headings)
    # what is defined may be said to belong to something by headings alone
    sure = wanted.sureness(said if wanted.asks_what else own)
    return sure if sure >= least else None


def _is_of_what_is_named(wanted: Wanted, line: Line, said: frozenset[str], section: Section) -> bool:
    """The numbers, signs and names that the question names stand there, and not the opposite of what it says."""
    if _is_another(wanted, line.text, section.passage):
        return False
    if _names_another(wanted, said) or (not wanted.asks_whether and wanted.is_contradicted_by(said)):
        return False
    return wanted.numbers.union(wanted.asked.identifiers, wanted.names) <= said and all(
        each in line.text for each in wanted.asked.signs
    )


def _is_another(wanted: Wanted, line: str, passage: Passage) -> bool:
    """Whether it is asked of "it", and told of something that has a section of its own: "Hypercorn supports it"."""
    heading = passage.heading
    if not OF_IT.match(wanted.question) or heading == passage.title or wanted.share(wanted.held_by(heading)):
        return False
    return bool(words(heading)) and words(line)[: len(words(heading))] == words(heading)


def _names_another(wanted: Wanted, said: frozenset[str]) -> bool:
    """Whether a name is asked for and something is left out of what it is the name of."""
    asked = ASKS_IDENTIFIER.search(wanted.question)
    return bool(asked) and wanted.share(said | wanted.held_by(asked.group())) < SURE_NAME


def _stands_alone(wanted: Wanted, line: Line) -> bool:
    """It ends, is not too long, and has words enough; a number needs none. A row is about what the question names."""
    if (
        line.text.endswith((":", "?", "...", "…"))
        or len(line.text) > LONGEST
        or is_told_by_somebody(line.text)
        or is_cut(line.text)
        or POINTS.search(line.text)
    ):
        return False
    leads = NAMES_A_PAGE.match(line.text) and not ASKS_IDENTIFIER.search(wanted.question)
    if leads or (line.about is not None and not _is_about_what_is_asked(wanted, line, line.about)):
        return False
    return wanted.shape is not None or line.decides or len(words(line.text)) >= SHORTEST


def _is_about_what_is_asked(wanted: Wanted, line: Line, about: str) -> bool:
    """A row; one that has a number need not have the name first, and one that says nearly all need not at all."""
    if wanted.asks_what and not wanted.shape and (is_prose(line.name) or not is_prose(line.cells)):
        return False
    said = wanted.share(wanted.held_by(line.cells))
    enough = said >= SURE and not wanted.asks_what_happens
    return bool(said and wanted.shape) or enough or wanted.share(wanted.held_by(about)) > 0


def _sure_to_type(wanted: Wanted, line: Line, introduced: str, headings: frozenset[str]) -> float | None:
    if not wanted.asks_command or (wanted.asks_install and not _installs_it(wanted, line.text)):
        return None
    said = headings | wanted.held_by(introduced)
    if wanted.asks_install:
        said |= {stem("install")}
    return wanted.sureness(said) if wanted.sureness(said) >= SURE else None


def _installs_it(wanted: Wanted, command: str) -> bool:
    """It installs what the question names, not something that belongs to it: `jest`, not `@types/jest`."""
    last = frozenset(map(stem, words(command.rpartition(" ")[2])))
    return bool(INSTALLS.search(command)) and last <= wanted.weights.keys()


def _sure_of_shape(wanted: Wanted, line: str, own: frozenset[str], headings: frozenset[str]) -> float | None:
    assert wanted.shape is not None  # noqa: S101 (asked for above)
    if (
        not (wanted.share(own) or wanted.share(headings) >= ALL)
        or not wanted.shape.search(line)
        or EXAMPLE.match(line)
        or not wanted.decisive <= own | headings
        or (ASKS_DEFAULT.search(wanted.question) and is_entry_of_another(wanted, line))
    ):
        return None
    said = wanted.sureness(own | headings)
    return said + ITSELF * wanted.share(own) if said >= SURE else None


def _answers_its_heading(wanted: Wanted, line: Line, section: Section) -> bool:
    """Below a heading that asks the same it need not repeat the question: "No, it cannot.", "Rename the folder."."""
    if not line.is_first or not wanted.is_asked_by(section.passage.heading):
        return False
    if wanted.asks_whether:
        return bool(YES_OR_NO.match(line.text))
    return (wanted.asks_how or wanted.names_a_task) and not LEANS.search(line.text) and tells(wanted, line.text)


def _begins_what_is_asked_about(wanted: Wanted, line: Line, own: frozenset[str], section: Section) -> bool:
    """The first sentence of the one section that has what is asked about as its heading."""
    heading = section.passage.heading
    leans = is_labelled(line.text) or any(each.search(line.text) for each in (ADDRESSES, INHERITS, OPENS, LEANS))
    if not line.is_first or leans or wanted.names_a_task or not wanted.asks_about(heading):
        return False
    if NAME.search(heading) and not section.says_parent:
        return True
    least = ALL if section.says_parent else SURE
    return wanted.share(own) >= least and _is_subject(wanted, line.text)


def _is_subject(wanted: Wanted, line: str) -> bool:
    """Whether it begins with what is asked about, or goes on to say what that is: "It is in a store, which is …"."""
    begin = wanted.held_by(" ".join(line.split()[:BEGINNING])) & wanted.weights.keys()
    return bool(begin) or bool(WHICH_IS.search(line))


def _decides_in_place(wanted: Wanted, line: Line, own: frozenset[str], headings: frozenset[str]) -> bool:
    """Whether it tells yes or no with its headings together, which say the rest of the question."""
    enough = len(own & wanted.weights.keys()) >= LEAST_TERMS_TO_DO and wanted.sureness(own | headings) >= ALL
    return enough and wanted.asks_whether and _decides(wanted, line, SURE_IN_PLACE)


def _decides(wanted: Wanted, line: Line, least: float) -> bool:
    if LEANS.search(line.text) or LOOKS_BACK.search(line.text):
        return False
    if any(not head or wanted.share(wanted.held_by(head)) for head in line.decided):
        return True
    # of a row no two cells together say it, as each tells something of its own
    said = (line.text,) if line.about is None else line.text.split(" · ")
    return not line.decides and any(decides(wanted, without_pointers(each), least) for each in said)


def _least(wanted: Wanted, line: Line, headings: frozenset[str]) -> float:
    """The share of the question that a sentence must say to answer it; more than all where it does not answer."""
    if wanted.asks_what:
        # what is asked now need not say again what it is of
        return (SURE_ITEM if wanted.focus else SURE) if defines(wanted, line.text, headings) else NEVER
    if LEANS.search(line.text) or LOOKS_BACK.search(line.text):
        return NEVER
    if wanted.asks_whether:
        return SURE_WHETHER if _decides(wanted, line, SURE_WHETHER) else NEVER
    if says_of_its_heading(line.text) or (DENIES.search(line.text) and not DENIES.search(wanted.question)):
        return NEVER
    if wanted.asks_how:
        enough = len(wanted.weights) >= LEAST_TERMS_TO_DO and tells(wanted, line.text)
        told_for_all = is_not_only_of_a_case(wanted, line.text) and not is_of_a_special_case(wanted, line.text)
        return SURE_HOW if enough and told_for_all else NEVER
    answers = len(wanted.weights) >= LEAST_TERMS and adds(wanted, line.text) and states(wanted, line.text)
    return SURE_FACT if wanted.asks_fact and answers else NEVER
