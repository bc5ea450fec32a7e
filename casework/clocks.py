"""What a person does to the clock of a deadline: suspend, resume, extend, give up, take back.

The ledger is the truth: the date is computed from its anchor and the ledger, here and in every
later run alike. A date that moves is a new projection, as when a calendar moves it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.audit import note
from casework.outbox import Claim, queue
from casework.project_again import late_claims, project
from casework.reasons import too_long
from casework.refusal import Overtaken, Refusal, Unknown
from casework.roles import may_decide
from casework.scope import sees
from casework.services import Actor, Services
from casework.told import Told, correction_claims, natural_name, same_matter, told_of
from casework.words import CLOCK_ACTS, DEADLINES
from models.clock import ClockEvent, entry_of, ledger_rows
from models.deadline import Deadline, DeadlineState
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.writes import insert_all
from policy.clock_rules import Standing, why_not, why_not_back
from policy.clocks import ENDS, Act, Clock, Entry, clock_of, moved
from policy.deadlines import Due, due_from, explain
from policy.obligation import Obligation
from policy.workdays import Calendar

_ENDED_AS = {Act.WAIVE: DeadlineState.WAIVED, Act.CANNOT_FILE: DeadlineState.CANNOT_FILE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWish:
    """What somebody wants to do; ``tell`` corrects the date to those who were told the old one."""

    deadline: int  # the number of any of its projections
    act: Act
    reason: str
    days: int = 0
    document: str = ""
    tell: bool = False
    expecting: int | None = None  # how many acts on it somebody had seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """What came of it."""

    deadline_id: int  # the one that stands now
    enterprise: str
    title: str
    act: Act
    undone: Act | None  # UNDO: what was taken back
    state: str
    suspended_on: dt.date | None
    old_on: dt.date
    new_on: dt.date
    explanation: str
    told: tuple[Told, ...]  # who knows the old date
    telling: int  # to how many of them a correction goes


@dataclass(slots=True, kw_only=True)
class _Touch:
    """An act being carried out: everything its steps need, in one transaction."""

    session: Session
    services: Services
    calendar: Calendar
    deadline: Deadline
    obligation: Obligation
    ledger: Sequence[Entry]
    entry: Entry

    @property
    def before(self) -> Clock:
        return clock_of(self.ledger)

    @property
    def after(self) -> Clock:
        return clock_of((*self.ledger, self.entry))

    def due(self) -> Due:
        """Return the date that the ledger then gives, as any later run will compute it."""
        basis = Due.from_json(self.deadline.basis).basis
        counted = due_from(
            self.obligation,
            basis.event_on,
            self.calendar,
            estimated=self.deadline.estimated,
            event=basis.event,
        )
        return moved(counted, self.after, self.obligation, self.calendar)


def touch_clock(
    services: Services, wish: ClockWish, *, by: Actor, preview: bool = False
) -> ClockChange | Refusal:
    """Carry an act out, or say why it may not happen; a ``preview`` keeps nothing of it."""
    unfit = too_long("理由", wish.reason) or too_long("文号", wish.document)
    if refusal := may_decide(by) or unfit:
        return refusal
    if services.today > services.now().astimezone(services.zone).date():
        return Refusal(reason=f"{services.today} 还没有到，不能预先办理")
    calendar = services.calendar()

    def attempt(session: Session) -> ClockChange | Refusal:
        deadline = _newest(session, wish.deadline)
        if deadline is None or not sees(session, services, deadline.enterprise_id):
            return Unknown(reason=f"没有编号为 {wish.deadline} 的截止事项")
        obligation = _obligation(services, deadline)
        if obligation is None:
            return Refusal(reason=f"规则文件里已没有“{deadline.title}”，不能办理")
        touch = _Touch(
            session=session,
            services=services,
            calendar=calendar,
            deadline=deadline,
            obligation=obligation,
            ledger=[entry_of(row) for row in ledger_rows(session, natural_name(deadline))],
            entry=_entry(services, wish, by),
        )
        return _refused(touch, wish.expecting) or _carry_out(touch, wish, by)

    database = services.database
    return database.supposing(attempt) if preview else database.transact(attempt)


def _newest(session: Session, number: int) -> Deadline | None:
    """Return the newest projection of a deadline, locked; the number may be of an older one."""
    meant = aliased(Deadline)
    newest = session.scalars(
        select(Deadline)
        .join(meant, and_(col(meant.id) == number, *same_matter(meant, Deadline)))
        .order_by(col(Deadline.projection).desc())
        .limit(1)
        .with_for_update(of=Deadline)
    ).first()
    if newest is not None and newest.state == DeadlineState.SUPERSEDED.value:
        raise StaleWorkError  # a newer one was opened while we waited
    return newest


def _obligation(services: Services, deadline: Deadline) -> Obligation | None:
    programme = services.catalogue.programmes.get(deadline.programme)
    duties = programme.obligations if programme else ()
    return next((each for each in duties if each.key == deadline.obligation), None)


def _entry(services: Services, wish: ClockWish, by: Actor) -> Entry:
    return Entry(
        act=wish.act,
        on=services.today,
        days=wish.days if wish.act is Act.EXTEND else 0,
        reason=wish.reason.strip(),
        document=wish.document.strip(),
        by=by.name,
    )


def _refused(touch: _Touch, expecting: int | None) -> Refusal | None:
    if expecting not in (None, len(touch.ledger)):
        return _overtaken(touch.ledger)
    sentence = _why_not(touch)
    return Refusal(reason=sentence) if sentence else None


def _why_not(touch: _Touch) -> str:
    deadline, entry = touch.deadline, touch.entry
    state = DeadlineState(deadline.state)
    if state is not DeadlineState.OPEN and touch.before.ended is None:
        return f"“{deadline.title}”{DEADLINES[state]}（{deadline.reason}），不能再办理"
    ran_on = min(
        Due.from_json(deadline.basis).basis.event_on,
        deadline.opened_at.astimezone(touch.services.zone).date(),
    )
    now = Standing(
        obligation=touch.obligation, clock=touch.before, due_on=deadline.due_on, earliest=ran_on
    )
    sentence = why_not(entry, now)
    last = touch.before.last
    if sentence or entry.act is not Act.UNDO or last is None:
        return sentence
    back = replace(now, clock=touch.after, due_on=touch.due().due_on)
    return why_not_back(last.act, back, entry.on)


def _overtaken(ledger: Sequence[Entry]) -> Overtaken:
    done = f"（{ledger[-1].by}：{CLOCK_ACTS[ledger[-1].act]}）" if ledger else ""
    return Overtaken(
        reason=f"在您查看之后已有办理{done}，请看过再办理",
        version=len(ledger),
        by=ledger[-1].by if ledger else "",
    )


def _carry_out(touch: _Touch, wish: ClockWish, by: Actor) -> ClockChange:
    session, services, old = touch.session, touch.services, touch.deadline
    number, old_on = old.id or 0, old.due_on
    told = told_of(session, services.zone, [number]).get(number, ())
    _write(touch)
    claims: list[Claim] = []
    new = old
    if touch.entry.act is Act.SUSPEND:
        old.suspended_on = touch.entry.on
    elif touch.entry.act in ENDS:
        old.state = _ENDED_AS[touch.entry.act].value
        old.closed_on = touch.entry.on
        old.reason = f"{by.name}：{touch.entry.reason}"
    else:
        reason = CLOCK_ACTS[touch.entry.act]
        new = project(session, services, old, touch.due(), (touch.after.suspended_on, reason))
        claims += late_claims(session, services, new, touch.calendar)
    telling = told if wish.tell and new.due_on != old_on else ()
    claims += correction_claims(session, {number: telling}, services.today)
    queue(session, services, claims, send_on=services.today, calendar=touch.calendar)
    change = _change(touch, new, old_on, told, telling=len(telling))
    _audit(touch, change, by)
    return change


def _write(touch: _Touch) -> None:
    """Add the line to the ledger; StaleWorkError when somebody else was first."""
    row = {
        **natural_name(touch.deadline),
        "seq": len(touch.ledger) + 1,
        "act": touch.entry.act.value,
        "on": touch.entry.on,
        "days": touch.entry.days,
        "reason": touch.entry.reason,
        "document": touch.entry.document,
        "by": touch.entry.by,
        "at": touch.services.now(),
    }
    insert_all(touch.session, ClockEvent, [row])


def _change(
    touch: _Touch, new: Deadline, old_on: dt.date, told: tuple[Told, ...], *, telling: int
) -> ClockChange:
    last = touch.before.last
    return ClockChange(
        deadline_id=new.id or 0,
        enterprise=touch.session.get_one(Enterprise, new.enterprise_id).name,
        title=new.title,
        act=touch.entry.act,
        undone=last.act if last and touch.entry.act is Act.UNDO else None,
        state=new.state,
        suspended_on=new.suspended_on,
        old_on=old_on,
        new_on=new.due_on,
        explanation=explain(Due.from_json(new.basis)),
        told=told,
        telling=telling,
    )


def _audit(touch: _Touch, change: ClockChange, by: Actor) -> None:
    enterprise = touch.session.get_one(Enterprise, touch.deadline.enterprise_id)
    named = natural_name(touch.deadline) | {"enterprise_id": enterprise.uscc}
    detail = {
        "on": touch.entry.on,
        "days": touch.entry.days,
        "reason": touch.entry.reason,
        "document": touch.entry.document,
        "undone": change.undone.value if change.undone else "",
        "before": change.old_on,
        "after": change.new_on,
        "state": change.state,
        "telling": change.telling,
    }
    subject = "/".join(map(str, named.values()))
    note(touch.session, touch.services, by, f"clock.{touch.entry.act.value}", (subject, detail))
