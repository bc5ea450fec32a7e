"""How many cases are alike: of one programme, stage, version of the rules and day of entry.

Two questions, whatever asks: an index answers the first in its own order, and of the few proposals
that wait each case is looked up. Nothing is asked of each case.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.case import Case, Review, ReviewState
from policy.workdays import Calendar, every_day

_ALIKE = (
    col(Case.programme),
    col(Case.stage),
    col(Case.revision),
    col(Case.held),
    col(Case.final),
    col(Case.entered_on),
)


class Alike(NamedTuple):
    """So many cases that are the same to whoever counts."""

    programme: str
    stage: str
    revision: str
    held: bool
    final: str | None
    entered_on: dt.date
    number: int
    waiting: int  # of them: a proposal waits for a person


def alike_cases(session: Session, *which: ColumnElement[bool]) -> Iterator[Alike]:
    """Yield the cases for which these conditions on their own rows hold."""
    waits = (
        select(*_ALIKE, func.count())
        .join(Review, col(Review.case_id) == col(Case.id))
        .where(col(Review.state) == ReviewState.OPEN.value, *which)
        .group_by(*_ALIKE)
    )
    waiting = {tuple(key): number for *key, number in session.execute(waits)}
    rows = session.execute(select(*_ALIKE, func.count()).where(*which).group_by(*_ALIKE))
    for *key, number in rows:
        yield Alike._make((*key, number, waiting.get(tuple(key), 0)))


def by_place(rows: Iterable[Alike]) -> Iterable[tuple[tuple[str, str], Sequence[Alike]]]:
    """Return (revision, stage) -> what stands there: a few dozen places of thousands of rows."""
    found: dict[tuple[str, str], list[Alike]] = {}
    for each in rows:
        found.setdefault((each.revision, each.stage), []).append(each)
    return found.items()


def workdays_until(
    calendar: Calendar, today: dt.date, days: Iterable[dt.date]
) -> Mapping[dt.date, int]:
    """Return each of these days -> its workdays up to today, both counted: in one walk for all."""
    first, number, found = min(days, default=today), 0, dict[dt.date, int]()
    for day in reversed([*every_day(first, today)]):
        number += calendar.is_workday(day)
        found[day] = number
    return defaultdict(int, found)  # none of a day to come
