"""Leases: one holder at a time, for a while; whoever was overtaken finds a higher term."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, inspect, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.ledger import Lease
from models.writes import changed_rows, insert_new, table_of

TIMETABLE = "timetable"  # held by whoever keeps the timetable of the data
_NEVER_SO_LONG = dt.timedelta(days=1)  # a longer one was written while a clock was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease of our own; its term tells it from every other holder's."""

    name: str
    term: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """Somebody else's lease."""

    holder: str
    since: dt.datetime
    until: dt.datetime


def acquire(services: Services, name: str, *, holder: str, length: dt.timedelta) -> Held | Busy:
    """Take the lease if nobody holds it any more; else say who does."""

    def attempt(session: Session) -> Held | Busy:
        now = services.now()
        vacant = {"name": name, "holder": "", "term": 0, "since": now, "until": now}
        insert_new(session, Lease, [vacant])
        over = or_(col(Lease.until) <= now, col(Lease.until) > now + _NEVER_SO_LONG)
        taken = session.execute(
            update(Lease)
            .where(col(Lease.name) == name, over)
            .values(holder=holder, term=Lease.term + 1, since=now, until=now + length)
            .execution_options(synchronize_session=False)
        )
        row = session.get_one(Lease, name)
        if changed_rows(taken):
            return Held(name=name, term=row.term)
        return Busy(holder=row.holder, since=row.since, until=row.until)

    return services.database.transact(attempt)


def held_now(connection: Connection, name: str, now: dt.datetime) -> Busy | None:
    """Return who holds it just now; looks only, also into a database without leases."""
    if not inspect(connection).has_table(table_of(Lease).name):
        return None
    until = col(Lease.until)
    row = connection.execute(
        select(col(Lease.holder), col(Lease.since), until).where(
            col(Lease.name) == name, until > now, until <= now + _NEVER_SO_LONG
        )
    ).first()
    return None if row is None else Busy(holder=row[0], since=row[1], until=row[2])


def renew(services: Services, held: Held, *, length: dt.timedelta) -> bool:
    """Hold it for longer; False when it is no longer ours."""
    return _change(services, held, term=held.term, until=services.now() + length)


def release(services: Services, held: Held) -> bool:
    """Give it back, so that nobody needs to wait for its end, and a late renewal finds it gone."""
    return _change(services, held, term=held.term + 1, until=services.now())


def _change(services: Services, held: Held, *, term: int, until: dt.datetime) -> bool:
    def attempt(session: Session) -> bool:
        kept = session.execute(
            update(Lease)
            .where(col(Lease.name) == held.name, col(Lease.term) == held.term)
            .values(term=term, until=until)
            .execution_options(synchronize_session=False)
        )
        return changed_rows(kept) == 1

    return services.database.transact(attempt)
