"""What people did to a case beside moving it, and which of it can still be taken back."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.assign import assignment_of, assignments, officer_names
from casework.services import Services
from casework.undo import last_decision, why_never
from casework.words import VERBS
from models.case import Case, Transition
from models.decision import Decision, Undoing, Verb

_QUIET = (Verb.HOLD.value, Verb.RESUME.value)  # a move or a waiver tells the others


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """One thing that somebody did."""

    at: dt.datetime
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseActs:
    """Whose a case is, what was done to it, and the decision that might be taken back."""

    officer: str  # a name; empty: nobody's
    assignment: int  # which assignment counts, for whoever changes it
    lines: tuple[ActLine, ...]
    undoable: int | None  # the number of a decision; taking it back may still be refused
    undoable_title: str


def case_acts(services: Services, case_id: int) -> CaseActs:
    """Return what people did to a case."""
    with services.database.reading() as session:
        case = session.get_one(Case, case_id)
        names = officer_names(session, {case.officer_id} if case.officer_id else set())
        last = last_decision(session, case_id)
        may = last is not None and not why_never(session, services, last)
        return CaseActs(
            officer=names.get(case.officer_id or 0, ""),
            assignment=assignment_of(session, case_id),
            lines=tuple(_lines(session, services, case_id)),
            undoable=last.id if last and may else None,
            undoable_title=VERBS[Verb(last.verb)] if last and may else "",
        )


def _lines(session: Session, services: Services, case_id: int) -> Iterator[ActLine]:
    quiet = select(Decision).where(col(Decision.case_id) == case_id, col(Decision.verb).in_(_QUIET))
    for row in session.scalars(quiet):
        yield _line(services, row.at, f"{row.by}：{VERBS[Verb(row.verb)]}", row.reason)
    moved = exists().where(
        col(Transition.case_id) == case_id, col(Transition.seq) == col(Undoing.seq)
    )
    taken = select(Undoing, Decision).join(Decision).where(col(Decision.case_id) == case_id, ~moved)
    for undoing, decision in session.execute(taken):
        what = f"{undoing.by}：撤销“{VERBS[Verb(decision.verb)]}”"
        yield _line(services, undoing.at, what, undoing.reason)
    for given, name in assignments(session, case_id):
        what = f"指派给 {name}" if name else "不再指派给谁"
        yield _line(services, given.at, f"{given.by}：{what}", "")


def _line(services: Services, at: dt.datetime, what: str, why: str) -> ActLine:
    return ActLine(at=at.astimezone(services.zone), what=what, why=why)
