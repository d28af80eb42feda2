"""Whose site it is, who may call it, and what is kept ready for it."""

from __future__ import annotations

import re

from shared.record import record
from shared.settings.reading import (
    FromEnvironment,
    Switch,
    choice,
    origin_list,
    price,
    refuse_half,
    setting,
    whole_number,
)


def _addresses(text: str) -> tuple[str, ...]:
    addresses = tuple(each.strip().lower() for each in text.split(",") if each.strip())
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", each) for each in addresses):
        raise ValueError
    return addresses


@record
class OriginSettings(FromEnvironment):
    """Whose pages may call what knows no accounts.

    Attributes:
        trusted_origins: As in `AuthSettings`.
    """

    trusted_origins: tuple[str, ...] = setting("TRUSTED_ORIGINS", default=(), read=origin_list)


@record
class WarmSettings(FromEnvironment):
    """What is kept warm.

    Attributes:
        functions: Their names, each with how many containers there shall be: `chat=2,search=1`.
    """

    functions: str = setting("WARM_FUNCTIONS", default="")


@record
class OwnerSettings(FromEnvironment):
    """Who may sit at the owner's desk, and what lies on it.

    Attributes:
        owners: Verified addresses of its users, in lower case.
        fewest_readers: How many readers must have asked a question before it is shown.
        single_questions: Whether it is shown even if one asked it.
        sees_guests: Whether what guests asked is among them.
        input_price: Of a million tokens that the model read; as in `ModelSettings`.
        output_price: Of a million tokens that it wrote.
    """

    owners: tuple[str, ...] = setting("OWNERS", default=(), read=_addresses)
    fewest_readers: int = setting("OWNER_FEWEST_READERS", default=3, read=whole_number(2, 20))
    single_questions: Switch = setting("OWNER_SEES_SINGLE_QUESTIONS", default="off", read=choice(Switch))
    sees_guests: Switch = setting("OWNER_SEES_GUESTS", default="off", read=choice(Switch))
    input_price: float | None = setting("MODEL_INPUT_PRICE", default=None, read=price)
    output_price: float | None = setting("MODEL_OUTPUT_PRICE", default=None, read=price)

    def __post_init__(self) -> None:
        """Half of a cost is none.

        Raises:
            Misconfigured: One price is given without the other.
        """
        refuse_half(MODEL_INPUT_PRICE=self.input_price, MODEL_OUTPUT_PRICE=self.output_price)

    @property
    def fewest(self) -> int:
        """Readers of a question that is shown."""
        return 1 if self.single_questions == "on" else self.fewest_readers
