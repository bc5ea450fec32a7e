"""Setting and ending a snooze: `peiyu snooze`; every act of it is audited."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.matters import matter_of
from casework.one_a_day import TAKES_MORE
from casework.outbox import queue
from casework.reasons import no_reason
from casework.refusal import Refusal, Unknown
from casework.roles import may_decide
from casework.scope import sees
from casework.services import Actor, Services
from casework.snooze import Quiet, awakened, end, loud, snoozes_in_force
from casework.told import of_this_day
from models.answer import Snooze
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from models.letter import ItemKind, ItemState, Letter, LetterItem
from models.writes import changed_rows, insert_all
from policy.snooze import last_quiet_day
from policy.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """What setting or ending a snooze did."""

    deadline_id: int
    enterprise: str
    title: str
    due_on: dt.date
    until: dt.date | None  # null: it was ended
    statutory: bool  # the last reminder before the date speaks all the same
    items: int  # reminders taken out of letters that had not left; or put into one again


def snooze(
    services: Services, number: int, until: dt.date, *, reason: str, by: Actor
) -> Snoozed | Refusal:
    """Keep a deadline quiet until a day; a second snooze takes the place of the first."""
    calendar = services.calendar()

    def attempt(session: Session) -> Snoozed | Refusal:
        deadline = _open_deadline(session, services, number)
        if isinstance(deadline, Refusal):
            return deadline
        if refusal := _too_far(services, deadline, until, calendar):
            return refusal
        same = [each for each in _quiet(session, number) if each.until == until]
        if same and same[0].reason == reason.strip():  # sent twice
            return _said(session, services, (deadline, same[0], 0))
        end(session, _quiet(session, number), services.today, by.name)
        row = Snooze(
            deadline_id=number, until=until, reason=reason.strip(), by=by.name, at=services.now()
        )
        insert_all(session, Snooze, [row.model_dump(exclude={"id"})])
        (quiet,) = _quiet(session, number)
        items = _take_back(session, services, quiet)
        detail = {"until": until, "reason": row.reason, "items": items}
        return _done(session, services, (deadline, quiet, items), by, ("snooze", detail))

    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明暂缓提醒的理由"):
        return refusal
    return services.database.transact(attempt)


def unsnooze(services: Services, number: int, *, reason: str, by: Actor) -> Snoozed | Refusal:
    """End a snooze today; what was passed over meanwhile speaks once."""
    calendar = services.calendar()

    def attempt(session: Session) -> Snoozed | Refusal:
        deadline = _open_deadline(session, services, number)
        if isinstance(deadline, Refusal):
            return deadline
        quiet = _quiet(session, number)
        if not quiet:
            return Refusal(reason=f"“{deadline.title}”没有暂缓提醒")
        end(session, quiet, services.today, by.name)  # first: a sweep that holds it is waited for
        claims = awakened(session, services, quiet, services.today, calendar)
        queue(session, services, claims, send_on=services.today, calendar=calendar)
        items = sum(claim.state is ItemState.CLAIMED for claim in claims)
        detail = {"until": quiet[0].until, "reason": reason.strip(), "items": items}
        told = _done(session, services, (deadline, quiet[0], items), by, ("unsnooze", detail))
        return replace(told, until=None)

    # It needs none: whoever gives one, gives one that can be kept.
    if refusal := may_decide(by) or (no_reason(reason) if reason.strip() else None):
        return refusal
    return services.database.transact(attempt)


def _open_deadline(session: Session, services: Services, number: int) -> Deadline | Refusal:
    deadline = session.get(Deadline, number)
    if deadline is None or not sees(session, services, deadline.enterprise_id):
        return Unknown(
            reason=f"没有编号为 {number} 的截止事项，编号见 peiyu case 或 peiyu due --json"
        )
    if deadline.state != DeadlineState.OPEN.value:
        return Refusal(reason=f"“{deadline.title}”已经不在办理中，不用暂缓提醒")
    return deadline


def _too_far(
    services: Services, deadline: Deadline, until: dt.date, calendar: Calendar
) -> Refusal | None:
    if deadline.due_on < services.today:
        return Refusal(reason=f"截止日 {deadline.due_on} 已过，不能暂缓提醒")
    if until <= services.today:
        return Refusal(reason=f"{until} 不在今天以后")
    last = last_quiet_day(deadline.due_on, calendar)
    if until > last:
        return Refusal(reason=f"最晚只能暂缓到 {last}：截止日是 {deadline.due_on}")
    return None


def _quiet(session: Session, number: int) -> tuple[Quiet, ...]:
    return tuple(each for each in snoozes_in_force(session) if each.deadline.id == number)


def _take_back(session: Session, services: Services, quiet: Quiet) -> int:
    """Take its reminders out of the letters that have not left; return how many."""
    mine = (
        col(LetterItem.deadline_id).in_(of_this_day(quiet.deadline)),
        col(LetterItem.kind) == ItemKind.RUNG.value,
        col(LetterItem.state) == ItemState.CLAIMED.value,
        col(LetterItem.rung) != loud(services, quiet),
    )
    letters = session.scalars(
        select(col(Letter.id))
        .where(
            col(Letter.id).in_(select(col(LetterItem.letter_id)).where(*mine)),
            *TAKES_MORE,
        )
        .with_for_update()  # none of them may leave while it is taken out
    ).all()
    taken = session.execute(
        update(LetterItem)
        .where(*mine, col(LetterItem.letter_id).in_(letters))
        .values(state=ItemState.SUPPRESSED.value, reason=quiet.why)
        .execution_options(synchronize_session=False)
    )
    return changed_rows(taken)


def _done(
    session: Session,
    services: Services,
    what: tuple[Deadline, Quiet, int],
    by: Actor,
    act: tuple[str, dict[str, object]],
) -> Snoozed:
    deadline = what[0]
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    note(session, services, by, act[0], (matter_of(enterprise, deadline), act[1]))
    return _said(session, services, what)


def _said(session: Session, services: Services, what: tuple[Deadline, Quiet, int]) -> Snoozed:
    deadline, quiet, items = what
    enterprise = session.get_one(Enterprise, deadline.enterprise_id)
    return Snoozed(
        deadline_id=deadline.id or 0,
        enterprise=enterprise.name,
        title=deadline.title,
        due_on=deadline.due_on,
        until=quiet.until,
        statutory=bool(loud(services, quiet)),
        items=items,
    )
