"""How many cases are alike: of one programme, stage, version of the rules and day of entry.

For eyes that see every case the numbers are kept (`models/tallies.py`). For others two questions
count: an index answers the first in its own order, and of the few proposals that wait each case
is looked up. Nothing is asked of each case.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.case import Case, Review, ReviewState
from models.tallies import appended, case_tally
from policy.workdays import Calendar, every_day

_ALIKE = (
    col(Case.stage),
    col(Case.revision),
    col(Case.held),
    col(Case.final),
    col(Case.entered_on),
)
_KEPT = tuple(case_tally.c[name] for name in ("stage", "revision", "held", "final", "since"))


class Alike(NamedTuple):
    """So many cases that are the same to whoever counts."""

    stage: str
    revision: str
    held: bool
    final: str | None
    since: dt.date | None  # the day they entered the stage; None of those that have ended
    number: int
    waiting: int  # of them: a proposal waits for a person


def alike_cases(
    session: Session, here: Sequence[ColumnElement[bool]], *, cycle: int | None = None
) -> Sequence[Alike]:
    """Return the cases for which these conditions on their own rows hold, if any; of one cycle.

    What is alike may come in several rows, of one cycle each.
    """
    if here:
        of_cycle = () if cycle is None else (col(Case.cycle) == cycle,)
        return tuple(_counted(session, *of_cycle, *here))
    number, waiting = case_tally.c.number, case_tally.c.waiting
    wanted = select(*_KEPT, number, waiting)
    if appended(session.connection()):
        sums = func.sum(number), func.sum(waiting)
        wanted = select(*_KEPT, *sums).group_by(*_KEPT).having(sums[0] > 0)
    if cycle is not None:
        wanted = wanted.where(case_tally.c.cycle == cycle)
    return tuple(map(Alike._make, session.execute(wanted).all()))


def _counted(session: Session, *which: ColumnElement[bool]) -> Iterator[Alike]:
    waits = (
        select(*_ALIKE, func.count())
        .join(Review, col(Review.case_id) == col(Case.id))
        .where(col(Review.state) == ReviewState.OPEN.value, *which)
        .group_by(*_ALIKE)
    )
    waiting = {tuple(key): number for *key, number in session.execute(waits)}
    rows = session.execute(select(*_ALIKE, func.count()).where(*which).group_by(*_ALIKE)).all()
    for *key, entered_on, number in rows:
        final = key[-1]
        since = entered_on if final is None else None
        yield Alike._make((*key, since, number, waiting.get((*key, entered_on), 0)))


def by_place(rows: Iterable[Alike]) -> Iterable[tuple[tuple[str, str], Sequence[Alike]]]:
    """Return (revision, stage) -> what stands there: a few dozen places of thousands of rows."""
    found: dict[tuple[str, str], list[Alike]] = {}
    for each in rows:
        found.setdefault((each.revision, each.stage), []).append(each)
    return found.items()


def workdays_until(
    calendar: Calendar, today: dt.date, days: Iterable[dt.date]
) -> Mapping[dt.date | None, int]:
    """Return each of these days -> its workdays up to today, both counted: in one walk for all."""
    first, number, found = min(days, default=today), 0, dict[dt.date | None, int]()
    for day in reversed([*every_day(first, today)]):
        number += calendar.is_workday(day)
        found[day] = number
    return defaultdict(int, found)  # none of a day to come, or of no day
