from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.insight.masking import masked, masked_page

HIDDEN = {
    "Write to ada.lovelace+docs@mail.example.co.uk please": "ada.lovelace",
    "mailto:ada@example.com?subject=x": "ada@example",
    "my key sk-proj4f9a8b7c6d5e4f3a2b1c does not work": "4f9a8b7c",
    "Authorization: Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl": "eyJ",
    "token ghp_16C7e42F292c6912E7710c838347Ae178B4a": "16C7e42F",
    "password: hunter2 is refused": "hunter2",
    "why is my password is correct-horse wrong": "correct-horse",
    "API_KEY=abc fails": "abc",
    "postgresql://app:s3cret@db.example/x fails": "s3cret",
    "order 01933f1e-7b6a-7000-8000-0123456789ab": "01933f1e",
    "call me at +49 (0)151 234-567-89": "234",
    "card 4111 1111 1111 1111": "1111",
    "my number is 123456789": "123456789",
    "I come from 203.0.113.7": "203.0.113.7",
    "hash 5f4dcc3b5aa765d61d8327deb882cf99": "5f4dcc3b",
    "iban DE89 3704 0044 0532 0130 00": "3704",
    "NL91ABNA0417164300": "0417164300",
    "call (555) 123-4567 now": "4567",
    "call 0151/23456789": "3456",
    "phone 123\u00a0456\u00a0789": "789",
    "+1\u2011555\u2011123\u20114567": "4567",
    "call \u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668": "\u0663\u0664",
    "key AKIAIOSFODNN7EXAMPLE": "IOSFODNN",
    "secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "bPxRfiCY",
    "aws_secret_access_key = wJalrXUt": "wJalrXUt",
    "client_secret: abcdef": "abcdef",
    '{"password": "hunter2 or so"}': "hunter2",
    "contrase\u00f1a: secreto": "secreto",
    "password hunter2 is wrong": "hunter2",
    "my password is swordfish": "swordfish",
    "Authorization: Basic dXNlcjpwYXNz": "dXNlcjpwYXNz",
    "curl -H 'Bearer abc.def.ghi'": "abc.def",
    "https://x.example/cb?sig=AbCd12&x=1": "AbCd12",
    "https://x.example/#id_token=abc": "=abc",
    "whsec_abcdefghijklmnop": "abcdefgh",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN": "MIIEv",
    "ada+tag@ex\u00e4mple.com": "ada",
    "\u0430\u0434\u0430@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444": "\u0430\u0434\u0430",
    "ada (at) example (dot) com": "ada",
    "ada\uff20example.com": "ada",
    '"ada b"@example.com': "ada",
    "2001:db8::ff00:42:8329 is mine": "8329",
    "mac 00:1A:2B:3C:4D:5E": "3C:4D",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_what_tells_of_a_person_or_opens_something_is_hidden(text: str) -> None:
    assert HIDDEN[text] not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I upgrade from 1.7.25 to 2.0?",
        "What changed in 2024 and 2025?",
        "sentence-transformers/all-MiniLM-L6-v2 on Python 3.13",
        "error 404 on /api/conversations/{id}",
        "What is a token?",
        "Where do I find the API key?",
        "How do I reset my password?",
        "@decorators in getUserConversationsByIdentifier()",
        "Is the token: prefix needed, and key: value pairs in YAML?",
        "The password is not accepted, the API key is missing, a token is invalid",
        "password argon2id or bcrypt",
        "Bearer tokens in curl",
        "between 2024-01-01 and 2024-12-31 at 00:15:30",
        "1.000.000 rows of 1920x1080",
        "std::vector<int>::iterator",
        "SELECT_ALL_THE_THINGS_FROM_TABLE by my-very-long-kebab-case-option-name",
    ],
)
def test_what_documentation_is_asked_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


@given(
    st.text(max_size=200), st.from_regex(r"[a-z]{1,10}@[a-z]{1,10}\.(com|org)", fullmatch=True), st.text(max_size=200)
)
def test_no_address_survives_whatever_stands_around_it(before: str, address: str, after: str) -> None:
    assert address not in masked(f"{before} {address} {after}")


@pytest.mark.parametrize("path", ["/docs/88055116", "/4.2.1.0/install", "/2024-11-28/20241128-notes"])
def test_a_pages_path_keeps_its_numbers_or_the_owner_would_not_find_the_page(path: str) -> None:
    assert masked_page(path) == path


def test_a_pages_path_is_shown_without_what_tells_who_reads_it_or_opens_something() -> None:
    assert masked_page("/u/ada@example.com/token=hunter22") == "/u/[e-mail]/token=[secret]"


@pytest.mark.parametrize(
    "text", ["a" * 4000, "a." * 2000, "1 " * 2000, "a:" * 2000, "pass" * 1000, "AB12 " * 800, "?a" * 2000]
)
def test_no_text_is_so_odd_that_masking_it_grows_out_of_hand(text: str) -> None:
    assert masked(text)
