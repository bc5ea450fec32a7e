"""Deadlines of one batch: which obligations bind whom, due when; what moved; what is over."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import polars as pl

from casework.closings import Closing, Standing, closings, live_cases
from casework.gather import Gathered
from casework.met import HORIZON, met_by_record
from models.casebook import OpenCase
from models.deadline import TAKEN_BACK, DeadlineState, case_subject
from models.duties import DeadlineKey, KnownDeadline
from policy.answers import receipt_kind
from policy.clocks import Clock, clock_of, moved
from policy.deadlines import Due, anchor_day, due_from
from policy.obligation import (
    Anchor,
    Binds,
    Obligation,
    WindowStatus,
    flags_wanted,
    opens_next_year,
)

_RUNS = Clock()  # nobody ever touched it


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a deadline hangs on, and the day its anchor happened."""

    enterprise_id: int
    name: str
    period: str
    anchor_on: dt.date
    case: OpenCase | None = None
    qualification_id: int | None = None
    estimated: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeadline:
    """A deadline to be opened, to take the place of ``replaces``, or to be owed once more."""

    obligation: Obligation
    subject: Subject
    due: Due
    replaces: KnownDeadline | None = None
    suspended_on: dt.date | None = None

    @property
    def moves(self) -> KnownDeadline | None:
        """Return the open deadline that this one supersedes, if there is one."""
        is_open = self.replaces and self.replaces.state == DeadlineState.OPEN.value
        return self.replaces if is_open else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePlan:
    """What is to be written about deadlines."""

    opening: tuple[NewDeadline, ...]
    closing: tuple[Closing, ...]

    def __bool__(self) -> bool:
        return bool(self.opening or self.closing)


def plan_deadlines(gathered: Gathered, standing: Standing) -> DeadlinePlan:
    """Return the deadlines to open, to replace and to close."""
    flags = _flags(gathered)
    opening: list[NewDeadline] = []
    for obligation in gathered.programme.obligations:
        wanted, due_of = _wanted(obligation), _due_of(gathered, obligation)
        for subject in _subjects(gathered, obligation, standing):
            has = flags.get(subject.enterprise_id)  # None: merged into another, it owes nothing
            if has is not None and has.issuperset(wanted):
                due = due_of(subject.anchor_on, subject.estimated)
                opening += _due(gathered, obligation, subject, due)
    return DeadlinePlan(opening=tuple(opening), closing=tuple(closings(gathered, standing)))


def _wanted(obligation: Obligation) -> frozenset[str]:
    return flags_wanted(obligation.when, only_renewal=obligation.only_renewal)


def _flags(gathered: Gathered) -> dict[int, set[str]]:
    """Return enterprise -> the flags that are true of it."""
    wanted = sorted({flag for each in gathered.programme.obligations for flag in _wanted(each)})
    facts = gathered.derived[gathered.cycle]
    rows = facts.select("subject", *(pl.col(flag) for flag in wanted)).iter_rows()
    return {
        subject: {flag for flag, value in zip(wanted, values, strict=True) if value}
        for subject, *values in rows
    }


def _due_of(gathered: Gathered, obligation: Obligation) -> Callable[[dt.date, bool], Due]:
    """Return what computes the obligation's due dates, each once: most enterprises share one."""

    @cache
    def due_of(anchor_on: dt.date, estimated: bool) -> Due:  # noqa: FBT001 - a key, not a switch
        return due_from(obligation, anchor_on, gathered.calendar, estimated=estimated)

    return due_of


def _due(
    gathered: Gathered, obligation: Obligation, subject: Subject, due: Due
) -> Iterator[NewDeadline]:
    """Yield the deadline unless it stands already, is over, or is out of sight."""
    key: DeadlineKey = (subject.enterprise_id, obligation.key, subject.name, subject.period)
    known = gathered.duties.deadlines.get(key)
    ledger = gathered.duties.clocks.get(key)
    clock = clock_of(ledger) if ledger else _RUNS
    due = moved(due, clock, obligation, gathered.calendar)
    if known is None:
        if _in_sight(gathered, obligation, due) and not met_by_record(
            gathered, obligation, key, due.due_on
        ):
            yield NewDeadline(obligation=obligation, subject=subject, due=due)
        return
    still_open = known.state == DeadlineState.OPEN.value
    if _moved(known, due) if still_open else _owed_again(gathered, obligation, subject, known, due):
        yield NewDeadline(
            obligation=obligation,
            subject=subject,
            due=due,
            replaces=known,
            suspended_on=clock.suspended_on,
        )


def _moved(known: KnownDeadline, due: Due) -> bool:
    """Say whether it is due on another day, or as sure as it was not."""
    return (known.due_on, known.provisional, known.estimated, known.needs_confirmation) != (
        due.due_on,
        due.provisional,
        due.estimated,
        due.needs_confirmation,
    )


