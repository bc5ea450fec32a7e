"""The daily reminder sweep: an inverse ladder from the days it must speak for to due dates."""

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache, partial
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework import runs
from casework.calendar_days import CALENDAR_ACTS
from casework.outbox import queue
from casework.robots import call_robots
from casework.rungs import Dated, Reached, rung_claims
from casework.services import Services
from casework.snooze import awakened, end_past, hushed, snoozes_in_force, unchanged
from casework.weekly_cap import hurry
from models.base import Instant
from models.deadline import Deadline, DeadlineState
from models.duties import enterprises_by_id, read_staff
from models.ledger import AuditEntry, Run
from models.letter import ItemState, LetterItem
from models.writes import table_of
from policy.ladder import due_dates_for, send_days, speaks_on
from policy.obligation import Ladder
from policy.workdays import ONE_DAY, Calendar

# Rows, not objects: a sweep may find tens of thousands, and needs a few columns of each.
_NAMES = tuple(each.name for each in fields(Dated))
_CHUNK = 10_000
_SWEPT = select(col(Run.program), col(Run.started_at)).where(
    col(Run.kind) == runs.SWEEP, col(Run.slot) == bindparam("slot")
)
_DECLARED = (
    select(col(AuditEntry.id))
    .where(
        col(AuditEntry.act).in_(CALENDAR_ACTS),
        col(AuditEntry.at) >= bindparam("since", type_=Instant()),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What a sweep did."""

    days: int  # send days it spoke for
    rungs: int  # rungs that came due on them
    spoken: int  # claims that went into a letter
    superseded: int
    suppressed: int


def sweep(services: Services, *, today: dt.date | None = None) -> SweepReport:
    """Queue every rung that came due since the last finished sweep, each once.

    After a silence the most urgent rung of each deadline speaks and the others are recorded
    as superseded. On a day off nothing is due: the rungs spoke on the working day before.
    """
    day = today or services.today
    begun = services.database.transact(
        lambda session: runs.begin(session, services, runs.SWEEP, day.isoformat())
    )
    with runs.failure_noted(services, begun):
        return services.database.retrying(partial(_sweep, services, day, begun))


def _sweep(services: Services, day: dt.date, begun: runs.Begun) -> SweepReport:
    with services.database.reading() as session:
        calendar = services.calendar(session)
        last = swept_on(session, before=day)
        days = send_days(_spoken_for(session, services, last, calendar), day, calendar)
        reached = list(_reached(session, services.catalogue.ladders.values(), days, calendar))
        reached = _not_yet_said(session, reached, last)
        enterprises = enterprises_by_id(session, {each.deadline.enterprise_id for each in reached})
        staff = read_staff(session, day) if reached else ()
        quiet = snoozes_in_force(session)
        over = [each for each in quiet if each.until <= day]
        speaking = {each.deadline.id for each in reached}
        passed = [each for each in over if each.deadline.id not in speaking]
        again = awakened(session, services, passed, day, calendar)
    due = rung_claims(reached, enterprises, staff, day)
    claims = [*hushed(services, due, quiet, day), *again]
    with services.database.writing() as session:
        unchanged(session, quiet)
        end_past(session, day, runs.SWEEP)
        if services.letters_a_week:
            hurry(session, day, calendar)
        queue(session, services, claims, send_on=day, calendar=calendar)
        call_robots(session, services, day, calendar)
        states = [claim.state for claim in claims]
        report = SweepReport(
            days=len(days),
            rungs=len(reached),
            spoken=states.count(ItemState.CLAIMED),
            superseded=states.count(ItemState.SUPERSEDED),
            suppressed=states.count(ItemState.SUPPRESSED),
        )
        runs.finish(session, services, begun, json.dumps(asdict(report), sort_keys=True))
    return report


def _spoken_for(
    session: Session, services: Services, last: dt.date | None, calendar: Calendar
) -> dt.date | None:
    """Return the last day whose rungs were looked for, as the calendar stands now.

    A day that was declared off since then has moved its rungs onto the last day that was looked
    at, after it was; one that counts n workdays, up to n of them back. Those days are looked at
    once more.
    """
    if last is None or not _days_may_have_moved(session, services, last):
        return last
    rungs = (rung for ladder in services.catalogue.ladders.values() for rung in ladder.rungs)
    back = max((abs(rung.workdays) for rung in rungs), default=0)
    return calendar.workdays_away(last + ONE_DAY, -max(back, 1)) - ONE_DAY


def _not_yet_said(
    session: Session, reached: Sequence[Reached], last: dt.date | None
) -> list[Reached]:
    """Leave out what spoke on a day that is looked at once more, also of the same date before.

    A date that became certain since then is a new row; nobody hears of it a second time.
    """
    again = sorted({each.deadline.id for each in reached if last and each.speaks_on <= last})
    said: set[tuple[int, str]] = set()
    for start in range(0, len(again), _CHUNK):
        said |= _said(session, again[start : start + _CHUNK])
    return [each for each in reached if (each.deadline.id, each.rung.key) not in said]


def _said(session: Session, deadlines: Sequence[int]) -> set[tuple[int, str]]:
    """Return the rungs of these deadlines that have their claims, under whatever projection."""
    now, then = aliased(Deadline), aliased(Deadline)
    same = ("enterprise_id", "programme", "obligation", "subject", "period", "due_on")
    rows = session.execute(
        select(col(now.id), col(LetterItem.rung))
        .join(then, and_(*(getattr(then, name) == getattr(now, name) for name in same)))
        .join(LetterItem, col(LetterItem.deadline_id) == col(then.id))
        .where(col(now.id).in_(deadlines))
    )
    return {(number or 0, rung) for number, rung in rows}


def _days_may_have_moved(session: Session, services: Services, last: dt.date) -> bool:
    """Say whether the files, or the days that staff decide, changed since a sweep."""
    program, started_at = session.execute(_SWEPT, {"slot": last.isoformat()}).one()
    if program != services.program:
        return True
    return session.scalar(_DECLARED, {"since": started_at}) is not None


def swept_on(session: Session, *, before: dt.date | None = None) -> dt.date | None:
    """Return the last day whose reminders are done, or the last one before a day."""
    slot = None if before is None else before.isoformat()
    last = runs.last_finished(session, runs.SWEEP, before=slot)
    return dt.date.fromisoformat(last) if last else None


def _reached(
    session: Session, ladders: Collection[Ladder], days: Sequence[dt.date], calendar: Calendar
) -> Iterator[Reached]:
    """Yield the rungs that speak on these days, found from the days and not from the deadlines."""
    due_on = {
        ladder.key: {
            rung.key: {due for day in days for due in due_dates_for(rung, day, calendar)}
            for rung in ladder.rungs
        }
        for ladder in ladders
    }
    found = _dated(session, {key: set().union(*of.values()) for key, of in due_on.items()})
    for ladder in ladders:
        for rung in ladder.rungs:
            speaking = due_on[ladder.key][rung.key]
            for deadline in (each for each in found[ladder.key] if each.due_on in speaking):
                spoke_on = speaks_on(rung, deadline.due_on, calendar)
                last = rung is ladder.last_before
                yield Reached(deadline=deadline, rung=rung, speaks_on=spoke_on, last=last)


def _dated(
    session: Session, wanted: Mapping[str, Collection[dt.date]]
) -> Mapping[str, Sequence[Dated]]:
    """Return ladder -> its open deadlines on these dates, in the order they were opened."""
    found: dict[str, list[Dated]] = {ladder: [] for ladder in wanted}
    asked = [(ladder, sorted(dates)) for ladder, dates in wanted.items() if dates]
    few = sum(len(dates) for _, dates in asked) <= _CHUNK  # after years of silence they are many
    at_once = len(asked) if few else 1
    for start in range(0, len(asked), at_once or 1):
        some = asked[start : start + at_once]
        given = {f"ladder_{n}": ladder for n, (ladder, _) in enumerate(some)}
        days = {f"days_{n}": dates for n, (_, dates) in enumerate(some)}
        for row in session.connection().execute(_dated_of(len(some)), {**given, **days}):
            each = Dated(**dict(zip(_NAMES, row, strict=True)))
            found[each.ladder].append(each)
    return found


@cache
def _dated_of(number: int) -> Select[Any]:
    """Return the question for so many ladders at once."""
    dates = table_of(Deadline).c
    one_of_them = (
        and_(
            dates.ladder == bindparam(f"ladder_{n}"),
            dates.due_on.in_(bindparam(f"days_{n}", expanding=True)),
            # Said of each, and as in the index: SQLite uses it for nothing else.
            dates.state == literal_column(f"'{DeadlineState.OPEN.value}'"),
        )
        for n in range(number)
    )
    return select(*(dates[name] for name in _NAMES)).where(or_(*one_of_them)).order_by(dates.id)
