"""Recording the deadlines of one batch: closed, superseded and opened, never mutated."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Date, bindparam, update
from sqlalchemy.orm import Session

from casework.gather import Gathered
from casework.obligations import DeadlinePlan, NewDeadline
from casework.rungs import Dated
from models.deadline import Deadline, DeadlineState
from models.duties import KnownDeadline
from models.engine import StaleWorkError
from models.writes import changed_rows, insert_new, table_of
from policy.confirm import Confirm

MOVED = "日期已调整"
_NAMING = ("enterprise_id", "obligation", "subject", "period")
_SAID = tuple(each.name for each in fields(Dated) if each.name != "id")

CaseIds = dict[tuple[int, int, int], int]


def close_dates(session: Session, plan: DeadlinePlan, on: dt.date) -> None:
    """Close what is over, and what another date takes the place of."""
    over = [_retired(each.deadline, each.state, each.reason, on) for each in plan.closing]
    _retire(session, over)
    moved = [
        _retired(new.moves, DeadlineState.SUPERSEDED, MOVED, on)
        for new in plan.opening
        if new.moves
    ]
    if _retire(session, moved) != len(moved):
        raise StaleWorkError  # one was met, moved, suspended or resumed since it was read


_DATES = table_of(Deadline)
_RETIRE = update(_DATES).where(
    _DATES.c.id == bindparam("known"),
    _DATES.c.state == DeadlineState.OPEN.value,
    _DATES.c.suspended_on.is_not_distinct_from(bindparam("seen_suspended", type_=Date())),
)


def _retired(
    deadline: KnownDeadline, state: DeadlineState, reason: str, on: dt.date
) -> dict[str, object]:
    seen = {"known": deadline.id, "seen_suspended": deadline.suspended_on}
    return {**seen, "state": state.value, "closed_on": on, "reason": reason}


def _retire(session: Session, rows: Sequence[dict[str, object]]) -> int:
    """Close open deadlines; return how many: not those closed, stopped or resumed meanwhile."""
    return changed_rows(session.connection().execute(_RETIRE, rows)) if rows else 0


def open_dates(
    session: Session, gathered: Gathered, plan: DeadlinePlan, ids: CaseIds, now: dt.datetime
) -> list[Dated]:
    """Open the deadlines; return those whose date nobody was told yet."""
    rows = [_deadline_row(gathered, new, ids, now) for new in plan.opening]
    inserted = insert_new(session, Deadline, rows, returning=(*_NAMING, "id"))
    numbers = {tuple(naming): number for *naming, number in inserted}
    return [
        Dated(id=number, **{name: row[name] for name in _SAID})
        for new, row in zip(plan.opening, rows, strict=True)
        if not (new.moves and new.moves.due_on == new.due.due_on)
        and (number := numbers.get(tuple(row[name] for name in _NAMING)))
    ]


def _deadline_row(
    gathered: Gathered, new: NewDeadline, ids: CaseIds, now: dt.datetime
) -> dict[str, Any]:
    obligation, subject, due = new.obligation, new.subject, new.due
    return {
        "enterprise_id": subject.enterprise_id,
        "case_id": ids[subject.case.key] if subject.case else None,
        "qualification_id": subject.qualification_id,
        "programme": gathered.programme.key,
        "obligation": obligation.key,
        "subject": subject.name,
        "period": subject.period,
        "projection": new.replaces.projection + 1 if new.replaces else 1,
        "title": obligation.title,
        "kind": obligation.kind.value,
        "ladder": obligation.ladder,
        "due_on": due.due_on,
        "provisional": due.provisional,
        "estimated": due.estimated,
        "needs_confirmation": obligation.confirm is Confirm.NEEDS_CONFIRMATION,
        "basis": due.to_json(),
        "where": obligation.where,
        "prepare": obligation.prepare,
        "met_by": obligation.met_by,
        "suspended_on": new.suspended_on,
        "state": DeadlineState.OPEN.value,
        "reason": "",
        "opened_at": now,
    }
