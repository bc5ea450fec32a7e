"""Cases (事项) and what happens to them: transitions, records, reviews, assessments."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import ColumnElement, Index, Text, UniqueConstraint, and_, exists, text
from sqlmodel import Field, SQLModel, col

from models.base import Instant, one_of
from policy.programme import Phase, Programme, Stage


class ProgrammeVersion(SQLModel, table=True):
    """The full content of a programme file as it was when cases started under it."""

    __tablename__ = "programme_version"

    revision: str = Field(primary_key=True, max_length=16)
    programme: str
    content: str = Field(sa_type=Text)  # canonical JSON
    seen_at: dt.datetime = Field(sa_type=Instant)


class Case(SQLModel, table=True):
    """One enterprise in one programme in one cycle; keeps the rules it started with."""

    __table_args__ = (
        UniqueConstraint("enterprise_id", "programme", "cycle", "round"),
        one_of("phase", Phase),
        Index("ix_case_programme_stage", "programme", "stage"),
        Index("ix_case_due_for_review", "programme", "enterprise_id"),
        # The board and 今日 count the cases: all that they ask for, in the order they ask for it.
        Index(
            "ix_case_counted",
            *("programme", "stage", "revision", "held", "final", "entered_on"),
            *("cycle", "enterprise_id"),
        ),
        Index(
            "ix_case_under_way",
            *("programme", "cycle", "enterprise_id", "final"),
            sqlite_where=text("final IS NULL"),
            postgresql_where=text("final IS NULL"),
        ),
        # One try at a time, whoever begins it.
        Index(
            "uq_case_under_way",
            *("enterprise_id", "programme", "cycle"),
            unique=True,
            sqlite_where=text("final IS NULL"),
            postgresql_where=text("final IS NULL"),
        ),
        Index(
            "ix_case_entered",
            "entered_on",
            sqlite_where=text("final IS NULL"),
            postgresql_where=text("final IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    programme: str
    cycle: int  # the year it applies in; figures are those of the years before
    round: int = 1
    revision: str = Field(foreign_key="programme_version.revision")
    stage: str
    phase: str
    final: str | None = None  # a word of policy.programme.Final once it has ended
    held: bool = False
    version: int = 1
    opened_on: dt.date
    entered_on: dt.date  # the day it came into its present stage
    # The month of the newest assessment row, so that reading it is a look-up by primary key.
    assessed: str = Field(default="", max_length=7)
    # Records up to this number belong to an earlier try and no longer count (after a return).
    records_after: int = 0
    # Whose case it is (经办人), as the newest assignment says; letters go where they always went.
    officer_id: int | None = Field(default=None, foreign_key="person.id", index=True)


def new_case(
    programme: Programme, stage: Stage, *, enterprise_id: int, on: dt.date
) -> dict[str, object]:
    """Return the row of a case that starts under today's rules; its cycle and round are wanting."""
    return {
        "enterprise_id": enterprise_id,
        "programme": programme.key,
        "revision": programme.revision,
        "stage": stage.key,
        "phase": stage.phase.value,
        "held": False,
        "version": 0,
        "opened_on": on,
        "entered_on": on,
        "assessed": "",
        "records_after": 0,
    }


class Transition(SQLModel, table=True):
    """A move (流转): from, to, who or which run, why, on what evidence. Append-only."""

    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    seq: int  # the case's version after the move
    from_stage: str
    to_stage: str
    on: dt.date
    actor: str
    reason: str
    evidence: str = Field(default="[]", sa_type=Text)  # JSON list of sentences
    at: dt.datetime = Field(sa_type=Instant)


class Record(SQLModel, table=True):
    """Something that happened in the bureau, with its evidence; never edited, only revoked.

    It belongs to an enterprise's programme; also to the case that was open, if there was one
    (a certificate holder files annual reports without any case).
    """

    __table_args__ = (UniqueConstraint("enterprise_id", "programme", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    programme: str
    case_id: int | None = Field(default=None, foreign_key="case.id", index=True)
    seq: int
    kind: str
    on: dt.date
    evidence: str = ""
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    revoked: bool = False


class ReviewState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    HELD = "held"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Review(SQLModel, table=True):
    """A proposed move that waits for a person (待审)."""

    __table_args__ = (
        one_of("state", ReviewState),
        # One open proposal per case, whoever opens it.
        Index(
            "uq_review_open",
            "case_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_review_waiting",
            "opened_on",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    stage: str
    proposes: str
    summary: str
    opened_on: dt.date
    state: str = ReviewState.OPEN.value
    decided_by: str = ""
    decided_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""


class Waiver(SQLModel, table=True):
    """A need that somebody let a case skip, with the reason; different from fulfilling it.

    It is good until the case comes into that stage anew: after a return it is decided again.
    """

    __table_args__ = (UniqueConstraint("case_id", "stage", "need", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    stage: str
    need: str  # the need's title
    version: int = 0  # the case's, after it
    by: str
    reason: str
    at: dt.datetime = Field(sa_type=Instant)
    revoked: bool = False  # it was taken back


class Assessment(SQLModel, table=True):
    """What the criteria said about a case in a month; written only when it says something new."""

    period: str = Field(primary_key=True, max_length=7)  # YYYY-MM first: month 13 costs as month 1
    case_id: int = Field(primary_key=True, foreign_key="case.id")
    on: dt.date
    revision: str
    verdict: str
    score_low: int | None = None
    score_high: int | None = None
    findings: str = Field(sa_type=Text)  # JSON, see policy.findings


def still_counts() -> ColumnElement[bool]:
    """Return the condition that a waiver stands and its case has not come into the stage anew."""
    anew = exists().where(
        col(Transition.case_id) == col(Waiver.case_id),
        col(Transition.to_stage) == col(Waiver.stage),
        col(Transition.seq) > col(Waiver.version),
    )
    return and_(col(Waiver.revoked).is_(False), ~anew)
