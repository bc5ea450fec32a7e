"""Deadlines (截止事项): one per subject, obligation and period; superseded, never mutated."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class DeadlineState(StrEnum):
    """Where a deadline stands. Overdue is not a state: it is derived when read."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    SUPERSEDED = "superseded"
    CANNOT_FILE = "cannot_file"  # staff say that this period the enterprise can not file


# Why a date is over that a decision opened: the decision was taken back. It may be owed again.
TAKEN_BACK = "决定已撤销"


class Deadline(SQLModel, table=True):
    """A date by which an obligation must be met, with everything that explains the date."""

    __table_args__ = (
        UniqueConstraint(
            "enterprise_id", "programme", "obligation", "subject", "period", "projection"
        ),
        one_of("state", DeadlineState),
        # The sweep asks for open deadlines of a ladder on a few dates.
        Index(
            "ix_deadline_sweep",
            "ladder",
            "due_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_deadline_case_id", "case_id"),
        # The board counts them by programme; lists take the next ones in their order. The state
        # is always the same, but without it SQLite would look up each row to see it.
        Index(
            "ix_deadline_counted",
            *("programme", "due_on", "suspended_on", "enterprise_id", "state"),
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_deadline_next",
            *(
                "due_on",
                "suspended_on",
                "kind",
                "programme",
                "obligation",
                "enterprise_id",
                "state",
            ),
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_deadline_stopped",
            "suspended_on",
            sqlite_where=text("state = 'open' AND suspended_on IS NOT NULL"),
            postgresql_where=text("state = 'open' AND suspended_on IS NOT NULL"),
        ),
        Index(
            "ix_deadline_given_up",
            "due_on",
            sqlite_where=text("state = 'cannot_file'"),
            postgresql_where=text("state = 'cannot_file'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    case_id: int | None = Field(default=None, foreign_key="case.id")
    qualification_id: int | None = Field(default=None, foreign_key="qualification.id")
    programme: str
    obligation: str
    subject: str  # natural name of what it hangs on, e.g. `case/2026/1`, `hnte/GR…`, `enterprise`
    period: str  # `2026`, `2026-1` (window batch) or the day of the event
    projection: int = 1  # 2, 3 … when the anchor, the rule or the calendar moved
    title: str
    kind: str
    ladder: str
    due_on: dt.date
    provisional: bool = False
    estimated: bool = False
    needs_confirmation: bool = False
    basis: str = Field(sa_type=Text)  # JSON, see policy.deadlines.Due
    where: str = ""
    prepare: str = ""
    met_by: str = ""
    suspended_on: dt.date | None = None  # since when its clock stands still; see clock_event
    state: str = DeadlineState.OPEN.value
    closed_on: dt.date | None = None
    reason: str = ""
    opened_at: dt.datetime = Field(sa_type=Instant)


def case_subject(cycle: int, round_: int) -> str:
    """Return the natural name of a case among an enterprise's deadlines."""
    return f"case/{cycle}/{round_}"
