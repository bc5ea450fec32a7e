"""Beginning a run by hand: who may, of what, and that two clicks begin one run.

Who clicked first holds a lease under the run's name until it has ended; a run that the
timetable began is not begun beside it.
"""

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import runs
from casework.audit import note
from casework.lease import Busy, Held, acquire, release, renew
from casework.refusal import Refusal
from casework.roles import may_keep
from casework.scope import sees_all
from casework.services import Actor, Services
from casework.words import RUN_KINDS
from models.ledger import Run, RunState
from policy.timetable import RunKind, Timetable, day_of, deliver_until
from policy.workdays import add_months

BY_HAND = (
    RunKind.MONTHLY,
    RunKind.SWEEP,
    RunKind.DELIVER,
    RunKind.BACKUP,
    RunKind.HOUSEKEEPING,
)
_MONTHS_BACK = 12
_SIGNS = 3  # of life in one lease


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A run that may begin now, once; whoever does it gives signs of life until it has ended."""

    kind: RunKind
    title: str
    by: str
    on: dt.date
    month: str  # YYYY-MM; empty for what has none
    length: dt.timedelta  # of the lease, without a sign of life
    held: Held
    until: dt.datetime | None = None  # begin no further letter from then on

    @property
    def alive_every(self) -> dt.timedelta:
        """Return how often to give a sign of life."""
        return self.length / _SIGNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to begin: a kind of run, and a month where it needs one."""

    kind: str
    month: str = ""


def take_errand(services: Services, wish: Wish, table: Timetable, *, by: Actor) -> Errand | Refusal:
    """Return a run that may begin now, or why not."""
    kind = next((each for each in BY_HAND if each.value == wish.kind), None)
    if kind is None:
        return Refusal(reason="没有这种可以手动办的运行")
    wrong = _wrong(services, kind, wish, (table, by))
    if wrong:
        return wrong
    month = wish.month if kind is RunKind.MONTHLY else ""
    slot = month or services.today.isoformat()
    name, length = f"hand/{kind.value}", services.lease
    got = acquire(services, name, holder=by.name, length=length)
    if isinstance(got, Busy):
        return _under_way(services, kind.value, got.holder, got.since)
    about = (f"run/{kind.value}/{slot}", {"kind": kind.value, "slot": slot})
    services.database.transact(lambda session: note(session, services, by, "run.begin", about))
    return Errand(
        kind=kind,
        title=RUN_KINDS[kind.value],
        by=by.name,
        on=day_of(month, services.today) if month else services.today,
        month=month,
        length=length,
        held=got,
        until=_hours_end(services, table) if kind is RunKind.DELIVER else None,
    )


def keep_errand(services: Services, errand: Errand) -> bool:
    """Give a sign of life; False when it is no longer ours."""
    return renew(services, errand.held, length=errand.length)


def end_errand(services: Services, errand: Errand) -> None:
    """Say that it ended, well or not."""
    release(services, errand.held)


def _wrong(
    services: Services, kind: RunKind, wish: Wish, asked: tuple[Timetable, Actor]
) -> Refusal | None:
    table, by = asked
    refused = may_keep(by)
    if refused:
        return refused
    if kind is RunKind.MONTHLY and (words := _wrong_month(services, wish.month)):
        return Refusal(reason=words)
    if kind is RunKind.DELIVER and (words := _closed(services, table)):
        return Refusal(reason=words)
    with services.database.reading() as session:
        if not sees_all(session, services):
            return Refusal(reason="运行涉及您负责范围以外的企业，请由负责全部企业的股长或运维开始")
        live = _living(session, services, kind, wish)
    return _under_way(services, kind.value, *live) if live else None


def _wrong_month(services: Services, month: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        return "请写明月份，例如 2026-03"
    this = services.today.replace(day=1)
    first = dt.date.fromisoformat(f"{month}-01")
    if first > this:
        return f"{month} 还没有到：提前办会把届时到期的事项先结束。请到那个月再办"
    if first < add_months(this, -_MONTHS_BACK):
        return f"{month} 已经超过 {_MONTHS_BACK} 个月，不能再补办"
    return ""


def _hours_end(services: Services, table: Timetable) -> dt.datetime:
    return deliver_until(table, services.now().astimezone(services.zone))


def _closed(services: Services, table: Timetable) -> str:
    """Return why letters may not leave at this hour, if they may not."""
    now = services.now().astimezone(services.zone)
    hours = f"{table.deliver_from:%H:%M}–{table.deliver_to:%H:%M}"
    workday = services.calendar().is_workday(now.date())
    if workday and table.deliver_from <= now.time() <= table.deliver_to:
        return ""
    return f"现在不是发信的时间（工作日 {hours}），信都留着，到时候自动发"


def _living(
    session: Session, services: Services, kind: RunKind, wish: Wish
) -> tuple[str, dt.datetime] | None:
    """Return who began such a run that is still under way, and when."""
    statement = select(Run).where(
        col(Run.kind) == kind.value, col(Run.state) == RunState.RUNNING.value
    )
    if kind is RunKind.MONTHLY:
        statement = statement.where(col(Run.slot) == wish.month)
    for run in session.scalars(statement):
        if not runs.is_dead(session, run, services.now()):
            return run.started_by, run.started_at
    return None


def _under_way(services: Services, kind: str, who: str, since: dt.datetime) -> Refusal:
    at = f"{since.astimezone(services.zone):%m-%d %H:%M}"
    return Refusal(reason=f"{RUN_KINDS[kind]}正在办：{who or '时间表'} {at} 开始的。没有再开始一次")
