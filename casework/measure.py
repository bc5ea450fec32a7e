"""What can be measured of the program: counts and ages, and nothing that names anybody."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.case import Case
from models.ledger import Alarm, Heartbeat, Run, RunState
from models.letter import Letter
from policy.silence import Silence

Counts = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One moment's figures; each mapping goes from labels to a number."""

    runs: Counts  # kind, state
    since_run: Counts  # kind -> seconds since the newest one that finished
    letters: Counts  # state
    open_cases: Counts  # programme, phase
    alarms: Counts  # kind, also of those that are well
    heartbeats: Counts  # name -> seconds


def measure(services: Services) -> Measures:
    """Return the figures of this moment."""
    now = services.now()
    with services.database.reading() as session:
        return Measures(
            runs=_counted(session, Run.kind, Run.state),
            since_run=_since(session, now),
            letters=_counted(session, Letter.state),
            open_cases=_open_cases(session),
            alarms=_alarms(session),
            heartbeats={
                (row.name.partition("/")[0],): _seconds(now, row.at)
                for row in session.scalars(select(Heartbeat).order_by(col(Heartbeat.at)))
            },
        )


def _counted(session: Session, *columns: str) -> Counts:
    grouped = [col(column) for column in columns]
    rows = session.execute(select(*grouped, func.count()).group_by(*grouped).order_by(*grouped))
    return {tuple(labels): number for *labels, number in rows}


def _open_cases(session: Session) -> Counts:
    places = (col(Case.programme), col(Case.phase))
    rows = session.execute(
        select(*places, func.count())
        .where(col(Case.final).is_(None))
        .group_by(*places)
        .order_by(*places)
    )
    return {(programme, phase): number for programme, phase, number in rows}


def _alarms(session: Session) -> Counts:
    rows = session.execute(
        select(col(Alarm.kind), func.count())
        .where(col(Alarm.cleared_at).is_(None))
        .group_by(col(Alarm.kind))
    )
    return {(kind.value,): 0 for kind in Silence} | {(kind,): number for kind, number in rows}


def _since(session: Session, now: dt.datetime) -> Counts:
    rows = session.execute(
        select(col(Run.kind), func.max(col(Run.finished_at)))
        .where(col(Run.state) == RunState.FINISHED.value)
        .group_by(col(Run.kind))
        .order_by(col(Run.kind))
    )
    return {(kind,): _seconds(now, last) for kind, last in rows if last is not None}


def _seconds(now: dt.datetime, then: dt.datetime) -> int:
    return max(0, int((now - then).total_seconds()))
