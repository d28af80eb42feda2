from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.auth.conftest import Routes


def test_ok_is_ok_without_a_database(routes: Routes) -> None:
    assert routes.call("GET", "/ok").json() == {"ok": True}
    assert routes.database.round_trips == 0


ERRORS = {
    "": "/?error=UNKNOWN",
    "?error=some_code&error_description=A%20text%26": "/?error=some_code&error_description=A+text%26",
    "?error=%3Cscript%3E": "/?error=UNKNOWN",
    "?error=x%0d%0aSet-Cookie:a=b": "/?error=UNKNOWN",
    "?error=a&error_description=%0d%0aSet-Cookie:a=b": "/?error=a&error_description=%0D%0ASet-Cookie%3Aa%3Db",
}


@pytest.mark.parametrize("query", ERRORS)
def test_errors_are_shown_on_the_start_page(routes: Routes, query: str) -> None:
    response = routes.call("GET", f"/error{query}")
    assert (response.status_code, response.headers["location"], response.text) == (302, ERRORS[query], "")


@pytest.mark.parametrize("path", ["", "/", "/nope", "/ok/", "/sign-in/social", "/sign-up/email/", "/a/b/c"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"])
def test_there_is_nothing_at_any_other_path(routes: Routes, method: str, path: str) -> None:
    response = routes.call(method, path)
    assert (response.status_code, response.text) == (404, "")
    assert "content-type" not in response.headers


@pytest.mark.parametrize(("method", "path"), [("POST", "/ok"), ("GET", "/sign-out"), ("GET", "/change-password")])
def test_there_is_nothing_by_another_method(routes: Routes, method: str, path: str) -> None:
    response = routes.call(method, path)
    assert response.status_code == 404
    assert response.text == ""
