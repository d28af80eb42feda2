"""Who writes answers: the model of the deployment, if it has one; what it needs is imported only then."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, TypeAlias

from functions.dependencies.callers import Reader
from functions.dependencies.database import Db
from functions.dependencies.rules import Rules
from shared.answering.turn.chat import Chat
from shared.auth.addresses import normalised_ip
from shared.db import Database
from shared.history.models import answer_id
from shared.record import record
from shared.settings.accounts import LimitSettings
from shared.settings.answers import ModelSettings
from shared.web import Depends, Request

if TYPE_CHECKING:
    from shared.answering.models import Ask
    from shared.model.client import Model
    from shared.model.endpoint import Endpoint
    from shared.model.spending import PendingRefunds
    from shared.retrieval.models import Found


@record
class Hired:
    """A model that may write the answer to one question.

    Attributes:
        model: The container's.
        settings: Its limits.
        db: The reader's database, or the container's for a guest.
        guest: A pseudonym of a guest's address; None for a reader who is signed in.
    """

    model: Model
    settings: ModelSettings
    db: Database
    guest: str | None

    def join(self, chat: Chat, ask: Ask, *, stored: bool) -> None:
        """Let it write the answer of this turn, where the day holds what that may cost.

        Args:
            chat: The turn.
            ask: What is asked.
            stored: It makes batches anyway, so that asking for the cost takes no round trip of its own.
        """
        from shared.answering.generated.author import Author  # noqa: PLC0415 (a site without a model does not pay for it)
        from shared.model.costs import Costs  # noqa: PLC0415 (as above)
        from shared.model.rewriting import Rewriter  # noqa: PLC0415 (as above)
        from shared.model.spending import Spending, SpendingDatabase  # noqa: PLC0415 (as above)

        follows = ask.follows or bool(ask.turns)
        spending = Spending(
            self.settings,
            Costs.of(self.settings, ask.message, ask.selected_text or "", follows=follows, more=ask.continues),
            _pending_refunds(),
            self.guest,
            answer_id(ask.message_id),
            addresses=LimitSettings.read().rate_limits == "on",
        )
        chat.when_over = spending.close
        chat.writer = Author(self.model, self.settings, spending)
        chat.rewriter = Rewriter(self.model, spending)
        if stored:
            chat.db = SpendingDatabase(self.db, spending)
            return
        search, asked = chat.search, False

        def searched(question: str) -> Found:
            nonlocal asked
            if not asked:  # what is answered without a search costs nothing
                asked = True
                spending.take_beside(self.db)
            return search(question)

        chat.search = searched


@cache
def _pending_refunds() -> PendingRefunds:
    from shared.model.spending import PendingRefunds  # noqa: PLC0415 (as above)

    return PendingRefunds()


@cache
def _model() -> Model | None:
    settings = ModelSettings.read()
    if settings.url is None:
        return None
    from shared.model.client import Model  # noqa: PLC0415 (as above)

    return Model(_endpoints(settings), probe_seconds=settings.first_seconds)


def _endpoints(settings: ModelSettings) -> list[Endpoint]:
    from shared.model.endpoint import Endpoint  # noqa: PLC0415 (as above)

    told = [(settings.url, settings.name, settings.api_key)]
    told += [(settings.fallback_url, settings.fallback_name, settings.fallback_api_key)]
    return [Endpoint(url, name, key) for url, name, key in told if url]


async def hired(request: Request, reader: Reader, opened: Db, rules: Rules) -> Hired | None:
    """The container's model for this question; None where all answers are quoted."""
    model = _model()
    if model is None:
        return None
    address = normalised_ip(request.client.host if request.client else None)
    guest = rules.pseudonyms.of_user(f"address {address}") if reader is None and rules.pseudonyms else None
    return Hired(model, ModelSettings.read(), reader or opened, guest)


AnswersWriter: TypeAlias = Annotated[Hired | None, Depends(hired)]