def _owed_again(
    gathered: Gathered, obligation: Obligation, subject: Subject, known: KnownDeadline, due: Due
) -> bool:
    """Say whether a case that was sent back owes what it had done, and there is still time.

    So it does what it owed by a decision that was taken back, and was then made again.
    """
    if subject.case is None or known.closed_on is None:
        return False
    taken_back = known.state == DeadlineState.WAIVED.value and known.reason == TAKEN_BACK
    done_before = known.state == DeadlineState.MET.value and bool(obligation.stages)
    records = gathered.casebook.records.get(subject.case.id or 0, ())
    meeting = (obligation.met_by, receipt_kind(obligation.key))
    return (
        (done_before or taken_back)
        and known.closed_on <= gathered.on <= due.due_on
        and all(record.kind not in meeting for record in records)
    )


def _in_sight(gathered: Gathered, obligation: Obligation, due: Due) -> bool:
    not_past = obligation.anchor is Anchor.RECORD or due.due_on >= gathered.batch.first_day
    return not_past and due.due_on <= gathered.batch.last_day + HORIZON


def _subjects(gathered: Gathered, obligation: Obligation, standing: Standing) -> Iterator[Subject]:
    match obligation.binds:
        case Binds.CASE:
            yield from _case_subjects(gathered, obligation, standing)
        case Binds.QUALIFICATION:
            yield from _qualification_subjects(gathered, obligation)
        case Binds.ENTERPRISE:
            years = _years(gathered, obligation)
            dates = [dated for year in years for dated in _dated(gathered, obligation, year)]
            for enterprise in gathered.duties.enterprises:
                for period, day, estimated in dates:
                    yield Subject(
                        enterprise_id=enterprise,
                        name="enterprise",
                        period=period,
                        anchor_on=day,
                        estimated=estimated,
                    )


def _case_subjects(
    gathered: Gathered, obligation: Obligation, standing: Standing
) -> Iterator[Subject]:
    if obligation.anchor is Anchor.RECORD:
        yield from _event_subjects(gathered, obligation, standing)
        return
    for case, ended in standing.values():
        if ended or (obligation.stages and case.stage not in obligation.stages):
            continue
        entered = obligation.anchor is Anchor.STAGE_ENTERED
        dates = (
            [(str(case.cycle), case.entered_on, False)]
            if entered
            else _dated(gathered, obligation, case.cycle)
        )
        for period, day, estimated in dates:
            yield Subject(
                enterprise_id=case.enterprise_id,
                name=case_subject(case.cycle, case.round),
                period=period,
                anchor_on=day,
                case=case,
                estimated=estimated,
            )


def _event_subjects(
    gathered: Gathered, obligation: Obligation, standing: Standing
) -> Iterator[Subject]:
    """Yield one subject per recorded event; a change is reported also when no case is open."""
    live = live_cases(standing)
    for event in gathered.duties.events:
        case = live.get(event.case_id)
        if event.kind != obligation.record:
            continue
        if obligation.stages and (case is None or case.stage not in obligation.stages):
            continue
        yield Subject(
            enterprise_id=event.enterprise_id,
            name=event.subject,
            period=event.on.isoformat(),
            anchor_on=event.on,
            case=case,
        )


def _qualification_subjects(gathered: Gathered, obligation: Obligation) -> Iterator[Subject]:
    for held in gathered.duties.qualifications:
        if held.kind != obligation.qualification:
            continue
        for year in _years(gathered, obligation):
            first, last = obligation.years_after_issue or (0, 99)
            if not first <= year - held.valid_from.year <= last:
                continue
            for period, day, estimated in _held_dates(
                gathered, obligation, (held.valid_from, held.valid_to), year
            ):
                yield Subject(
                    enterprise_id=held.enterprise_id,
                    name=f"{held.kind}/{held.number}",
                    period=period,
                    anchor_on=day,
                    qualification_id=held.id,
                    estimated=estimated,
                )


def _years(gathered: Gathered, obligation: Obligation) -> tuple[int, ...]:
    """Return the years whose dates may be in sight; what happens once is looked at once."""
    this = gathered.cycle
    if opens_next_year(obligation.binds, obligation.anchor, _wanted(obligation)):
        return this, this + 1
    return (this,)


def _held_dates(
    gathered: Gathered, obligation: Obligation, valid: tuple[dt.date, dt.date], year: int
) -> Iterator[tuple[str, dt.date, bool]]:
    match obligation.anchor:
        case Anchor.ISSUED:
            yield "once", valid[0], False
        case Anchor.EXPIRES:
            yield "once", valid[1], False
        case _:
            yield from _dated(gathered, obligation, year)


def _dated(
    gathered: Gathered, obligation: Obligation, year: int
) -> Iterator[tuple[str, dt.date, bool]]:
    """Yield (period, anchor day, estimated) of anchors that only depend on the year."""
    match obligation.anchor:
        case Anchor.MONTH_DAY:
            yield str(year), anchor_day(obligation, year), False
        case Anchor.WINDOW_OPENS | Anchor.WINDOW_CLOSES:
            windows = gathered.windows(year)
            for window in windows[-1:] if obligation.only_last_batch else windows:
                opens = obligation.anchor is Anchor.WINDOW_OPENS
                estimated = window.status is WindowStatus.ESTIMATED
                day = window.opens if opens else window.closes
                yield f"{year}-{window.batch}", day, estimated
        case _:
            return
