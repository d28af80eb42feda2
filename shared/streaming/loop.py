"""Loads the handler that Lambda names, and answers one request after the other."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from shared.streaming.requests import Server
from shared.streaming.runtime_api import RuntimeApi

if TYPE_CHECKING:
    from shared.app import Handler


def serve() -> None:
    """Answer requests until Lambda ends the process."""
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(os.environ["_HANDLER"])
    except BaseException as error:  # whatever it was, Lambda has to hear of it
        api.could_not_start(error)
        raise
    server = Server(handler)
    while True:
        server.answer(api.next_invocation())


def load(name: str) -> Handler:
    """What `functions/chat/stream.handler` names."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module.replace("/", ".")), attribute)
