"""Rehearsing a stretch of days: every run of the timetable, on a copy, with nobody written to.

The runs are the real ones; only the clock is ours and the sender keeps nothing. So what a
rehearsal tells is what the same days will bring if nobody imports, records or decides anything.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import polars as pl
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.deliver import deliver
from casework.digest import digest
from casework.due_now import first_waiting, letters_wait, runs_so_far
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep, swept_on
from casework.services import Services
from casework.words import ROLES
from models.enterprise import Enterprise, Person, Role
from models.facts_frame import raw_facts
from models.letter import ItemState, Letter, LetterItem, LetterState
from models.span import Span
from notifications.nowhere import Nowhere
from policy.timetable import Done, RunKind, Timetable, day_of, due_runs, month_due
from policy.workdays import ONE_DAY

LONGEST = dt.timedelta(days=731)
_UNASKED = dt.date.min
_PLAYED = (RunKind.MONTHLY, RunKind.DIGEST, RunKind.SWEEP, RunKind.DELIVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedLetter:
    """One letter that would leave: when, to whom, and of how many matters it speaks."""

    on: dt.date
    to: str
    role: str
    role_title: str
    enterprise: str
    matters: int
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What the days would bring."""

    first: dt.date
    last: dt.date
    months: int  # monthly runs
    sweeps: int
    letters: tuple[RehearsedLetter, ...]
    claims: tuple[str, ...]  # the names of everything that would be said, for comparing
    unsaid: int  # matters that nobody could be told


def rehearse(
    copy: Services, table: Timetable, first: dt.date, last: dt.date
) -> Rehearsal | Refusal:
    """Play the runs of these days on ``copy``, which is used up by it."""
    wrong = _wrong_days(copy, first, last)
    if wrong:
        return Refusal(reason=wrong)
    counts = Counter[RunKind]()
    with copy.database.reading() as session:
        known = frozenset(session.scalars(select(col(LetterItem.key))))
    keeper = _Keeper(copy, table)
    nobody_else = replace(copy, open_carrier=Nowhere, read_facts=_facts_once(), day=None)
    for moment in _moments(copy, table, first, last):
        at = replace(nobody_else, now=partial(_same, moment))
        for kind in keeper.play(at):
            counts[kind] += 1
    with copy.database.reading() as session:
        said = session.execute(
            select(col(LetterItem.key), col(LetterItem.state)).order_by(col(LetterItem.key))
        ).all()
        new = [(key, state) for key, state in said if key not in known]
        return Rehearsal(
            first=first,
            last=last,
            months=counts[RunKind.MONTHLY],
            sweeps=counts[RunKind.SWEEP],
            letters=tuple(_letters(session, copy, first, last)),
            claims=tuple(key for key, state in new if state == ItemState.CLAIMED.value),
            unsaid=sum(state == ItemState.SUPPRESSED.value for _, state in new),
        )


def _same(moment: dt.datetime) -> dt.datetime:
    return moment


def _facts_once() -> Callable[..., pl.DataFrame]:
    """Return what reads the facts of a day once: no run changes them, and nobody else is here."""
    kept: dict[tuple[Span, dt.date, int], pl.DataFrame] = {}

    def facts_of(session: Session, span: Span, *, on: dt.date, cycle: int) -> pl.DataFrame:
        key = (span, on, cycle)
        if key not in kept:
            for past in [each for each in kept if each[1] != on]:
                del kept[past]
            kept[key] = raw_facts(session, span, on=on, cycle=cycle)
        return kept[key]

    return facts_of


def _wrong_days(copy: Services, first: dt.date, last: dt.date) -> str:
    if last < first:
        return f"结束日期 {last} 早于开始日期 {first}"
    if last - first > LONGEST:
        return "一次最多预演两年"
    with copy.database.reading() as session:
        swept = swept_on(session)
    if swept and swept >= first:
        return f"{swept} 的提醒已经做过，预演只能从这一天以后开始"
    return ""


