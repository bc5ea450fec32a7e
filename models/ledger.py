"""Ledgers: runs and their batches, leases, imports, calendar overrides, and the audit chain."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Run(SQLModel, table=True):
    """One run of the timetable; unique per kind and slot, so a replay is the same row."""

    __table_args__ = (UniqueConstraint("kind", "slot"), one_of("state", RunState))

    id: int | None = Field(default=None, primary_key=True)
    kind: str  # monthly, sweep, deliver
    slot: str  # 2026-03, 2026-03-02
    state: str = RunState.RUNNING.value
    counts: str = Field(default="{}", sa_type=Text)
    started_at: dt.datetime = Field(sa_type=Instant)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Instant)


class RunBatch(SQLModel, table=True):
    """One batch of a monthly run; its version fences two runs that work on it at once."""

    __tablename__ = "run_batch"
    __table_args__ = (UniqueConstraint("programme", "period", "batch"),)

    id: int | None = Field(default=None, primary_key=True)
    programme: str
    period: str
    batch: int  # enterprise ids [batch * size, (batch + 1) * size)
    version: int = 0
    counts: str = Field(default="{}", sa_type=Text)  # what it did so far, over all its runs


class Lease(SQLModel, table=True):
    """Who alone may do something until when; each new holder gets a higher term."""

    name: str = Field(primary_key=True)
    holder: str
    term: int
    since: dt.datetime = Field(sa_type=Instant)
    until: dt.datetime = Field(sa_type=Instant)


class ImportBatch(SQLModel, table=True):
    """One applied file; the same bytes are never applied twice."""

    __tablename__ = "import_batch"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    filename: str
    counts: str = Field(default="{}", sa_type=Text)
    by: str
    at: dt.datetime = Field(sa_type=Instant)


class CalendarOverride(SQLModel, table=True):
    """A day that staff declare off or working, above every calendar file."""

    __tablename__ = "calendar_override"

    day: dt.date = Field(primary_key=True)
    working: bool
    reason: str
    by: str
    at: dt.datetime = Field(sa_type=Instant)


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing, before and after; each row seals the one before it."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: dt.datetime = Field(sa_type=Instant)
    by: str
    source: str = ""  # cli, console, flow
    act: str
    subject: str
    detail: str = Field(default="{}", sa_type=Text)
    previous: str = Field(unique=True, max_length=64)  # unique: the chain can not fork
    seal: str = Field(unique=True, max_length=64)
