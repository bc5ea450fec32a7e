"""What a deadline is called for ever, and which of its projections stands."""

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise

_NAMING = ("enterprise_id", "programme", "obligation", "subject", "period")


def matter_of(enterprise: Enterprise, deadline: Deadline) -> str:
    """Return the deadline's natural name without its projection: a moved date keeps it."""
    words = (deadline.programme, deadline.obligation, deadline.subject, deadline.period)
    return "/".join((enterprise.uscc, *words))


# Each letter and page asks it of each date that moved: put together once.
_NEWER = (
    select(Deadline)
    .where(
        *(col(getattr(Deadline, name)) == bindparam(name) for name in _NAMING),
        col(Deadline.projection) > bindparam("projection"),
        col(Deadline.state) != DeadlineState.SUPERSEDED.value,
    )
    .order_by(col(Deadline.projection).desc())
    .limit(1)
)
_SAME_DAY = _NEWER.where(col(Deadline.due_on) == bindparam("due_on"))


def in_force(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline, or its successor on the same day.

    A date that became certain stands, and so does one that had ended and was brought back.
    """
    return _successor(session, deadline, _SAME_DAY, due_on=deadline.due_on)


def newest(session: Session, deadline: Deadline) -> Deadline:
    """Return the deadline, or what took its place, on whatever day."""
    return _successor(session, deadline, _NEWER)


def _successor(
    session: Session, deadline: Deadline, newer: Select[tuple[Deadline]], **asked: object
) -> Deadline:
    if deadline.state == DeadlineState.OPEN.value:
        return deadline
    asked |= {name: getattr(deadline, name) for name in (*_NAMING, "projection")}
    return session.scalars(newer, asked).first() or deadline
