"""What enterprises answer to reminders, what staff keep quiet for a while, and our own secrets."""

import datetime as dt

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of
from policy.answers import AnswerKind, AnswerState


class Answer(SQLModel, table=True):
    """One answer of one person to one matter; its unique key is what makes it one."""

    __table_args__ = (one_of("kind", AnswerKind), one_of("state", AnswerState))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)  # the matter, the person, the answer, and which time it is
    matter: str = Field(index=True)  # the deadline's natural name, also when its date moves
    deadline_id: int = Field(foreign_key="deadline.id")  # as it stood when it was answered
    person_id: int = Field(foreign_key="person.id")
    kind: str
    receipt: str = ""
    words: str = Field(default="", sa_type=Text)
    at: dt.datetime = Field(sa_type=Instant)
    state: str = Field(index=True)
    settled_by: str = ""
    settled_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""


class Snooze(SQLModel, table=True):
    """A deadline that staff keep quiet until a day; what would have spoken is recorded."""

    __table_args__ = (
        # One at a time for a deadline, whoever asks.
        Index(
            "uq_snooze_active",
            "deadline_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    deadline_id: int = Field(foreign_key="deadline.id")
    until: dt.date
    reason: str
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    ended_on: dt.date | None = None  # its day came, or somebody ended or replaced it
    ended_by: str = ""
