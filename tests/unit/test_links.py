"""Addresses that a client gave: which of them may come back out as a link."""

from __future__ import annotations

import pytest

from shared.links import is_linkable


@pytest.mark.parametrize(
    "address",
    [
        "https://book.example/nodes#a",
        "http://localhost:3000/docs/intro?x=1",
        "HTTPS://BOOK.EXAMPLE/",
        "https://[::1]:8080/a",
        "/docs/intro#setup",
        "/docs/%C3%BCber",
        "/docs/über",
        "/",
    ],
)
def test_web_addresses_and_paths_of_the_own_site_are_links(address: str) -> None:
    assert is_linkable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "docs/intro",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\tjavascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "mailto:a@example.com",
        "//evil.example/x",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/ /evil.example",
        "/%5cevil.example",
        "https:evil.example",
        "https:///evil.example",
        "https://",
        "https://:80/",
        "https://evil.example\\@book.example/",
        "https://user:secret@book.example/",
        "https://book.example/\x00",
        "https://book.example/a b",
        "https://book.example/\u202egpj.exe",
        "http://[not-an-address/",
        "https://book.example:port/",
        "https://book.example/<script>",
        'https://book.example/"onmouseover=',
    ],
)
def test_nothing_else_is_a_link(address: str) -> None:
    assert not is_linkable(address)
