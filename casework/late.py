"""Which cases have been in their stage longer than it allows, asked of the database."""

import datetime as dt

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.rulebook import rules_in_use
from casework.services import Services
from models.case import Case
from policy.workdays import ONE_DAY, Calendar


def late_in_stage(session: Session, services: Services) -> ColumnElement[bool]:
    """Return the condition that an open case is over the limit of its stage, by its own rules."""
    calendar, today = services.calendar(session), services.today
    late = [
        and_(
            col(Case.revision) == revision,
            col(Case.stage) == stage.key,
            col(Case.entered_on) <= _entered_by(calendar, today, stage.limit_workdays + 1),
        )
        for revision, programme in rules_in_use(session, services).items()
        for stage in programme.stages
        if stage.limit_workdays is not None
    ]
    return and_(col(Case.final).is_(None), or_(false(), *late))


def _entered_by(calendar: Calendar, today: dt.date, workdays: int) -> dt.date:
    """Return the last day from which today is at least the so manieth workday, itself counted."""
    day = calendar.previous_workday(today)
    for _ in range(workdays - 1):
        day = calendar.previous_workday(day - ONE_DAY)
    return day
