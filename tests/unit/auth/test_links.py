from __future__ import annotations

import pytest

from shared.auth.addresses import absolute, encode_uri_component, form_encoded, with_more

HOME = "https://api.example.test"

# What `new URL(address, origin)`, `searchParams.set(name, value)` and `href` give in Node 20.
SET = {
    "/new": f"{HOME}/new?error=E",
    "/new?a=1": f"{HOME}/new?a=1&error=E",
    "/new?error=old&b=2": f"{HOME}/new?error=E&b=2",
    "/new?error=1&b=2&error=3": f"{HOME}/new?error=E&b=2",
    "/new?a=x%20y#part": f"{HOME}/new?a=x+y&error=E#part",
    "/a/../b": f"{HOME}/b?error=E",
    "https://docs.example.test": "https://docs.example.test/?error=E",
    "https://docs.example.test/r?empty=": "https://docs.example.test/r?empty=&error=E",
}


@pytest.mark.parametrize("address", SET)
def test_a_parameter_is_set_as_javascript_sets_it(address: str) -> None:
    assert absolute(address, HOME, "error", "E") == SET[address]


APPENDED = {
    "/done": "/done?error=E",
    "/done?": "/done?error=E",
    "/done?a=1": "/done?a=1&error=E",
    "/done?a=1&": "/done?a=1&error=E",
    "/done?error=x%20y#part": "/done?error=x%20y&error=E#part",
    "https://docs.example.test/r?a": "https://docs.example.test/r?a&error=E",
}


@pytest.mark.parametrize("address", APPENDED)
def test_a_parameter_is_appended_without_touching_the_others(address: str) -> None:
    assert with_more(address, "error", "E") == APPENDED[address]


def test_values_are_encoded_as_javascript_does() -> None:
    assert encode_uri_component("/a b?c=d&e=(f)*~'!é") == "%2Fa%20b%3Fc%3Dd%26e%3D(f)*~'!%C3%A9"
    assert form_encoded("a b&c=(d)*~'!é") == "a+b%26c%3D%28d%29*%7E%27%21%C3%A9"
