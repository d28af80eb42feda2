"""The usual stack: FastAPI, SQLAlchemy 2 (async) with asyncpg, Mangum; one app with all routes, as most are deployed.

Written as a good team would: the engine is kept for as long as the container lives, the reader's session is looked up
once with its user in a join, queries are made by hand where that saves one, and what PgBouncer needs is set as
SQLAlchemy's and asyncpg's documentation say. It does less than ours does: it has no row-level security, a repeated
request is refused and not answered again, nothing remembers what was deleted, and it writes no line of log.

`USUAL_POOL` is `kept` (the connection stays), `pinged` (the same with `pool_pre_ping`, which is usual where containers
freeze: it finds out before a request that the connection died) or `none` (NullPool, as SQLAlchemy's documentation
advises with PgBouncer). `USUAL_PREPARED` is `yes` where statements may stay prepared: not behind PgBouncer before 1.21.
"""
# pyright: basic, reportMissingImports=false
# (sqlalchemy is installed in build/bench alone)

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias
from urllib.parse import unquote
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, HTTPException, Query, Request, status
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from sqlalchemy import NullPool, and_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from tests.bench.peers.usual_models import Conversation, Message, MessageFeedback, Session

SECRET = os.environ["BETTER_AUTH_SECRET"].encode()
COOKIE = "better-auth.session_token"
PAGE = 50


def _engine_options() -> dict[str, Any]:
    pool = os.environ["USUAL_POOL"]
    options: dict[str, Any] = {"poolclass": NullPool} if pool == "none" else {"pool_size": 1, "max_overflow": 0}
    options["pool_pre_ping"] = pool == "pinged"
    if os.environ["USUAL_PREPARED"] != "yes":
        options["connect_args"] = {
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
        }
    return options


engine = create_async_engine(
    os.environ["USUAL_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), **_engine_options()
)
new_session = async_sessionmaker(engine, expire_on_commit=False)


class Json(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, from_attributes=True)


class UserOut(Json):
    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime


class SessionOut(Json):
    id: str
    token: str
    user_id: str
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
    ip_address: str | None
    user_agent: str | None


class SignedIn(Json):
    session: SessionOut
    user: UserOut


class ConversationOut(Json):
    id: UUID
    title: str
    pinned: bool
    created_at: datetime
    updated_at: datetime
    message_count: int


class Conversations(Json):
    conversations: list[ConversationOut]
    next_cursor: datetime | None


class MessageOut(Json):
    id: UUID
    role: str
    content: str
    sources: list[dict[str, Any]]
    status: str
    created_at: datetime
    feedback: str | None = None


class Opened(Json):
    conversation: ConversationOut
    messages: list[MessageOut]
    next_cursor: int | None


class NewMessage(Json):
    id: UUID | None = None
    role: str = Field(pattern="^(user|assistant)$")
    content: str = Field(min_length=1, max_length=32_000)


class NewMessages(Json):
    messages: list[NewMessage] = Field(min_length=1, max_length=20)


class Appended(Json):
    conversation: ConversationOut
    messages: list[MessageOut]


async def database() -> AsyncIterator[AsyncSession]:
    async with new_session() as db:
        yield db


Db: TypeAlias = Annotated[AsyncSession, Depends(database)]


def session_token(request: Request) -> str | None:
    """The token in Better Auth's signed cookie."""
    token, _, signature = unquote(request.cookies.get(COOKIE, "")).rpartition(".")
    expected = base64.b64encode(hmac.digest(SECRET, token.encode(), hashlib.sha256)).decode()
    return token if token and hmac.compare_digest(signature, expected) else None


async def live_session(request: Request, db: Db) -> Session | None:
    token = session_token(request)
    if token is None:
        return None
    query = select(Session).options(joinedload(Session.user))
    return await db.scalar(query.where(Session.token == token, Session.expires_at > datetime.now(UTC)))


async def signed_in(session: Annotated[Session | None, Depends(live_session)]) -> Session:
    if session is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED)
    return session


Reader: TypeAlias = Annotated[Session, Depends(signed_in)]

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/api/auth/get-session")
async def get_session(session: Annotated[Session | None, Depends(live_session)]) -> SignedIn | None:
    if session is None:
        return None
    return SignedIn(session=SessionOut.model_validate(session), user=UserOut.model_validate(session.user))


@app.get("/api/conversations")
async def list_all(
    db: Db, reader: Reader, limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE, cursor: datetime | None = None
) -> Conversations:
    query = select(Conversation).where(Conversation.user_id == reader.user_id)
    if cursor is not None:
        query = query.where(Conversation.updated_at < cursor)
    query = query.order_by(Conversation.updated_at.desc(), Conversation.id.desc()).limit(limit + 1)
    found = (await db.scalars(query)).all()
    shown = [ConversationOut.model_validate(each) for each in found[:limit]]
    return Conversations(conversations=shown, next_cursor=shown[-1].updated_at if len(found) > limit else None)


@app.get("/api/conversations/{conversation_id}")
async def open_one(
    db: Db,
    reader: Reader,
    conversation_id: UUID,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    cursor: int | None = None,
) -> Opened:
    conversation = await db.scalar(
        select(Conversation).where(Conversation.id == conversation_id, Conversation.user_id == reader.user_id)
    )
    if conversation is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    rated = and_(MessageFeedback.message_id == Message.id, MessageFeedback.user_id == Message.user_id)
    query = select(Message, MessageFeedback.value).outerjoin(MessageFeedback, rated)
    query = query.where(Message.user_id == reader.user_id, Message.conversation_id == conversation_id)
    if cursor is not None:
        query = query.where(Message.seq < cursor)
    found = (await db.execute(query.order_by(Message.seq.desc()).limit(limit + 1))).all()
    messages: list[MessageOut] = []
    for message, feedback in reversed(found[:limit]):
        messages.append(MessageOut.model_validate(message).model_copy(update={"feedback": feedback}))
    return Opened(
        conversation=ConversationOut.model_validate(conversation),
        messages=messages,
        next_cursor=found[limit - 1][0].seq if len(found) > limit else None,
    )


@app.post("/api/conversations/{conversation_id}/messages", status_code=status.HTTP_201_CREATED)
async def append(db: Db, reader: Reader, conversation_id: UUID, new: NewMessages) -> Appended:
    conversation = await db.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id, Conversation.user_id == reader.user_id)
        .with_for_update()
    )
    if conversation is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND)
    now = datetime.now(UTC)
    messages = [
        Message(
            id=each.id or uuid4(),
            user_id=reader.user_id,
            conversation_id=conversation_id,
            seq=conversation.message_count + number,
            role=each.role,
            content=each.content,
            sources=[],
            status="complete",
            created_at=now,
        )
        for number, each in enumerate(new.messages, 1)
    ]
    db.add_all(messages)
    conversation.message_count += len(messages)
    conversation.updated_at = now
    await db.commit()
    return Appended(
        conversation=ConversationOut.model_validate(conversation),
        messages=[MessageOut.model_validate(each) for each in messages],
    )


handler = Mangum(app, lifespan="off")
