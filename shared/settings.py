"""The one reader of the environment: a frozen object for each concern, so that a function declares only what it needs.

No secret has a default. A missing or senseless value raises `Misconfigured`; the log names the variable, the client
does not learn which. `specs/settings.md` is compared with the fields below by a test.
"""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from shared.errors import Misconfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

Transport = Literal["http", "pooled"]
PasswordScheme = Literal["bcrypt", "scrypt"]
Bearer = Literal["off", "signed", "raw"]
Switch = Literal["on", "off"]
SameSite = Literal["Lax", "Strict", "None"]
EmailChange = Literal["on", "off", "confirm"]
Deletion = Literal["on", "off", "confirm"]
Defaults = Literal["safer", "original"]
CommonPasswords = Literal["refuse", "accept"]

MINIMUM_SECRET_LENGTH = 32
DOMAIN = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def _setting(name: str, *, default: Any = MISSING, secret: bool = False, read: Callable[[str], Any] = str) -> Any:  # noqa: ANN401 (as dataclasses.field)
    return field(default=default, repr=not secret, metadata={"name": name, "read": read, "secret": secret})


def _choice(kind: object) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in get_args(kind):
            raise ValueError
        return text

    return read


def _url(text: str) -> str:
    if not (urlsplit(text).scheme in {"http", "https"} and urlsplit(text).hostname):
        raise ValueError
    return text.rstrip("/")


def _postgres_url(text: str) -> str:
    parts = urlsplit(text)
    if not (parts.scheme in {"postgres", "postgresql"} and parts.hostname and parts.username):
        raise ValueError
    return text


def _secret(text: str) -> str:
    if len(text) < MINIMUM_SECRET_LENGTH:
        raise ValueError
    return text


def _secrets(text: str) -> tuple[str, ...]:
    return tuple(_secret(each.strip()) for each in text.split(","))


def _header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError
    return text


def _seconds(text: str) -> int:
    if (seconds := int(text)) < 0:
        raise ValueError
    return seconds


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise ValueError
    return text


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError
        return number

    return read


def _days(text: str) -> int:
    return 0 if text == "0" else _between(30, 36_500)(text)


def _session_days(text: str) -> int:
    return 0 if text == "0" else _between(7, 3650)(text)


def _price(text: str) -> float:
    price = float(text)
    if not 0 <= price < math.inf:
        raise ValueError
    return price


def _words(text: str) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = json.loads(text)
    try:
        texts = [each.strip() for words in read.values() for each in words.values()]
    except AttributeError as error:
        raise ValueError from error
    if not all(texts):
        raise ValueError
    return read


def _origins(text: str) -> tuple[str, ...]:
    return tuple(origin.strip() for origin in text.split(",") if origin.strip())


def _addresses(text: str) -> tuple[str, ...]:
    addresses = tuple(each.strip().lower() for each in text.split(",") if each.strip())
    if not all(re.fullmatch(r"[^@\s]+@[^@\s]+", each) for each in addresses):
        raise ValueError
    return addresses


