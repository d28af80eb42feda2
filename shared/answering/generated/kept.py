"""What of a model's answer stands in its sources, unit by unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from shared.answering.models import Answer
    from shared.model.checker import Checked
    from shared.model.units import Unit


@dataclass(slots=True)
class Kept:
    """What of an answer stands in its sources.

    Attributes:
        text: All of it.
        written: What the model wrote, all of that.
        judged: How many of its units claim something.
        dropped: How many of those were dropped.
        cited: What the last unit cites.
        all_cited: What any does.
        begun_with: Of the text, what was there before.
    """

    text: str = ""
    written: str = ""
    judged: int = 0
    dropped: int = 0
    cited: tuple[int, ...] = ()
    all_cited: set[int] = field(default_factory=set[int])
    leads: list[str] = field(default_factory=list[str])
    before: str = ""
    begun_with: str = ""

    @classmethod
    def over(cls, continued: Answer | None, written: str = "") -> Self:
        """Nothing yet, or what follows an answer that is continued."""
        if continued is None:
            return cls(written=written)
        beginning = continued.text.rstrip()
        cited = {each.n for each in continued.sources}
        return cls(beginning, written, all_cited=cited, begun_with=beginning)

    @property
    def is_empty(self) -> bool:
        """Nothing was added."""
        return self.text == self.begun_with

    def added(self, unit: Unit, checked: Checked) -> Iterator[str]:
        """What may now be shown: the unit, after those that only lead to it."""
        self.before = max(self.before, unit.before, key=len)
        if checked.leads and checked.text is not None:
            self.leads.append(self._spaced(checked.text, first=not self.leads))
            return
        self.judged += 1
        if checked.text is None:
            self.dropped += 1
            self.leads.clear()
            return
        shown = "".join(self.leads) + self._spaced(checked.text, first=not self.leads)
        self.leads.clear()
        self.cited = checked.sources
        self.all_cited.update(checked.sources)
        self.text += shown
        yield shown

    def _spaced(self, text: str, *, first: bool) -> str:
        before, self.before = self.before, ""
        return text if first and not self.text else (before or " ") + text
