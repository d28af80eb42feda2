"""`GET /api/export`: everything of the reader's as JSON or Markdown. One round trip a page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from functions.archive.markdown import as_markdown
from functions.archive.wire import Export
from functions.dependencies.callers import SignedIn
from functions.wire import Cursor
from shared.app import build_handler
from shared.db.attempts import unhurried
from shared.history.archive import export_page
from shared.web import APIRouter, Query, Request, Response

router = APIRouter()

ENDINGS: Final = {"json": "json", "markdown": "md"}
BOTH: Final[dict[int | str, dict[str, Any]]] = {200: {"model": Export, "content": {"text/markdown": {}}}}


@router.get("/api/export", responses=BOTH)
async def export(
    request: Request,
    db: SignedIn,
    format: Annotated[Literal["json", "markdown"], Query()] = "json",  # noqa: A002 (its name in the address)
    cursor: Cursor = None,
) -> Response:
    """Export everything; a `Link` with `rel="next"` leads to the rest where it is too much for one answer."""
    with unhurried():
        document = Export.of(export_page(db, cursor), datetime.now(UTC))
    name = f"history-{document.exported_at:%Y-%m-%d}.{ENDINGS[format]}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if document.next_cursor:
        rest = urlencode({**request.query_params, "cursor": document.next_cursor})
        headers["Link"] = f'<{request.scope["path"]}?{rest}>; rel="next"'
    if format == "markdown":
        return Response(as_markdown(document), media_type="text/markdown", headers=headers)
    return Response(document.model_dump_json(by_alias=True), media_type="application/json", headers=headers)


handler = build_handler(router)
