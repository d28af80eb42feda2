from __future__ import annotations

from infra import openapi


def test_the_committed_openapi_document_is_that_of_the_code() -> None:
    assert openapi.DOCUMENT.read_text(encoding="utf-8") == openapi.text(), "run: python -m infra.openapi"