class _FromEnvironment:
    """Reads a dataclass whose fields were made by `_setting`."""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Build the object from the environment.

        Raises:
            Misconfigured: A required variable is missing, or a value makes no sense.
        """
        return cls(**{each.name: _value(each, environ) for each in fields(cls)})  # pyright: ignore[reportArgumentType] (cls is always a dataclass: only the subclasses below exist)


def _value(each: Field[Any], environ: Mapping[str, str]) -> object:
    name = each.metadata["name"]
    text = environ.get(name, "").strip()
    if not text:
        if each.default is MISSING:
            raise Misconfigured from KeyError(f"{name} is not set")
        return each.default
    try:
        return each.metadata["read"](text)
    except ValueError:
        # "from None": the original text would show the value, and the value may be a secret
        raise Misconfigured from ValueError(f"{name} makes no sense (its value is not shown)").with_traceback(None)


@dataclass(frozen=True, slots=True)
class DatabaseSettings(_FromEnvironment):
    """How to reach Postgres.

    Attributes:
        url: `postgresql://role:password@host/database`; the `-pooler` host for both transports.
        transport: `http` (Neon's SQL over HTTP) or `pooled` (psycopg through PgBouncer).
        http_endpoint: Overrides the `/sql` address that is derived from the host of `url`.
        ca_file: Certificate authorities, PEM, to verify the server with; the system's unless set.
    """

    url: str = _setting("DATABASE_URL", secret=True, read=_postgres_url)
    transport: Transport = _setting("DATABASE_TRANSPORT", default="http", read=_choice(Transport))
    http_endpoint: str | None = _setting("DATABASE_HTTP_ENDPOINT", default=None, read=_url)
    ca_file: str | None = _setting("DATABASE_CA_FILE", default=None)


@dataclass(frozen=True, slots=True)
class AuthSettings(_FromEnvironment):
    """What Better Auth calls its options.

    Attributes:
        secret: Signs cookies; the same value as the Better Auth server's, 32 characters or more.
        base_url: Public origin of this API; `https://` makes cookies `Secure` and prefixes their names.
        trusted_origins: Further origins that may send credentials, separated by commas.
        password_scheme: How new passwords are hashed.
        session_cache_seconds: How long the cookie `session_data` tells who somebody is while the database is away.
        bearer: Whether a session token may come as a bearer's: signed, as clients get it, or also as it is stored.
        same_site: `None` where the pages are on another site than the API; cookies are then `Secure`.
        cookie_domain: Also sends the cookies to subdomains of this one.
        partitioned: Keeps them apart for each site that embeds the API, as browsers without third-party cookies want.
        jwks_url: Where another server publishes the keys of its JWTs; without it no JWT counts.
        jwt_issuer: What those tokens name as their issuer.
        jwt_audience: For whom they must be; their issuer unless set, as Better Auth makes them.
    """

    secret: str = _setting("BETTER_AUTH_SECRET", secret=True, read=_secret)
    base_url: str = _setting("BETTER_AUTH_URL", read=_url)
    trusted_origins: tuple[str, ...] = _setting("TRUSTED_ORIGINS", default=(), read=_origins)
    password_scheme: PasswordScheme = _setting("PASSWORD_SCHEME", default="bcrypt", read=_choice(PasswordScheme))
    session_cache_seconds: int = _setting("SESSION_CACHE_SECONDS", default=3600, read=_seconds)
    bearer: Bearer = _setting("BEARER_TOKENS", default="signed", read=_choice(Bearer))
    same_site: SameSite = _setting("COOKIE_SAME_SITE", default="Lax", read=_choice(SameSite))
    cookie_domain: str | None = _setting("COOKIE_DOMAIN", default=None, read=_domain)
    partitioned: Switch = _setting("COOKIE_PARTITIONED", default="off", read=_choice(Switch))
    jwks_url: str | None = _setting("JWT_JWKS_URL", default=None, read=_url)
    jwt_issuer: str | None = _setting("JWT_ISSUER", default=None)
    jwt_audience: str | None = _setting("JWT_AUDIENCE", default=None)


@dataclass(frozen=True, slots=True)
class HostSettings(_FromEnvironment):
    """The site's host, where it passes requests on to this API.

    Attributes:
        secrets: What the host sends in `X-Host-Secret`; two, separated by a comma, while one replaces the other.
        address_header: The header in which it names the reader's address.
        only: Whether requests that come past it are refused.
    """

    secrets: tuple[str, ...] = _setting("HOST_SECRET", default=(), secret=True, read=_secrets)
    address_header: str = _setting("HOST_ADDRESS_HEADER", default="x-real-ip", read=_header)
    only: Switch = _setting("HOST_ONLY", default="off", read=_choice(Switch))


@dataclass(frozen=True, slots=True)
class LimitSettings(_FromEnvironment):
    """How often clients may ask.

    Attributes:
        rate_limits: Whether requests to accounts are counted.
    """

    rate_limits: Switch = _setting("RATE_LIMITS", default="on", read=_choice(Switch))


@dataclass(frozen=True, slots=True)
class UseSettings(_FromEnvironment):
    """How much one reader may ask of what costs money or time.

    Attributes:
        an_hour: Questions, imports and searches of the own history, each; 0: any number.
    """

    an_hour: int = _setting("USES_AN_HOUR", default=720, read=_between(0, 1_000_000))


@dataclass(frozen=True, slots=True)
class DefaultsSettings(_FromEnvironment):
    """Where Better Auth's own defaults hurt people.

    Attributes:
        defaults: Whether accounts behave safer than a Better Auth server would unless told otherwise, or just as one.
        common_passwords: What happens to new passwords that everybody tries first.
        session_days: Days after signing in when a session ends, however often it was used; 0 prolongs it for ever.
    """

    defaults: Defaults = _setting("ACCOUNT_DEFAULTS", default="safer", read=_choice(Defaults))
    common_passwords: CommonPasswords = _setting("COMMON_PASSWORDS", default="refuse", read=_choice(CommonPasswords))
    session_days: int = _setting("SESSION_DAYS", default=90, read=_session_days)

    @property
    def safer(self) -> bool:
        """Whether ours hold."""
        return self.defaults == "safer"

    @property
    def refuses_common_passwords(self) -> bool:
        """As the original does not."""
        return self.safer and self.common_passwords == "refuse"

    @property
    def longest_session(self) -> int | None:
        """Days; None as at the original, where sessions that are used do not end."""
        return (self.session_days or None) if self.safer else None


@dataclass(frozen=True, slots=True)
class TokenSettings(_FromEnvironment):
    """Tokens for other services.

    Attributes:
        give_out: Whether who is signed in may ask for a JWT.
    """

    give_out: Switch = _setting("JWT_GIVE_OUT", default="off", read=_choice(Switch))


@dataclass(frozen=True, slots=True)
class AccountSettings(_FromEnvironment):
    """What people may do with their accounts.

    Attributes:
        sign_up: Whether anybody may make an account.
        auto_sign_in: Whether who signs up is signed in at once.
        require_email_verification: Whether signing in waits until the e-mail address is verified; needs mail.
        change_email: Whether users may change their address; `confirm` asks at a verified old one first.
        delete_user: Whether users may delete themselves; `confirm` sends a link first.
        reset_ends_sessions: Whether a new password through a link signs the user out everywhere.
    """

    sign_up: Switch = _setting("SIGN_UP", default="on", read=_choice(Switch))
    auto_sign_in: Switch = _setting("AUTO_SIGN_IN", default="on", read=_choice(Switch))
    require_email_verification: Switch = _setting("REQUIRE_EMAIL_VERIFICATION", default="off", read=_choice(Switch))
    change_email: EmailChange = _setting("CHANGE_EMAIL", default="on", read=_choice(EmailChange))
    delete_user: Deletion = _setting("DELETE_USER", default="on", read=_choice(Deletion))
    reset_ends_sessions: Switch = _setting("RESET_ENDS_SESSIONS", default="on", read=_choice(Switch))


@dataclass(frozen=True, slots=True)
class MailSettings(_FromEnvironment):
    """How mail leaves; with neither of them, none does, and routes that need it say so.

    Attributes:
        sender: An address that Amazon SES may send from.
        folder: Where mail is put down instead, one file each, on a developer's machine.
    """

    sender: str = _setting("MAIL_FROM", default="")
    folder: str = _setting("MAIL_FOLDER", default="")


@dataclass(frozen=True, slots=True)
class HistorySettings(_FromEnvironment):
    """What a user may keep.

    Attributes:
        conversations: How many conversations a user keeps, 1 to 1000; the oldest beyond that are evicted.
    """

    conversations: int = _setting("HISTORY_CONVERSATIONS", default=50, read=_between(1, 1000))


@dataclass(frozen=True, slots=True)
class ChatSettings(_FromEnvironment):
    """What the assistant says of itself.

    Attributes:
        words: The owner's texts as JSON, `{"<language>": {"<key>": "<text>"}}`, in place of those of answering/words.
        stop_milliseconds: How often it is asked, while an answer is written, whether its reader wants no more of it.
    """

    words: Mapping[str, Mapping[str, str]] | None = _setting("CHAT_WORDS", default=None, read=_words)
    stop_milliseconds: int = _setting("CHAT_STOP_MILLISECONDS", default=1000, read=_between(50, 30_000))


@dataclass(frozen=True, slots=True)
class ModelSettings(_FromEnvironment):
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

    url: str | None = _setting("MODEL_URL", default=None, read=_url)
    name: str = _setting("MODEL_NAME", default="")
    api_key: str | None = _setting("MODEL_API_KEY", default=None, secret=True)
    fallback_url: str | None = _setting("MODEL_FALLBACK_URL", default=None, read=_url)
    fallback_name: str = _setting("MODEL_FALLBACK_NAME", default="")
    fallback_api_key: str | None = _setting("MODEL_FALLBACK_API_KEY", default=None, secret=True)
    provider: str = _setting("MODEL_PROVIDER", default="")
    first_seconds: int = _setting("MODEL_FIRST_SECONDS", default=8, read=_between(1, 25))
    seconds: int = _setting("MODEL_SECONDS", default=20, read=_between(2, 25))
    source_tokens: int = _setting("MODEL_SOURCE_TOKENS", default=3000, read=_between(100, 100_000))
    answer_tokens: int = _setting("MODEL_ANSWER_TOKENS", default=800, read=_between(50, 8000))
    input_price: float | None = _setting("MODEL_INPUT_PRICE", default=None, read=_price)
    output_price: float | None = _setting("MODEL_OUTPUT_PRICE", default=None, read=_price)
    day_tokens: int = _setting("MODEL_DAY_TOKENS", default=2_000_000, read=_between(100_000, 10**12))
    reader_tokens: int = _setting("MODEL_READER_TOKENS", default=200_000, read=_between(0, 10**12))
    reader_questions: int = _setting("MODEL_READER_QUESTIONS", default=100, read=_between(0, 1_000_000))
    address_questions: int = _setting("MODEL_ADDRESS_QUESTIONS", default=100, read=_between(0, 1_000_000))


@dataclass(frozen=True, slots=True)
class ModelAddressSettings(_FromEnvironment):
    """Where the models are, for who only looks whether they can be reached.

    Attributes:
        url: As in `ModelSettings`.
        fallback_url: Likewise.
    """

    url: str | None = _setting("MODEL_URL", default=None, read=_url)
    fallback_url: str | None = _setting("MODEL_FALLBACK_URL", default=None, read=_url)


@dataclass(frozen=True, slots=True)
class RetentionSettings(_FromEnvironment):
    """What time does to the history.

    Attributes:
        history_days: Days after its last message when a conversation is deleted, 30 or more; 0 keeps all.
    """

    history_days: int = _setting("HISTORY_RETENTION_DAYS", default=0, read=_days)


@dataclass(frozen=True, slots=True)
class OriginSettings(_FromEnvironment):
    """Whose pages may call what knows no accounts.

    Attributes:
        trusted_origins: As in `AuthSettings`.
    """

    trusted_origins: tuple[str, ...] = _setting("TRUSTED_ORIGINS", default=(), read=_origins)


@dataclass(frozen=True, slots=True)
class RetrievalSettings(_FromEnvironment):
    """How to search the passages.

    Attributes:
        url: Qdrant's REST address.
        api_key: Qdrant's API key.
        collection: Collection or alias that holds the passages.
        dense_model: Name of the dense model that Qdrant's inference runs on the question.
        threshold: Below which a question counts as off-topic: cosine of the best passage, and up to 0.4 for its words.
    """

    url: str = _setting("QDRANT_URL", read=_url)
    api_key: str | None = _setting("QDRANT_API_KEY", default=None, secret=True)
    collection: str = _setting("QDRANT_COLLECTION", default="docs")
    dense_model: str = _setting("DENSE_MODEL", default="sentence-transformers/all-minilm-l6-v2")
    threshold: float = _setting("RETRIEVAL_THRESHOLD", default=0.52, read=float)


@dataclass(frozen=True, slots=True)
class OutboxSettings(_FromEnvironment):
    """Where turns wait while the database is away.

    Attributes:
        queue_url: Address of the SQS queue; without one, a turn that cannot be stored is not queued.
    """

    queue_url: str | None = _setting("OUTBOX_QUEUE_URL", default=None, read=_url)


@dataclass(frozen=True, slots=True)
class DeadLetterSettings(_FromEnvironment):
    """Where queued turns go that cannot be stored at all.

    Attributes:
        url: Address of that SQS queue; without one, such a turn stays in the first.
    """

    url: str | None = _setting("OUTBOX_DEAD_LETTER_URL", default=None, read=_url)


@dataclass(frozen=True, slots=True)
class WarmSettings(_FromEnvironment):
    """What is kept warm.

    Attributes:
        functions: Their names, each with how many containers there shall be: `chat=2,search=1`.
    """

    functions: str = _setting("WARM_FUNCTIONS", default="")


@dataclass(frozen=True, slots=True)
class OwnerSettings(_FromEnvironment):
    """Who may sit at the owner's desk, and what lies on it.

    Attributes:
        owners: Verified addresses of its users, in lower case.
        fewest_readers: How many readers must have asked a question before it is shown.
        single_questions: Whether it is shown even if one asked it.
    """

    owners: tuple[str, ...] = _setting("OWNERS", default=(), read=_addresses)
    fewest_readers: int = _setting("OWNER_FEWEST_READERS", default=3, read=_between(2, 20))
    single_questions: Switch = _setting("OWNER_SEES_SINGLE_QUESTIONS", default="off", read=_choice(Switch))

    @property
    def fewest(self) -> int:
        """Readers of a question that is shown."""
        return 1 if self.single_questions == "on" else self.fewest_readers


SETTINGS = (
    DatabaseSettings,
    AuthSettings,
    HostSettings,
    LimitSettings,
    UseSettings,
    DefaultsSettings,
    TokenSettings,
    AccountSettings,
    MailSettings,
    HistorySettings,
    ChatSettings,
    ModelSettings,
    ModelAddressSettings,
    RetentionSettings,
    OriginSettings,
    RetrievalSettings,
    OutboxSettings,
    DeadLetterSettings,
    WarmSettings,
    OwnerSettings,
)
"""Every object above, for the test that compares them with specs/settings.md."""
