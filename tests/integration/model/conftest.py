"""The whole system with a model that does what a test tells it to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.local.components import Deployment
from infra.local.gateway.fork_server import COMMON
from infra.local.platform import Platform
from infra.local.state import State
from tests.fixtures.platform import ingest_book
from tests.fixtures.scripted_model import ScriptedModel, scripted_model

if TYPE_CHECKING:
    from collections.abc import Generator

    from shared.settings.database import Transport

MANY = "1000000000"
SETTINGS = {
    "MODEL_NAME": "scripted",
    "MODEL_FIRST_SECONDS": "2",
    "MODEL_SECONDS": "6",
    "MODEL_INPUT_PRICE": "1",
    "MODEL_OUTPUT_PRICE": "0",
    "MODEL_DAY_TOKENS": MANY,
    "MODEL_READER_TOKENS": MANY,
    "MODEL_READER_QUESTIONS": "3000",
    "MODEL_ADDRESS_QUESTIONS": "3000",
    "RATE_LIMITS": "off",
    "USES_AN_HOUR": "0",
}


@pytest.fixture(scope="package")
def model() -> Generator[ScriptedModel]:
    with scripted_model() as server:
        yield server


@pytest.fixture(scope="package")
def platform(model: ScriptedModel) -> Generator[Platform]:
    deployment = Deployment({**SETTINGS, "MODEL_URL": model.url}, fork_after=COMMON)
    with State.temporary() as state, Platform(state, ["http"], deployment=deployment) as platform:
        ingest_book(platform)
        yield platform


@pytest.fixture
def transport() -> Transport:
    return "http"
