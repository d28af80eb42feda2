from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path

from shared import observability
from shared.auth.browser.cookies import sign
from shared.auth.identifiers import Pseudonyms
from shared.outbox.seal import Seal
from tests.unit.auth.vectors import SECRET

SHARED = Path(observability.__file__).parent
USER = "Zq8vJ2mX4tB6nL1sR9wK3yH7cD5fG0aP"


def test_one_user_has_one_pseudonym_and_another_has_another() -> None:
    pseudonyms = Pseudonyms.of(SECRET)
    assert pseudonyms.of_user(USER) == Pseudonyms.of(SECRET).of_user(USER)
    assert pseudonyms.of_user(USER) != pseudonyms.of_user(USER[::-1])


def test_a_list_of_users_does_not_tell_who_is_who_in_the_log() -> None:
    pseudonym = Pseudonyms.of(SECRET).of_user(USER)
    without_key = [hashlib.new(name, USER.encode()).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")]
    assert not [digest for digest in without_key if pseudonym in digest]
    assert pseudonym not in USER.encode().hex()


def test_another_deployment_calls_the_same_user_otherwise() -> None:
    assert Pseudonyms.of(SECRET).of_user(USER) != Pseudonyms.of(f"{SECRET}.").of_user(USER)


def test_the_key_is_for_the_log_alone_and_does_not_show() -> None:
    """Else whoever could have us sign a user's id, in a cookie say, would learn the user's pseudonym."""
    pseudonyms = Pseudonyms.of(SECRET)
    assert pseudonyms.key not in {SECRET.encode(), Seal.of(SECRET, "outbox").key, Seal.of(SECRET, "receipt").key}
    assert pseudonyms.of_user(USER) not in hmac.digest(SECRET.encode(), USER.encode(), hashlib.sha256).hex()
    assert pseudonyms.of_user(USER) not in sign(USER, SECRET)
    assert pseudonyms.key.hex() not in repr(pseudonyms)
    assert repr(pseudonyms.key) not in repr(pseudonyms)


def test_every_part_of_a_request_that_is_measured_has_a_metric_with_a_name_of_ours() -> None:
    texts = [path.read_text("utf-8") for path in SHARED.rglob("*.py")]
    measured = {part for text in texts for part in re.findall(r'measured\("(\w+)"\)', text)}
    assert measured | {"total"} == observability.METRICS.keys()
    assert all(re.fullmatch("Request[A-Za-z]*Milliseconds", name) for name in observability.METRICS.values())
