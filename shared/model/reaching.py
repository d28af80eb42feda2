"""Whether a model can be reached: its list of models is asked for without a key, which costs nothing and tells nobody.

Whatever answers is there, a refusal included; what a gateway says in the place of a server is silence.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from shared.errors import ModelUnavailable
from shared.http_client import HttpClient, Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

CHAT: Final = "/chat/completions"


class Reachable:
    """The model, or the one that is asked where the first fails.

    Args:
        addresses: As in `ModelSettings`.

    Raises:
        Misconfigured: An address is neither https nor on this machine.
    """

    def __init__(self, addresses: Sequence[str]) -> None:
        self._asked = [_list_of_models(each) for each in addresses]

    def check(self) -> None:
        """Return where one of them answers.

        Raises:
            ModelUnavailable: None does.
        """
        failure: Exception | None = None
        for client, path in self._asked:
            try:
                reply = client.request("GET", path, b"", {"Accept": "application/json"}, idempotent=True)
            except Unreachable as error:
                failure = error
                continue
            finally:
                client.close()  # whoever looks comes too seldom to keep a connection
            if reply.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return
            failure = ConnectionError(f"status {reply.status}")
        raise ModelUnavailable from failure


def _list_of_models(address: str) -> tuple[HttpClient, str]:
    parts = urlsplit(address)
    path = parts.path.rstrip("/").removesuffix(CHAT)
    return HttpClient(f"{parts.scheme}://{parts.netloc}"), f"{path}/models" + (f"?{parts.query}" if parts.query else "")
