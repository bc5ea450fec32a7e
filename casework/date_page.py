"""One date whole: as it stands, what was done to its clock, what was answered, what may be done."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.answers_page import AnswerLine, answers_to
from casework.due import DueLine, due_line
from casework.refusal import Refusal
from casework.scope import sees
from casework.services import Services
from casework.snooze import snoozes_in_force
from casework.told import natural_name, same_matter
from casework.words import CLOCK_ACTS, DEADLINES
from models.clock import ClockEvent, entry_of, ledger_rows
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.clock_rules import extension_limit
from policy.clocks import Act, Clock, clock_of
from policy.obligation import DeadlineKind, Obligation
from policy.snooze import last_quiet_day


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """One act on the clock."""

    at: dt.datetime
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatePage:
    """Everything about one date."""

    line: DueLine
    state_title: str
    reason: str  # why it is closed
    ledger: tuple[ClockLine, ...]
    acts: tuple[Act, ...]  # what may be done to its clock now
    statutory: bool
    extension: int  # days at most; 0: it can not be extended
    quiet_until: dt.date | None
    quiet_why: str
    quiet_last: dt.date | None  # how long it may be kept quiet; None: it may not
    answers: tuple[AnswerLine, ...]


def date_page(services: Services, number: int) -> DatePage | Refusal:
    """Return the page of a date, by the number of any of its projections."""
    with services.database.reading() as session:
        meant = session.get(Deadline, number)
        if meant is None or not sees(session, services, meant.enterprise_id):
            return Refusal(reason=f"没有编号为 {number} 的截止事项")
        newest = select(Deadline).where(*same_matter(Deadline, meant))
        row = session.scalars(newest.order_by(col(Deadline.projection).desc()).limit(1)).one()
        return _page(session, services, row)


def _page(session: Session, services: Services, row: Deadline) -> DatePage:
    firm = session.get_one(Enterprise, row.enterprise_id)
    ledger = ledger_rows(session, natural_name(row))
    clock = clock_of(entry_of(each) for each in ledger)
    duty = _duty(services, row)
    quiet = next((q for q in snoozes_in_force(session) if q.deadline.id == row.id), None)
    is_open = row.state == DeadlineState.OPEN.value
    last = last_quiet_day(row.due_on, services.calendar(session))
    return DatePage(
        line=due_line(services, row, firm.name, firm.uscc),
        state_title=DEADLINES[DeadlineState(row.state)],
        reason=row.reason,
        ledger=tuple(_line(services, each) for each in ledger),
        acts=_acts(clock, duty, is_open=is_open) if duty else (),
        statutory=row.kind == DeadlineKind.STATUTORY.value,
        extension=extension_limit(duty) if duty else 0,
        quiet_until=quiet.until if quiet else None,
        quiet_why=quiet.reason if quiet else "",
        quiet_last=last if is_open and last > services.today else None,
        answers=answers_to(session, services, row),
    )


def _duty(services: Services, row: Deadline) -> Obligation | None:
    programme = services.catalogue.programmes.get(row.programme)
    duties = programme.obligations if programme else ()
    return next((each for each in duties if each.key == row.obligation), None)


def _acts(clock: Clock, duty: Obligation, *, is_open: bool) -> tuple[Act, ...]:
    """Return what may be done; the act itself says no where a day has passed."""
    back = (Act.UNDO,) if clock.last else ()
    if clock.ended or not is_open:
        return back if clock.ended else ()
    ends = (Act.WAIVE, Act.CANNOT_FILE, *back)
    if clock.suspended_on:
        return (Act.RESUME, *ends)
    longer = (Act.EXTEND,) if extension_limit(duty) and not clock.extension else ()
    return (Act.SUSPEND, *longer, *ends)


def _line(services: Services, row: ClockEvent) -> ClockLine:
    days = f" {row.days} 天" if row.days else ""
    return ClockLine(
        at=row.at.astimezone(services.zone),
        what=f"{row.by}：{CLOCK_ACTS[Act(row.act)]}{days}",
        why="，".join(filter(None, (row.reason, row.document))),
    )
