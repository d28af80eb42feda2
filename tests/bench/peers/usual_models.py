"""The tables as SQLAlchemy 2 maps them: what a peer's team writes for the same database."""
# pyright: basic, reportMissingImports=false
# (sqlalchemy is installed in build/bench alone)

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), list[dict[str, Any]]: JSONB}  # noqa: RUF012 (SQLAlchemy's way)


class User(Base):
    __tablename__ = "user"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    email_verified: Mapped[bool] = mapped_column("emailVerified")
    image: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column("createdAt")
    updated_at: Mapped[datetime] = mapped_column("updatedAt")


class Session(Base):
    __tablename__ = "session"

    id: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    user_id: Mapped[str] = mapped_column("userId", ForeignKey("user.id"))
    expires_at: Mapped[datetime] = mapped_column("expiresAt")
    created_at: Mapped[datetime] = mapped_column("createdAt")
    updated_at: Mapped[datetime] = mapped_column("updatedAt")
    ip_address: Mapped[str | None] = mapped_column("ipAddress")
    user_agent: Mapped[str | None] = mapped_column("userAgent")
    user: Mapped[User] = relationship()


class Conversation(Base):
    __tablename__ = "conversation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"))
    title: Mapped[str]
    pinned: Mapped[bool] = mapped_column(default=False)
    message_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Message(Base):
    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    seq: Mapped[int]
    role: Mapped[str]
    content: Mapped[str]
    sources: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(default="complete")
    created_at: Mapped[datetime]


class MessageFeedback(Base):
    __tablename__ = "message_feedback"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    value: Mapped[str]
