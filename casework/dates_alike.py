"""Open dates that run and are alike: one duty of one day, with what is not certain of it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from operator import eq
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.dates_counted import RUNS
from models.deadline import Deadline
from models.tallies import date_tally
from models.writes import table_of

_NAMES = (
    *("kind", "due_on", "programme", "title"),
    *("estimated", "provisional", "needs_confirmation"),
)
_ALIKE = tuple(table_of(Deadline).c[name] for name in _NAMES)
_KEPT = tuple(date_tally.c[name] for name in _NAMES)


class AlikeDates(NamedTuple):
    """So many dates that are the same to whoever counts."""

    kind: str
    due_on: dt.date
    programme: str
    title: str
    estimated: bool
    provisional: bool
    needs_confirmation: bool
    number: int


def open_dates(
    session: Session,
    here: Sequence[ColumnElement[bool]],
    *,
    since: dt.date | None,
    until: dt.date,
) -> Sequence[AlikeDates]:
    """Return the dates of these days for which these conditions hold, if there are any."""
    alike = _ALIKE if here else _KEPT
    number = func.count() if here else func.sum(date_tally.c.number)
    runs = and_(RUNS, *here) if here else ~date_tally.c.suspended
    due_on = alike[1]
    days = due_on <= until if since is None else due_on.between(since, until)
    wanted = select(*alike, number).where(runs, days).group_by(*alike).having(number > 0)
    return tuple(map(AlikeDates._make, session.execute(wanted).all()))


def first_of_each(
    session: Session, here: Sequence[ColumnElement[bool]], alike: Sequence[AlikeDates]
) -> Mapping[AlikeDates, int]:
    """Return an enterprise of each, the one that came first."""
    if not alike:
        return {}
    ours = or_(*(and_(*map(eq, _ALIKE, each)) for each in alike))
    rows = session.execute(
        select(*_ALIKE, func.min(col(Deadline.enterprise_id)))
        .where(RUNS, col(Deadline.due_on).in_({each.due_on for each in alike}), ours, *here)
        .group_by(*_ALIKE)
    )
    found = {tuple(key): firm for *key, firm in rows}
    return {each: found[each[:-1]] for each in alike}
