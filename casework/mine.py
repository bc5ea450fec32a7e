"""What is mine (经办人是我): the cases given to one member of staff, the most pressing first."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlmodel import col

from casework.board import over_limit
from casework.rulebook import read_rules
from casework.scope import seen_by
from casework.services import Services
from models.case import Case, Review, ReviewState
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.deadlines import days_left

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
    today, calendar = services.today, services.calendar()
    with services.database.reading() as session:
        rows = session.execute(_theirs(services, person_id)).all()
        rules = read_rules(session, services, {row[0].revision for row in rows})
    lines = [
        MineLine(
            id=case.id or 0,
            enterprise=name,
            programme_title=rules[case.revision].title,
            stage_title=(stage := rules[case.revision].stage(case.stage)).title,
            waiting=waiting,
            over_limit=over_limit(stage, calendar.workdays_between(case.entered_on, today)),
            days_left=days_left(due, today) if due and due <= today + _SOON else None,
        )
        for case, name, waiting, due in rows
    ]
    pressing = sorted(
        (each for each in lines if each.waiting or each.over_limit or each.days_left is not None),
        key=lambda each: (each.days_left is None, each.days_left or 0, not each.waiting, each.id),
    )
    return Mine(count=len(lines), pressing=len(pressing), lines=tuple(pressing[:_SHOWN]))


def _theirs(services: Services, person_id: int) -> Select[Any]:
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
    mine = (col(Case.officer_id) == person_id, col(Case.final).is_(None), *seen_by(services))
    return (
        select(Case, col(Enterprise.name), waits, nearest)
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .where(*mine)
        .order_by(col(Case.id))
    )
