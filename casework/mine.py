"""What is mine (经办人是我): the cases given to one member of staff, the most pressing first."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.board import over_limit
from casework.counted import workdays_until
from casework.rulebook import read_rules
from casework.scope import seen_among
from casework.services import Services
from models.case import Case, Review, ReviewState
from models.deadline import Deadline, DeadlineState
from models.duties import enterprises_by_id
from policy.deadlines import days_left
from policy.programme import Stage

_SHOWN = 5
_SOON = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class MineLine:
    """One case of mine that wants something of me."""

    id: int
    enterprise: str
    programme_title: str
    stage_title: str
    waiting: bool
    over_limit: bool
    days_left: int | None  # until its nearest date; negative: it has passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """How many cases are mine, and those that want something."""

    count: int
    pressing: int
    lines: tuple[MineLine, ...]


def mine(services: Services, person_id: int) -> Mine:
    """Return what is somebody's own: what waits for a decision, what is late, what is due soon."""
    today = services.today
    with services.database.reading() as session:
        rows = session.execute(_theirs(session, services, person_id)).all()
        rules = read_rules(session, services, {row.revision for row in rows})
        days = [row.entered_on for row in rows]
        workdays = workdays_until(services.calendar(session), today, days)
        places = {(row.revision, row.stage) for row in rows}
        stages = {place: rules[place[0]].stage(place[1]) for place in places}
        found = (
            _pressing(row, stages[row.revision, row.stage], workdays[row.entered_on], today)
            for row in rows
        )
        pressing = sorted(
            (each for each in found if each.waiting or each.over or each.days is not None),
            key=lambda each: (each.days is None, each.days or 0, not each.waiting, each.id),
        )
        shown = pressing[:_SHOWN]
        firms = enterprises_by_id(session, {each.firm for each in shown})
    lines = [
        MineLine(
            id=each.id,
            enterprise=firms[each.firm].name,
            programme_title=rules[each.revision].title,
            stage_title=each.stage.title,
            waiting=each.waiting,
            over_limit=each.over,
            days_left=each.days,
        )
        for each in shown
    ]
    return Mine(count=len(rows), pressing=len(pressing), lines=tuple(lines))


class _Mine(NamedTuple):
    id: int
    firm: int
    revision: str
    stage: Stage
    waiting: bool
    over: bool
    days: int | None


def _pressing(row: Row[Any], stage: Stage, workdays: int, today: dt.date) -> _Mine:
    return _Mine(
        id=row.id,
        firm=row.enterprise_id,
        revision=row.revision,
        stage=stage,
        waiting=row.waiting,
        over=over_limit(stage, workdays),
        days=days_left(row.due, today) if row.due and row.due <= today + _SOON else None,
    )


def _theirs(session: Session, services: Services, person_id: int) -> Select[Any]:
    """Return what finds each case of theirs, whether it waits, and its nearest date."""
    waits = exists().where(
        col(Review.case_id) == col(Case.id), col(Review.state) == ReviewState.OPEN.value
    )
    nearest = (
        select(func.min(col(Deadline.due_on)))
        .where(
            col(Deadline.case_id) == col(Case.id),
            col(Deadline.state) == DeadlineState.OPEN.value,
            col(Deadline.suspended_on).is_(None),
        )
        .scalar_subquery()
    )
    own = (Case.id, Case.enterprise_id, Case.revision, Case.stage, Case.entered_on)
    return select(*map(col, own), waits.label("waiting"), nearest.label("due")).where(
        col(Case.officer_id) == person_id,
        col(Case.final).is_(None),
        *seen_among(session, services, col(Case.enterprise_id)),
    )
