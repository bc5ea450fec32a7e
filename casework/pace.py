"""The pace: in no minute more letters than the mail provider allows, whoever hands them over.

It is counted in the table, in the transaction that marks a letter as on its way: a second process,
and a delivery that ended a moment ago, count too.
"""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.letter import Letter

MINUTE = dt.timedelta(minutes=1)
_TURNS = 4312_8101  # any number, the same in every process


def seconds_until_turn(session: Session, services: Services) -> float:
    """Return for how long no letter may be handed over; 0 when it is the next one's turn.

    Others who ask wait for the end of this transaction. What a clock that was put back left in
    the future does not count.
    """
    most = services.per_minute
    if not most:
        return 0.0
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_TURNS)))
    now, at = services.now(), col(Letter.handed_at)
    left = session.scalars(
        select(at).where(at > now - MINUTE, at <= now).order_by(at.desc()).limit(most)
    ).all()
    if len(left) < most or left[-1] is None:
        return 0.0
    return (left[-1] + MINUTE - now).total_seconds()
