"""Signs of life of the program's parts, kept where every other part can see them."""

import datetime as dt

from casework.services import Services
from models.ledger import Heartbeat
from models.writes import upsert
from policy.silence import Sign

TIMETABLE = "timetable"  # whoever keeps the timetable
WORKER = "worker"  # whoever takes runs that another scheduler began
WATCH = "watch"  # whoever looks after all of these from outside


def beat(services: Services, name: str, *, every: dt.timedelta, detail: str = "") -> None:
    """Give a sign of life; another one should follow after ``every``."""
    row = {
        "name": name,
        "at": services.now(),
        "every_seconds": max(1, int(every.total_seconds())),
        "detail": detail,
    }
    services.database.transact(lambda session: upsert(session, Heartbeat, [row]))


def sign_of(row: Heartbeat, zone: dt.tzinfo) -> Sign:
    """Return what a row says of a part's life, in local time."""
    return Sign(at=row.at.astimezone(zone), every=dt.timedelta(seconds=row.every_seconds))
