"""Which letters may leave now: what waits, whose answer was lost, or whose sender died."""

import datetime as dt

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from casework.one_a_day import WAITING
from models.letter import Letter, LetterState

UNCERTAIN = (LetterState.TRANSMITTING.value, LetterState.UNKNOWN.value)


def may_leave(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that a letter may be taken by a sender at this moment.

    One whose answer was lost goes out a second time once, and then waits for a person.
    """
    free = or_(col(Letter.leased_until).is_(None), col(Letter.leased_until) < now)
    waits = and_(
        col(Letter.state).in_(WAITING),
        or_(col(Letter.next_at).is_(None), col(Letter.next_at) <= now),
    )
    lost = and_(col(Letter.state).in_(UNCERTAIN), col(Letter.may_repeat).is_(False))
    died = col(Letter.state) == LetterState.TRANSMITTING.value
    return and_(free, or_(waits, lost, died))
