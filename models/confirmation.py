"""Confirmations (核实): who compared a rule with its document; and rehearsals, kept a day."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class Part(StrEnum):
    """What of a programme can wait for confirmation."""

    CRITERION = "criterion"
    OBLIGATION = "obligation"


class Confirmation(SQLModel, table=True):
    """Somebody found a rule in its document, or took that back. Append-only; the newest stands."""

    __table_args__ = (UniqueConstraint("programme", "part", "key", "seq"), one_of("part", Part))

    id: int | None = Field(default=None, primary_key=True)
    programme: str
    part: str
    key: str  # of the criterion or obligation
    seq: int  # 1, 2, …: whoever comes second with the same number is told so
    stands: bool  # False: it was taken back
    says: str = Field(sa_type=Text)  # the rule, in words, as it was compared
    document: str = ""  # 文号 or title
    clause: str = ""  # 条款
    dated: dt.date | None = None
    url: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", sa_type=Text)  # why it was taken back
    by: str
    at: dt.datetime = Field(sa_type=Instant)


class RehearsalState(StrEnum):
    """Where a rehearsal stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class RehearsalRow(SQLModel, table=True):
    """A rehearsal that somebody asked for on a page, and what came of it."""

    __tablename__ = "rehearsal"
    __table_args__ = (one_of("state", RehearsalState),)

    id: int | None = Field(default=None, primary_key=True)
    wish: str = Field(unique=True, max_length=64)  # one click, however often it was sent
    first_on: dt.date
    last_on: dt.date
    state: str = RehearsalState.RUNNING.value
    result: str = Field(default="", sa_type=Text)  # JSON
    trouble: str = Field(default="", sa_type=Text)
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    ended_at: dt.datetime | None = Field(default=None, sa_type=Instant)
