from __future__ import annotations

import pytest

from shared.auth.tokens.encoding import decrypted, encrypted, from_base64url, opened, sealed, to_base64url
from tests.unit.auth.vectors import SECRET, beside_the_project

KEY = bytes(range(0x80, 0xA0))
NONCE = bytes(range(0x40, 0x58))
HEADER = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
TIP = (
    b"Ladies and Gentlemen of the class of '99: "
    b"If I could offer you only one tip for the future, sunscreen would be it."
)
CLOSED = bytes.fromhex(
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216"
    "cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13"
    "b52ec0875924c1c7987947deafd8780acf49"
)
"""https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03#appendix-A.3.1"""


def test_a_text_is_encrypted_as_in_the_appendix_of_the_draft() -> None:
    assert encrypted(TIP, KEY, NONCE, HEADER) == CLOSED
    assert decrypted(CLOSED, KEY, NONCE, HEADER) == TIP
    with pytest.raises(ValueError, match=r"."):
        decrypted(CLOSED, KEY, NONCE)


@pytest.mark.parametrize("text", ["", "x", "naïve 🦀" * 1000])
def test_what_is_sealed_is_opened_with_the_same_secret_only(text: str) -> None:
    closed = sealed(text, SECRET)
    assert opened(closed, SECRET) == opened(f"$ba$2${closed}", SECRET) == text
    assert sealed(text, SECRET) != closed, "each has a nonce of its own"
    with pytest.raises(ValueError, match=r"."):
        opened(closed, "the secret of another environment, 32+")


@pytest.mark.parametrize("garbage", ["", "00", "xyz", "é", "00" * 40, "$ba$", "$ba$1$"])
def test_garbage_does_not_open(garbage: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        opened(garbage, SECRET)


def test_what_better_auth_sealed_is_opened() -> None:
    vectors = beside_the_project("better_auth_vectors.json")
    assert opened(vectors["xchacha"]["hex"], vectors["secret"]) == vectors["xchacha"]["plaintext"]


@pytest.mark.parametrize("length", range(24))
def test_any_number_of_bytes_survives_its_text(length: int) -> None:
    assert from_base64url(to_base64url(bytes(range(length)))) == bytes(range(length))


def test_what_is_too_short_for_an_envelope_says_so() -> None:
    with pytest.raises(ValueError, match="too short"):
        opened("00" * 30, SECRET)


def test_a_version_stands_once() -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        opened(f"$ba$1$$ba$1${sealed('text', SECRET)}", SECRET)
