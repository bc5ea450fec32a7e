"""The pace: in no minute more letters than mail providers allow, whoever hands them over.

It is counted in the table, in the transaction that marks a letter as on its way: a second process,
and a delivery that ended a moment ago, count too. What a clock that was put back left in the future
does not count.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, func, select
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
    most = services.per_minute
    return _until(session, services, _left_lately(services), most) if most else 0.0


def seconds_until_turn_of(session: Session, services: Services, email: str) -> float:
    """Return for how long none may be handed over to the provider of this mailbox, if others may.

    Counted are the letters to mailboxes that are of this provider now.
    """
    domain = email.rpartition("@")[2].lower()
    most = services.per_minute_to.get(domain, 0)
    if not most:
        return 0.0
    to_them = func.lower(col(Person.email)).endswith(f"@{domain}", autoescape=True)
    lately = _left_lately(services)
    lately = lately.join(Person, col(Person.id) == col(Letter.person_id)).where(to_them)
    return _until(session, services, lately, most)


def _left_lately(services: Services) -> Select[tuple[dt.datetime | None]]:
    now, at = services.now(), col(Letter.handed_at)
    return select(at).where(at > now - MINUTE, at <= now).order_by(at.desc())


def _until(
    session: Session, services: Services, lately: Select[tuple[dt.datetime | None]], most: int
) -> float:
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_TURNS)))
    left: Sequence[dt.datetime | None] = session.scalars(lately.limit(most)).all()
    if len(left) < most or left[-1] is None:
        return 0.0
    return (left[-1] + MINUTE - services.now()).total_seconds()
