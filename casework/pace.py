"""The pace: in no minute more letters than mail providers allow, whoever hands them over.

It is counted in the table, in the transaction that marks a letter as on its way: a second process,
and a delivery that ended a moment ago, count too. What a clock that was put back left in the future
does not count.
"""

import datetime as dt

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.enterprise import Person
from models.letter import Letter

MINUTE = dt.timedelta(minutes=1)
_TURNS = 4312_8101  # any number, the same in every process


def seconds_until_turn(session: Session, services: Services) -> float:
    """Return for how long no letter may be handed over; 0 when it is the next one's turn.

    Others who ask wait for the end of this transaction.
    """
    return _until_turn(session, services, services.per_minute)


def seconds_until_turn_of(session: Session, services: Services, domain: str) -> float:
    """Return for how long none may be handed over to the mailboxes of a domain, if others may.

    Counted are the letters to people whose mailbox is one of it now.
    """
    most = services.per_minute_to.get(domain, 0)
    ends = func.lower(col(Person.email)).endswith(f"@{domain}", autoescape=True)
    theirs = select(col(Person.id)).where(col(Person.id) == col(Letter.person_id), ends)
    return _until_turn(session, services, most, theirs.exists())


def _until_turn(
    session: Session, services: Services, most: int, *which: ColumnElement[bool]
) -> float:
    if not most:
        return 0.0
    connection = session.connection()  # SQLite has one writer: here it waits for the others
    if connection.dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURNS)))
    now, at = services.now(), col(Letter.handed_at)  # after whoever was waited for
    left = session.scalars(
        select(at).where(at > now - MINUTE, at <= now, *which).order_by(at.desc()).limit(most)
    ).all()
    if len(left) < most or left[-1] is None:
        return 0.0
    return (left[-1] + MINUTE - now).total_seconds()
