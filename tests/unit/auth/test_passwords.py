from __future__ import annotations

import hashlib
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Literal

import bcrypt
import pytest

from shared.auth.accounts import passwords
from shared.auth.refusals import Refused
from tests.unit.auth.vectors import SCRYPT, beside_the_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.settings.accounts import PasswordScheme

# from the test vectors of OpenBSD's bcrypt
OPENBSD = ("a", "$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe")
LONG = "p" * 72
USUAL = f"$2b$10${passwords.NOBODYS}"
"""As we make them; of no known password, as NOBODYS_SCRYPT is."""


@pytest.fixture(autouse=True)
def hashes_of_every_test(remembered_hashes: None) -> None:
    """Each refusal is a whole scrypt, and dozens are of the same words."""


def cheap_bcrypt(secret: bytes) -> str:
    return bcrypt.hashpw(secret, bcrypt.gensalt(4)).decode()


@pytest.mark.parametrize(("password", "stored"), [*SCRYPT, OPENBSD])
def test_hashes_of_both_kinds_verify_whatever_the_setting(password: str, stored: str) -> None:
    assert passwords.is_right(password, stored)
    assert not passwords.is_right(password + "x", stored)


def test_hashes_of_the_real_library_verify() -> None:
    for one in beside_the_project("better_auth_vectors.json")["passwords"]:
        assert passwords.is_right(one["password"], one["hash"]) is one["verifies"]


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_bcrypt_of_any_library_verifies(prefix: str) -> None:
    assert passwords.is_right("some password", prefix + cheap_bcrypt(b"some password")[4:])


@pytest.mark.parametrize("scheme", ["bcrypt", "scrypt"])
@pytest.mark.usefixtures("real_hashes")
def test_the_setting_chooses_what_is_made(scheme: PasswordScheme) -> None:
    made = passwords.hashed("correct horse", scheme)
    assert made.startswith("$2b$10$") is (scheme == "bcrypt")
    assert passwords.is_right("correct horse", made)
    assert made != passwords.hashed("correct horse", scheme), "the salt is fresh"


def test_a_password_beyond_bcrypts_72_bytes_becomes_scrypt_and_is_not_cut() -> None:
    made = passwords.hashed(LONG + "tail", "bcrypt")
    assert not made.startswith("$2")
    assert passwords.is_right(LONG + "tail", made)
    assert not passwords.is_right(LONG, made)
    assert not passwords.is_right(LONG + "liat", made)


def test_the_72_bytes_are_counted_after_normalising_in_utf8() -> None:
    assert passwords.hashed("é" * 36, "bcrypt").startswith("$2")
    assert not passwords.hashed("é" * 36 + "x", "bcrypt").startswith("$2")
    assert not passwords.hashed("ﬃ" * 25, "bcrypt").startswith("$2"), "25 ligatures of 3 bytes are 75 letters"


def test_what_comes_after_72_bytes_is_not_ignored() -> None:
    stored = passwords.hashed(LONG, "bcrypt")
    assert stored.startswith("$2")
    assert passwords.is_right(LONG, stored)
    assert not passwords.is_right(LONG + "x", stored)


def test_a_zero_byte_does_not_end_a_password() -> None:
    made = passwords.hashed("before\0after", "bcrypt")
    assert passwords.is_right("before\0after", made)
    assert not passwords.is_right("before\0other", made)


@pytest.mark.parametrize("scheme", ["bcrypt", "scrypt"])
def test_spellings_that_look_alike_are_one_password(scheme: PasswordScheme) -> None:
    made = passwords.hashed("ﬁne Å", scheme)
    assert passwords.is_right("fine Å", made)


def test_a_bcrypt_hash_of_a_server_that_does_not_normalise_verifies() -> None:
    typed = "ﬁne Å pässwörd"
    assert passwords.is_right(typed, cheap_bcrypt(typed.encode()))


@pytest.mark.parametrize(
    "stored", ["", ":", "x", "$2b$", "$2b$10$short", "$2b$99$" + "x" * 53, "ä:ö", "$argon2id$v=19$m"]
)
def test_a_hash_nobody_understands_matches_nothing(stored: str) -> None:
    assert not passwords.is_right("some password", stored)


@pytest.mark.parametrize(
    ("stored", "scheme", "expected"),
    [
        (cheap_bcrypt(b"some password"), "bcrypt", True),
        (f"$2b$11${passwords.NOBODYS}", "bcrypt", False),
        (USUAL, "bcrypt", False),
        (USUAL, "scrypt", True),
        (passwords.NOBODYS_SCRYPT, "bcrypt", True),
        (passwords.NOBODYS_SCRYPT, "scrypt", False),
    ],
    ids=["a cheap one", "a dear one", "a usual one", "another, scrypt wanted", "another, bcrypt wanted", "scrypt"],
)
def test_only_another_or_a_cheaper_hash_is_made_anew(stored: str, scheme: PasswordScheme, *, expected: bool) -> None:
    assert passwords.needs_rehash("some password", stored, scheme) is expected


