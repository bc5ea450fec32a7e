"""What a deadline is called for ever, and which of its projections stands."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise


def matter_of(enterprise: Enterprise, deadline: Deadline) -> str:
    """Return the deadline's natural name without its projection: a moved date keeps it."""
    words = (deadline.programme, deadline.obligation, deadline.subject, deadline.period)
    return "/".join((enterprise.uscc, *words))


def in_force(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline, or its successor on the same day: a date that became certain stands."""
    return _successor(session, deadline, col(Deadline.due_on) == deadline.due_on)


def newest(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline, or what took its place, on whatever day."""
    return _successor(session, deadline)


def _successor(session: Session, deadline: Deadline, *more: ColumnElement[bool]) -> Deadline:
    if deadline.state != DeadlineState.SUPERSEDED.value:
        return deadline
    newer = (
        col(Deadline.enterprise_id) == deadline.enterprise_id,
        col(Deadline.programme) == deadline.programme,
        col(Deadline.obligation) == deadline.obligation,
        col(Deadline.subject) == deadline.subject,
        col(Deadline.period) == deadline.period,
        col(Deadline.projection) > deadline.projection,
        col(Deadline.state) != DeadlineState.SUPERSEDED.value,
    )
    return session.scalars(select(Deadline).where(*newer, *more)).first() or deadline
