"""Ledgers: runs, leases, signs of life, alarms, calendar overrides, the audit chain."""

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
    beat_at: dt.datetime | None = Field(default=None, sa_type=Instant)  # last sign of life
    started_by: str = ""  # a person, the timetable, or a worker
    program: str = ""  # the version of Peiyu that did it
    pieces: int = 0  # batches in all; done are those of its RunBatch rows with done_at
    trouble: str = Field(default="", sa_type=Text)  # why it failed, for whoever keeps it running


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
    done_at: dt.datetime | None = Field(default=None, sa_type=Instant)  # of the newest run of it
    worker: str = ""  # the process that did it last


class Lease(SQLModel, table=True):
    """Who alone may do something until when; each new holder gets a higher term."""

    name: str = Field(primary_key=True)
    holder: str
    term: int
    since: dt.datetime = Field(sa_type=Instant)
    until: dt.datetime = Field(sa_type=Instant)


class Heartbeat(SQLModel, table=True):
    """A sign of life of one part of the program: the timetable, a worker, the watch."""

    name: str = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=Instant)
    every_seconds: int  # after twice that without another sign it is silent
    detail: str = Field(default="", sa_type=Text)


class Alarm(SQLModel, table=True):
    """Something wrong with the program itself: a task of staff until it is well again."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # what and when, so that one trouble is told once
    kind: str
    sentence: str = Field(sa_type=Text)
    hint: str = Field(default="", sa_type=Text)  # what to type
    raised_at: dt.datetime = Field(sa_type=Instant)
    cleared_at: dt.datetime | None = Field(default=None, sa_type=Instant)


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
    subject: str = Field(index=True)
    detail: str = Field(default="{}", sa_type=Text)
    previous: str = Field(unique=True, max_length=64)  # unique: the chain can not fork
    seal: str = Field(unique=True, max_length=64)
