"""Where passages are searched, and what answers are made with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shared.record import record
from shared.settings.reading import FromEnvironment, Switch, choice, http_url, price, refuse_half, setting, whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping


def _words(text: str) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(text)
    try:
        texts = [each.strip() for words in read.values() for each in words.values()]
    except AttributeError as error:
        raise ValueError from error
    if not all(texts):
        raise ValueError
    return read


@record
class ChatSettings(FromEnvironment):
    """What the assistant says of itself.

    Attributes:
        words: The owner's texts as JSON, `{"<language>": {"<key>": "<text>"}}`, in place of those of answering/words.
        stop_milliseconds: How often it is asked, while an answer is written, whether its reader wants no more of it.
    """

    words: Mapping[str, Mapping[str, str]] | None = setting("CHAT_WORDS", default=None, read=_words)
    stop_milliseconds: int = setting("CHAT_STOP_MILLISECONDS", default=1000, read=whole_number(50, 30_000))


@record
class ModelSettings(FromEnvironment):
    """The model that writes answers; without an address there is none, and all answers are quoted.

    Attributes:
        url: Of an API that is compatible with OpenAI's, up to its `/v1`; https, but for this machine.
        name: What the model is called there.
        api_key: Sent to it as a bearer's.
        fallback_url: Of another one, which is asked when the first fails.
        fallback_name: What the model is called there.
        fallback_api_key: Sent to that one.
        provider: Who runs it, as a reader's consent must name it; without one, no marked text is passed on.
        first_seconds: Until its first word.
        seconds: Until its last.
        source_tokens: Of the book's sections that it is given.
        answer_tokens: Of an answer.
        input_price: Of a million tokens that it reads.
        output_price: Of a million tokens that it writes.
        day_tokens: Of everybody's answers a day.
        reader_tokens: Of a signed-in reader's.
        reader_questions: Of a signed-in reader a day.
        address_questions: Of a guest's address a day.
    """

    url: str | None = setting("MODEL_URL", default=None, read=http_url)
    name: str = setting("MODEL_NAME", default="")
    api_key: str | None = setting("MODEL_API_KEY", default=None, secret=True)
    fallback_url: str | None = setting("MODEL_FALLBACK_URL", default=None, read=http_url)
    fallback_name: str = setting("MODEL_FALLBACK_NAME", default="")
    fallback_api_key: str | None = setting("MODEL_FALLBACK_API_KEY", default=None, secret=True)
    provider: str = setting("MODEL_PROVIDER", default="")
    first_seconds: int = setting("MODEL_FIRST_SECONDS", default=8, read=whole_number(1, 25))
    seconds: int = setting("MODEL_SECONDS", default=20, read=whole_number(2, 25))
    source_tokens: int = setting("MODEL_SOURCE_TOKENS", default=3000, read=whole_number(100, 100_000))
    answer_tokens: int = setting("MODEL_ANSWER_TOKENS", default=800, read=whole_number(50, 8000))
    input_price: float | None = setting("MODEL_INPUT_PRICE", default=None, read=price)
    output_price: float | None = setting("MODEL_OUTPUT_PRICE", default=None, read=price)
    day_tokens: int = setting("MODEL_DAY_TOKENS", default=2_000_000, read=whole_number(100_000, 10**12))
    reader_tokens: int = setting("MODEL_READER_TOKENS", default=200_000, read=whole_number(0, 10**12))
    reader_questions: int = setting("MODEL_READER_QUESTIONS", default=100, read=whole_number(0, 1_000_000))
    address_questions: int = setting("MODEL_ADDRESS_QUESTIONS", default=100, read=whole_number(0, 1_000_000))

    def __post_init__(self) -> None:
        """Half of a cost is none.

        Raises:
            Misconfigured: One price is given without the other.
        """
        refuse_half(MODEL_INPUT_PRICE=self.input_price, MODEL_OUTPUT_PRICE=self.output_price)


@record
class ModelAddressSettings(FromEnvironment):
    """Where the models are, for who only looks whether they can be reached.

    Attributes:
        url: As in `ModelSettings`.
        fallback_url: Likewise.
    """

    url: str | None = setting("MODEL_URL", default=None, read=http_url)
    fallback_url: str | None = setting("MODEL_FALLBACK_URL", default=None, read=http_url)


@record
class RetrievalSettings(FromEnvironment):
    """How to search the passages.

    Attributes:
        url: Qdrant's REST address.
        api_key: Qdrant's API key.
        collection: Collection or alias that holds the passages.
        dense_model: Name of the dense model that Qdrant's inference runs on the question.
        threshold: Below which a question counts as off-topic: cosine of the best passage, and up to 0.4 for its words.
    """

    url: str = setting("QDRANT_URL", read=http_url)
    api_key: str | None = setting("QDRANT_API_KEY", default=None, secret=True)
    collection: str = setting("QDRANT_COLLECTION", default="docs")
    dense_model: str = setting("DENSE_MODEL", default="sentence-transformers/all-minilm-l6-v2")
    threshold: float = setting("RETRIEVAL_THRESHOLD", default=0.52, read=float)


@record
class GuestsSettings(FromEnvironment):
    """Whether anybody is told what guests ask.

    Attributes:
        sees_guests: The owner of the site; as in `OwnerSettings`.
    """

    sees_guests: Switch = setting("OWNER_SEES_GUESTS", default="off", read=choice(Switch))
