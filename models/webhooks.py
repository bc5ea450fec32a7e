"""Webhooks: programs that are told of moves, and what became of each telling."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class CallState(StrEnum):
    """Where a call stands."""

    DUE = "due"  # to be made at next_at
    DONE = "done"
    DEAD = "dead"  # given up after days; whoever keeps the program was told


class Webhook(SQLModel, table=True):
    """How far the moves were looked through for one webhook of the settings."""

    name: str = Field(primary_key=True)
    since: dt.datetime = Field(sa_type=Instant)
    seen: int  # moves up to this number were looked at once and for all


class WebhookCall(SQLModel, table=True):
    """One move to be told to one webhook; the unique key keeps it to one."""

    __tablename__ = "webhook_call"
    __table_args__ = (
        UniqueConstraint("transition_id", "webhook"),
        one_of("state", CallState),
        Index(
            "ix_webhook_call_due",
            "next_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    webhook: str
    transition_id: int = Field(foreign_key="transition.id")
    state: str = CallState.DUE.value
    made_at: dt.datetime = Field(sa_type=Instant)
    next_at: dt.datetime = Field(sa_type=Instant)  # also: until when somebody has it in hand
    attempts: int = 0
    lease: int = 0  # fencing term: only the holder of the newest term may record an answer
    ended_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""  # what the last attempt came to
