"""`POST /api/import`: an export is brought back. One round trip for each half megabyte."""

from __future__ import annotations

from functions.archive.wire import Archive
from functions.dependencies.callers import SignedIn
from functions.dependencies.uses import count_use
from functions.wire import Json
from shared.app import build_handler
from shared.db.attempts import unhurried
from shared.history.archive import import_conversations
from shared.settings.database import HistorySettings
from shared.web import APIRouter

router = APIRouter()


class Imported(Json):
    """What was added; nothing when all of it was there."""

    conversations: int
    messages: int
    evicted: int


@router.post("/api/import")
async def import_all(db: SignedIn, archive: Archive) -> Imported:
    """Add what is not there yet. What was deleted stays deleted, and the limit of conversations holds."""
    count_use(db, "import")
    keep = HistorySettings.read().conversations
    with unhurried():
        return Imported.model_validate(import_conversations(db, archive.rows(), keep=keep))


handler = build_handler(router)
