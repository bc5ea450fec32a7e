"""How a case stood before a decision, in natural words: what taking it back must bring back."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from models.case import Case, Record, Review, ReviewState, Waiver, still_counts
from models.clock import ClockEvent
from models.deadline import Deadline, DeadlineState, case_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The case as it stood, and how much had happened to it by then."""

    stage: str
    phase: str
    final: str | None
    held: bool
    entered_on: dt.date
    records_after: int
    review: tuple[str, str, str, str] | None  # stage, proposes, summary, opened on
    deadlines: tuple[tuple[str, str, str], ...]  # obligation, subject, period of the open ones
    waivers: tuple[tuple[str, str], ...]  # stage, need of those that counted
    reviews: int  # how many proposals there had been
    records: int  # the number of the newest record
    clocks: int  # how many acts on the clocks of its dates
    cases: int  # how many cases of its enterprise and programme


def snapshot(session: Session, case: Case) -> str:
    """Return how a case stands, as it is kept with a decision."""
    review = open_review(session, case)
    before = Before(
        stage=case.stage,
        phase=case.phase,
        final=case.final,
        held=case.held,
        entered_on=case.entered_on,
        records_after=case.records_after,
        review=(review.stage, review.proposes, review.summary, review.opened_on.isoformat())
        if review
        else None,
        deadlines=tuple(sorted(key_of(row) for row in open_dates(session, case))),
        waivers=tuple(sorted((row.stage, row.need) for row in waivers(session, case))),
        reviews=_count(session, Review, col(Review.case_id) == case.id),
        **since(session, case),
    )
    return json.dumps(asdict(before), ensure_ascii=False, default=str)


def before_of(text: str) -> Before:
    """Return what was kept."""
    read = json.loads(text)
    read["entered_on"] = dt.date.fromisoformat(read["entered_on"])
    read["review"] = tuple(read["review"]) if read["review"] else None
    for name in ("deadlines", "waivers"):
        read[name] = tuple(tuple(each) for each in read[name])
    return Before(**read)


def since(session: Session, case: Case) -> dict[str, int]:
    """Return how much has happened that a person did beside deciding."""
    newest = select(func.max(col(Record.seq))).where(
        col(Record.enterprise_id) == case.enterprise_id, col(Record.programme) == case.programme
    )
    return {
        "records": session.scalar(newest) or 0,
        "clocks": _count(
            session,
            ClockEvent,
            col(ClockEvent.enterprise_id) == case.enterprise_id,
            col(ClockEvent.programme) == case.programme,
            col(ClockEvent.subject) == case_subject(case.cycle, case.round),
        ),
        "cases": _count(
            session,
            Case,
            col(Case.enterprise_id) == case.enterprise_id,
            col(Case.programme) == case.programme,
        ),
    }


def open_review(session: Session, case: Case) -> Review | None:
    """Return the proposal that waits, if there is one."""
    return session.scalars(
        select(Review).where(
            col(Review.case_id) == case.id, col(Review.state) == ReviewState.OPEN.value
        )
    ).first()


def open_dates(session: Session, case: Case) -> Sequence[Deadline]:
    """Return the open dates of a case."""
    return session.scalars(
        select(Deadline)
        .where(col(Deadline.case_id) == case.id, col(Deadline.state) == DeadlineState.OPEN.value)
        .order_by(col(Deadline.id))
    ).all()


def waivers(session: Session, case: Case) -> Sequence[Waiver]:
    """Return the waivers that count."""
    return session.scalars(
        select(Waiver)
        .where(col(Waiver.case_id) == case.id, still_counts())
        .order_by(col(Waiver.id))
    ).all()


def key_of(deadline: Deadline) -> tuple[str, str, str]:
    """Return what a case's date is called for ever."""
    return deadline.obligation, deadline.subject, deadline.period


def _count(session: Session, model: type[SQLModel], *where: object) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]
