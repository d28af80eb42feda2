"""What a model's tokens cost is told whole or not at all."""

from __future__ import annotations

import pytest

from shared.errors import Misconfigured
from shared.settings.answers import ModelSettings
from shared.settings.site import OwnerSettings

BOTH = {"MODEL_INPUT_PRICE": "0.4", "MODEL_OUTPUT_PRICE": "1.6"}


@pytest.mark.parametrize("settings", [ModelSettings, OwnerSettings])
@pytest.mark.parametrize(("given", "absent"), [tuple(BOTH), tuple(reversed(BOTH))])
def test_a_price_without_the_other_is_refused_by_the_name_of_what_is_absent(
    settings: type[ModelSettings | OwnerSettings], given: str, absent: str
) -> None:
    with pytest.raises(Misconfigured) as raised:
        settings.read({given: BOTH[given]})

    assert f"{absent} is not set, but {given} is" in str(raised.value.__cause__)


@pytest.mark.parametrize("settings", [ModelSettings, OwnerSettings])
@pytest.mark.parametrize("environ", [{}, BOTH, {"MODEL_INPUT_PRICE": "0", "MODEL_OUTPUT_PRICE": "0"}])
def test_both_or_none_are_taken(settings: type[ModelSettings | OwnerSettings], environ: dict[str, str]) -> None:
    read = settings.read(environ)

    assert (read.input_price is None) == (read.output_price is None) == (not environ)
