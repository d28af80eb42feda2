"""What an answer may cost at most, before anybody is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.model import rewriting
from shared.model.prompt import AROUND, SAID_TOKENS, SO_FAR_TOKENS, tokens_of
from shared.record import record

if TYPE_CHECKING:
    from typing import Self

    from shared.settings.answers import ModelSettings


@record
class Costs:
    """What one answer may cost at most, in tokens.

    Attributes:
        prompt: That the model reads.
        answer: That it writes.
        aside: Of the question that is first made of the message.
    """

    prompt: int
    answer: int
    aside: int

    @property
    def most(self) -> int:
        """A try that broke off may have cost its prompt, and there are two tries."""
        return 2 * self.prompt + self.answer + self.aside

    @classmethod
    def of(
        cls, settings: ModelSettings, message: str, selection: str = "", *, follows: bool = False, more: bool = False
    ) -> Self:
        """Of an answer to this message.

        Args:
            settings: Of the sources' and the answer's length.
            message: The reader's.
            selection: What the reader marked.
            follows: Something may have been said before.
            more: There is an answer already, whose end is told.
        """
        said = SAID_TOKENS if follows else 0
        so_far = SO_FAR_TOKENS if more else 0
        prompt = AROUND + settings.source_tokens + said + so_far + tokens_of(message) + tokens_of(selection)
        aside = rewriting.AROUND + said + tokens_of(message) + rewriting.LIMITS.tokens
        return cls(prompt, settings.answer_tokens, aside)