def _moments(
    copy: Services, table: Timetable, first: dt.date, last: dt.date
) -> Iterator[dt.datetime]:
    """Yield the moments of each day at which something may be due, in order."""
    runs_at = {table.monthly_at, table.digest_at, table.sweep_at}
    times = sorted(runs_at | {table.deliver_from, table.deliver_to})
    for number in range((last - first).days + 1):
        for time in times:
            yield dt.datetime.combine(first + number * ONE_DAY, time, tzinfo=copy.zone)


class _Keeper:
    """Does what is due, as whoever keeps the timetable would; it looks only when it may be new."""

    def __init__(self, copy: Services, table: Timetable) -> None:
        self._table, self._calendar = table, copy.calendar()  # nobody declares days in a rehearsal
        # Nothing but a run of ours changes these.
        self._done: Done | None = None
        self._first_letter: dt.date | None = _UNASKED

    def play(self, at: Services) -> Iterator[RunKind]:
        """Do what is due at this moment, each kind once."""
        played: set[RunKind] = set()
        while due := [kind for kind in self._due(at) if kind not in played]:
            kind = due[0]
            played.add(kind)
            self._run(at, kind)
            if kind is not RunKind.DELIVER:  # what is done says nothing of letters
                self._done = None
            self._first_letter = _UNASKED
            yield kind

    def _due(self, at: Services) -> list[RunKind]:
        """Return what is due; whether letters wait is asked only when one of them may leave."""
        if self._done is None:
            self._done = runs_so_far(at)
        now, calendar = at.now().astimezone(at.zone), self._calendar
        maybe = replace(self._done, letters_wait=True)
        due = due_runs(self._table, calendar, now, maybe)
        if RunKind.DELIVER in due and not self._letters_wait(at):
            due.remove(RunKind.DELIVER)
        return [kind for kind in due if kind in _PLAYED]

    def _letters_wait(self, at: Services) -> bool:
        if self._first_letter is _UNASKED:
            self._first_letter = first_waiting(at)
        first = self._first_letter
        return first is not None and first <= at.today and letters_wait(at)

    def _run(self, at: Services, kind: RunKind) -> None:
        match kind:
            case RunKind.MONTHLY:
                now = at.now().astimezone(at.zone)
                month = month_due(self._table, self._calendar, now, runs_so_far(at))
                assert month is not None  # noqa: S101 - that it is due is why we are here
                run_month(at, month, on=day_of(month, now.date()))
            case RunKind.DIGEST:
                digest(at)
            case RunKind.SWEEP:
                sweep(at)
            case _:
                deliver(at)


def _letters(
    session: Session, copy: Services, first: dt.date, last: dt.date
) -> Iterator[RehearsedLetter]:
    begin, end = (
        dt.datetime.combine(day, dt.time(), tzinfo=copy.zone) for day in (first, last + ONE_DAY)
    )
    matters = (
        select(col(LetterItem.letter_id), func.count().label("matters"))
        .where(col(LetterItem.state) == ItemState.CLAIMED.value)
        .group_by(col(LetterItem.letter_id))
        .subquery()
    )
    rows = session.execute(
        select(
            *(col(each) for each in (Letter.sent_at, Letter.subject, Person.name, Person.role)),
            col(Enterprise.name),
            matters.c.matters,
        )
        .select_from(Letter)
        .join(Person, col(Person.id) == col(Letter.person_id))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Person.enterprise_id))
        .outerjoin(matters, matters.c.letter_id == col(Letter.id))
        .where(
            col(Letter.state) == LetterState.SENT.value,
            col(Letter.sent_at) >= begin,
            col(Letter.sent_at) < end,
        )
        .order_by(col(Letter.sent_at), col(Person.key))
    )
    for sent_at, subject, name, role, enterprise, count in rows:
        yield RehearsedLetter(
            on=sent_at.astimezone(copy.zone).date(),
            to=name,
            role=role,
            role_title=ROLES[Role(role)],
            enterprise=enterprise or "",
            matters=count or 0,
            subject=subject,
        )