def test_a_long_password_in_scrypt_is_as_good_as_it_gets() -> None:
    assert not passwords.needs_rehash(LONG + "tail", passwords.NOBODYS_SCRYPT, "bcrypt")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("1234567", "PASSWORD_TOO_SHORT"),
        ("12345678", None),
        ("😀😀😀", "PASSWORD_TOO_SHORT"),
        ("😀😀😀😀", None),
        ("x" * 128, None),
        ("x" * 129, "PASSWORD_TOO_LONG"),
        ("😀" * 64, None),
        ("😀" * 64 + "x", "PASSWORD_TOO_LONG"),
    ],
)
def test_length_is_counted_as_javascript_counts_it(password: str, code: str | None) -> None:
    with nullcontext() if code is None else pytest.raises(Refused) as caught:
        passwords.refuse_bad_length(password)
    assert caught is None or caught.value.refusal.code == code


PASSWORDS = {
    "plain": "some password",
    "longer than bcrypt reads": LONG + "tail",
    "longer once it is normalised": "\ufdfa" * 3,
    "of two spellings": "ﬁne Å pässwörd",
    "with a zero byte": "before\0after",
}
KEPT = {
    "nobody's": None,
    "cheap": cheap_bcrypt(b"another password"),
    "usual": USUAL,
    "scrypt": passwords.NOBODYS_SCRYPT,
    "nobody can read it": "$2b$10$short",
}


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_a_refusal_is_the_same_work_whether_there_is_a_user_and_however_the_password_is_kept(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = {kind: _work(password, stored, monkeypatch) for kind, stored in KEPT.items()}
    assert len(set(done.values())) == 1, done


def _work(password: str, stored: str | None, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """Rounds of bcrypt, and how many scrypts; that all passwords are wrong is known, so none is hashed."""
    rounds: list[int] = []
    scrypts: list[bytes] = []
    check = bcrypt.checkpw

    def counted_check(secret: bytes, hashed: bytes) -> bool:
        if not passwords.READABLE_BCRYPT.match(hashed.decode()):
            return check(secret, hashed)  # refuses it without any work
        assert secret
        rounds.append(2 ** int(hashed[4:6]))
        return False

    def counted_scrypt(secret: bytes, *, n: int, r: int, p: int, dklen: int, **_: object) -> bytes:
        assert (n, r, p) == (16384, 16, 1)
        scrypts.append(secret)
        return b"\1" * dklen

    with monkeypatch.context() as patched:
        patched.setattr(bcrypt, "checkpw", counted_check)
        patched.setattr(hashlib, "scrypt", counted_scrypt)
        assert not passwords.is_right(password, stored)
    return sum(rounds), len(scrypts)


@pytest.mark.timed
@pytest.mark.usefixtures("real_hashes")
def test_the_processor_takes_as_long_to_refuse_one_as_another() -> None:
    spent: dict[str, list[float]] = {kind: [] for kind in ("nobody's", "usual", "scrypt")}
    for _ in range(5):  # in turns, so that what else the machine does falls on all alike
        for kind, each in spent.items():
            each.append(_processor_seconds("some password", KEPT[kind]))
    least = {kind: min(each) for kind, each in spent.items()}
    assert max(least.values()) / min(least.values()) < 1.3, least


def _processor_seconds(password: str, stored: str | None) -> float:
    began = time.thread_time()
    passwords.is_right(password, stored)
    return time.thread_time() - began


@pytest.mark.parametrize(
    ("scheme", "password", "work"),
    [
        ("bcrypt", "some password", ["bcrypt"]),
        ("scrypt", "some password", ["scrypt"]),
        ("bcrypt", "another password", ["bcrypt", "scrypt"]),
        ("scrypt", "another password", ["bcrypt", "scrypt"]),
    ],
)
def test_whoever_is_right_waits_for_their_own_kind_of_hash_only(
    scheme: Literal["bcrypt", "scrypt"], password: str, work: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = passwords.hashed("some password", scheme)
    done: list[str] = []
    with monkeypatch.context() as patched:
        for module, name, kind in ((bcrypt, "checkpw", "bcrypt"), (hashlib, "scrypt", "scrypt")):
            patched.setattr(module, name, _noted(done, kind, getattr(module, name)))
        passwords.is_right(password, stored)
    assert sorted(done) == work


def _noted(done: list[str], kind: str, work: Callable[..., object]) -> Callable[..., object]:
    def noted(*words: object, **named: object) -> object:
        done.append(kind)
        return work(*words, **named)

    return noted
