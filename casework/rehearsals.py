"""Rehearsals that somebody asked for on a page: begun once, looked at for a day."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.refusal import Refusal
from casework.rehearse import LONGEST, Rehearsal, RehearsedLetter
from casework.rehearsed import load_of
from casework.roles import may_keep
from casework.runs import STALE_AFTER
from casework.scope import sees_all
from casework.services import Actor, Services
from models.confirmation import RehearsalRow, RehearsalState
from models.enterprise import Enterprise, Role
from models.writes import insert_new
from policy.workdays import ONE_DAY, every_day

KEPT = ONE_DAY
_MOST = 20_000  # enterprises that are copied and played while somebody waits
_STATES = {
    RehearsalState.RUNNING: "正在预演",
    RehearsalState.FINISHED: "预演完了",
    RehearsalState.FAILED: "没有预演成",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalWish:
    """What somebody wants to see; ``wish`` is new with each form, the same with each click."""

    wish: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalLine:
    """One rehearsal, with what came of it once it has ended."""

    id: int
    first: dt.date
    last: dt.date
    state: str
    state_title: str
    by: str
    at: dt.datetime
    trouble: str
    result: Mapping[str, Any] = field(default_factory=dict)


def begin_rehearsal(
    services: Services, wanted: RehearsalWish, *, by: Actor
) -> tuple[RehearsalLine, bool] | Refusal:
    """Note a rehearsal; say also whether it is new, and so to be played."""
    wrong = may_keep(by) or _wrong(services, wanted)
    if wrong:
        return wrong

    def attempt(session: Session) -> tuple[RehearsalLine, bool] | Refusal:
        same = select(RehearsalRow).where(col(RehearsalRow.wish) == wanted.wish)
        old = session.scalars(same).first()
        if old is not None:
            return _line(services, old), False
        session.execute(delete(RehearsalRow).where(col(RehearsalRow.at) < services.now() - KEPT))
        for row in session.scalars(select(RehearsalRow)):
            if _is_running(services, row):
                return Refusal(reason=f"{row.by}正在预演，一次只预演一段。请等它完了再开始")
        insert_new(session, RehearsalRow, [_fresh(services, wanted, by)])
        detail = {"from": wanted.first, "to": wanted.last}
        note(session, services, by, "rehearsal.begin", ("rehearsal", detail))
        return _line(services, session.scalars(same).one()), True

    return services.database.transact(attempt)


def end_rehearsal(services: Services, number: int, played: Rehearsal | str) -> None:
    """Keep what a rehearsal brought, or in a sentence why it did not."""
    failed = isinstance(played, str)
    state = RehearsalState.FAILED if failed else RehearsalState.FINISHED
    values = {
        "state": state.value,
        "trouble": played if isinstance(played, str) else "",
        "result": "" if isinstance(played, str) else _result(played),
        "ended_at": services.now(),
    }
    services.database.transact(
        lambda session: session.execute(
            update(RehearsalRow).where(col(RehearsalRow.id) == number).values(**values)
        )
    )


def rehearsals(services: Services) -> tuple[RehearsalLine, ...]:
    """Return the rehearsals of the last day, the newest first; none to who sees only a part."""
    statement = (
        select(RehearsalRow)
        .where(col(RehearsalRow.at) >= services.now() - KEPT)
        .order_by(col(RehearsalRow.id).desc())
    )
    with services.database.reading() as session:
        if not sees_all(session, services):
            return ()
        return tuple(_line(services, row) for row in session.scalars(statement))


def _wrong(services: Services, wanted: RehearsalWish) -> Refusal | None:
    """Return why these days may not be rehearsed here."""
    if words := _wrong_days(services, wanted):
        return Refusal(reason=words)
    with services.database.reading() as session:
        if not sees_all(session, services):
            return Refusal(reason="预演涉及您负责范围以外的企业，请由负责全部企业的股长或运维开始")
        if (session.scalar(select(func.count(col(Enterprise.id)))) or 0) > _MOST:
            return Refusal(reason=f"企业超过 {_MOST} 家，请在服务器上运行 peiyu rehearse")
    return None


def _wrong_days(services: Services, wanted: RehearsalWish) -> str:
    if wanted.last < wanted.first:
        return f"结束日期 {wanted.last} 早于开始日期 {wanted.first}"
    if wanted.first <= services.today:
        return "预演今后的日子：开始日期请从明天起"
    return "一次最多预演两年" if wanted.last - wanted.first > LONGEST else ""


def _is_running(services: Services, row: RehearsalRow) -> bool:
    running = row.state == RehearsalState.RUNNING.value
    return running and services.now() - row.at < STALE_AFTER


def _fresh(services: Services, wanted: RehearsalWish, by: Actor) -> dict[str, object]:
    return {
        "wish": wanted.wish,
        "first_on": wanted.first,
        "last_on": wanted.last,
        "state": RehearsalState.RUNNING.value,
        "result": "",
        "trouble": "",
        "by": by.name,
        "at": services.now(),
    }


def _line(services: Services, row: RehearsalRow) -> RehearsalLine:
    cut_off = row.state == RehearsalState.RUNNING.value and not _is_running(services, row)
    state = RehearsalState.FAILED if cut_off else RehearsalState(row.state)
    return RehearsalLine(
        id=row.id or 0,
        first=row.first_on,
        last=row.last_on,
        state=state.value,
        state_title=_STATES[state],
        by=row.by,
        at=row.at,
        trouble="预演中断了，请再开始一次" if cut_off else row.trouble,
        result=json.loads(row.result) if row.result else {},
    )


def _result(played: Rehearsal) -> str:
    told = {
        **asdict(load_of(played)),
        "days": _days(played.first, played.last, played.letters),
        "runs": {"months": played.months, "sweeps": played.sweeps},
    }
    return json.dumps(told, ensure_ascii=False, default=str)


def _days(
    first: dt.date, last: dt.date, letters: Sequence[RehearsedLetter]
) -> list[tuple[str, int, int, int]]:
    """Return each day: letters to enterprises, letters to staff, matters."""
    by_day: dict[dt.date, list[RehearsedLetter]] = defaultdict(list)
    for letter in letters:
        by_day[letter.on].append(letter)
    days = []
    for day in every_day(first, last):
        of_it = by_day[day]
        outside = sum(letter.role == Role.CONTACT.value for letter in of_it)
        matters = sum(letter.matters for letter in of_it)
        days.append((day.isoformat(), outside, len(of_it) - outside, matters))
    return days
