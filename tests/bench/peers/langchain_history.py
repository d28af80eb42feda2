"""`langchain-postgres`: a chat history of messages by session id, which is all that it knows; no users, no list."""
# pyright: basic, reportMissingImports=false
# (langchain-postgres is installed in build/bench alone)

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import psycopg
from langchain_core.messages import AIMessage, HumanMessage
from langchain_postgres import PostgresChatMessageHistory

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE = "langchain_history"
FILL = """
    insert into langchain_history (session_id, message, created_at)
    select conversation_id,
           jsonb_build_object('type', kind, 'data', jsonb_build_object('content', content, 'type', kind)), created_at
      from message, lateral (select case role when 'user' then 'human' else 'ai' end as kind) kinds
     order by conversation_id, seq
"""

connection = psycopg.connect(os.environ["USUAL_DATABASE_URL"], prepare_threshold=None)  # as PgBouncer needs it


def append(event: dict[str, Any]) -> list[str]:
    """Two messages."""
    question, answer = (each["content"] for each in json.loads(event["body"])["messages"])
    _history(event).add_messages([HumanMessage(question), AIMessage(answer)])
    return [question, answer]


def read(event: dict[str, Any]) -> list[str]:
    """All messages of a session; there is no page."""
    messages = _history(event).get_messages()
    connection.rollback()  # else the transaction stays open, and with it a server connection of the pooler
    return [str(each.content) for each in messages]


def _history(event: dict[str, Any]) -> PostgresChatMessageHistory:
    session_id = event["pathParameters"]["id"]
    return PostgresChatMessageHistory(TABLE, session_id, sync_connection=connection)


def calls() -> dict[str, Callable[[dict[str, Any]], list[str]]]:
    return {"history append": append, "history read": read}


def create_table(owner_url: str) -> None:
    """The table with everything that `message` holds, oldest first."""
    with psycopg.connect(owner_url) as owner:
        PostgresChatMessageHistory.create_tables(owner, TABLE)
        owner.execute(FILL)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(f"vacuum analyze {TABLE}")


if __name__ == "__main__":
    create_table(os.environ["OWNER_URL"])
