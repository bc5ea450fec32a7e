"""Patience with guessers: a few failures cost nothing, then each waits twice as long."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.accounts import FailedTry

_FREE = {"login": 5, "address": 30, "token": 30}  # failures that cost nothing, by what is tried
_PAUSE, _LONGEST_PAUSE = dt.timedelta(seconds=30), dt.timedelta(minutes=15)


def seconds_to_wait(services: Services, tried: Sequence[str]) -> float:
    """Return for how long nobody may try these (login/zhangsan, token/192.0.2.7); 0: go on."""
    now = services.now()
    with services.database.reading() as session:
        rows = session.scalars(select(FailedTry).where(col(FailedTry.of).in_(tried))).all()
    until = max((paused_until(row) for row in rows), default=now)
    return max((until - now).total_seconds(), 0)


def must_wait(services: Services, tried: Sequence[str]) -> str:
    """Return for how long nobody may try, in words; nothing when somebody may."""
    seconds = seconds_to_wait(services, tried)
    if not seconds:
        return ""
    return f"{int(seconds // 60) + 1} 分钟" if seconds > 60 else "一分钟"  # noqa: PLR2004


def count_failure(session: Session, services: Services, tried: Sequence[str]) -> None:
    """Count a failure of each of these; one who rested long begins anew."""
    now = services.now()
    for name in tried:
        row = session.get(FailedTry, name, with_for_update=True)
        if row is None:
            session.add(FailedTry(of=name, failures=1, last_at=now))
            continue
        rested = now - row.last_at > 2 * _LONGEST_PAUSE
        row.failures, row.last_at = (1 if rested else row.failures + 1), now


def paused_until(row: FailedTry) -> dt.datetime:
    """Return until when nobody may try."""
    over = row.failures - _FREE[row.of.partition("/")[0]]
    pause = min(_PAUSE * 2 ** min(over, 10), _LONGEST_PAUSE) if over >= 0 else dt.timedelta()
    return row.last_at + pause
