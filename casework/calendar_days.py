"""Days that staff declare off or worked, and the State Council's list as it is loaded."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_keep
from casework.scope import sees_all
from casework.services import Actor, Services
from config.calendar_files import CalendarYear, merged
from config.gazette import parse_gazette, to_toml
from models.ledger import CalendarOverride
from policy.workdays import weekday_name

_DECLARE, _FORGET = CALENDAR_ACTS = ("calendar.declare", "calendar.forget")


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideLine:
    """One day that our own staff decided."""

    day: dt.date
    weekday: str
    working: bool
    reason: str
    by: str
    at: dt.datetime


def list_overrides(services: Services) -> tuple[OverrideLine, ...]:
    """Return the days that staff decided, in order."""
    with services.database.reading() as session:
        rows = session.scalars(select(CalendarOverride).order_by(col(CalendarOverride.day)))
        return tuple(_line(row) for row in rows)


def declare_day(
    services: Services, day: dt.date, *, working: bool, reason: str, by: Actor
) -> OverrideLine | Refusal:
    """Declare a day worked or off, above every calendar file; the newest word stands."""
    if refusal := no_reason(reason, "请写明理由，例如：县政府通知停工一天"):
        return refusal
    if refused := may_not_declare(services, by):
        return refused

    def attempt(session: Session) -> OverrideLine:
        row = session.get(CalendarOverride, day)
        before = None if row is None else {"working": row.working, "reason": row.reason}
        after: dict[str, Any] = {"working": working, "reason": reason.strip()}
        if row is not None and before == after:
            return _line(row)
        new = CalendarOverride(day=day, by=by.name, at=services.now(), **after)
        merged = session.merge(new)
        note(
            session,
            services,
            by,
            _DECLARE,
            (f"calendar/{day}", {"before": before, "after": after}),
        )
        return _line(merged)

    return services.database.transact(attempt)


def forget_day(
    services: Services, day: dt.date, *, reason: str, by: Actor
) -> OverrideLine | Refusal:
    """Take a declared day back: the calendar files speak again."""
    if refusal := no_reason(reason):
        return refusal
    if refused := may_not_declare(services, by):
        return refused

    def attempt(session: Session) -> OverrideLine | Refusal:
        row = session.get(CalendarOverride, day)
        if row is None:
            return Refusal(reason=f"{day} 没有单独登记过")
        line = _line(row)
        session.delete(row)
        detail = {"before": {"working": row.working, "reason": row.reason}, "reason": reason}
        note(session, services, by, _FORGET, (f"calendar/{day}", detail))
        return line

    return services.database.transact(attempt)


def may_not_declare(services: Services, by: Actor) -> Refusal | None:
    """Refuse those who may not change what everybody's dates are counted by."""
    with services.database.reading() as session:
        if not sees_all(session, services):
            return Refusal(reason="放假安排影响全部企业，请由负责全部企业的股长或运维登记")
    return may_keep(by)


def supposing(services: Services, day: dt.date, working: bool | None) -> Services:  # noqa: FBT001
    """Return services as if staff had declared a day, or (None) taken their word back."""
    return replace(services, supposing={**services.supposing, day: working})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a pasted notice was understood to say; with problems it may not be saved."""

    year: CalendarYear
    problems: tuple[str, ...]


def read_notice(text: str, year: int) -> Read:
    """Return a pasted notice as a calendar year, with every doubt about it."""
    arrangement, problems = parse_gazette(text, year)
    return Read(year=arrangement, problems=tuple(problems))


def keep_notice(services: Services, read: Read, folder: Path, *, by: Actor) -> Path | Refusal:
    """Write the year into our own calendar folder, where it replaces the one we shipped."""
    if refused := may_not_declare(services, by):
        return refused
    if read.problems:
        return Refusal(reason=f"通知没有完全读懂，没有保存：{'；'.join(read.problems)}")
    year = read.year.year
    path = folder / f"{year}.toml"
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(to_toml(read.year), encoding="utf-8")
    partial.replace(path)
    detail = {"year": year, "document": read.year.document, "title": read.year.title}
    services.database.transact(
        lambda session: note(session, services, by, "calendar.load", (f"calendar/{year}", detail))
    )
    return path


def with_year(services: Services, read: Read) -> Services:
    """Return services that see the year as if its file lay in our folder already."""
    new, old, year = merged([read.year]), services.gazetted, read.year.year
    return replace(
        services,
        gazetted=replace(
            old,
            off=frozenset(day for day in old.off if day.year != year) | new.off,
            work=frozenset(day for day in old.work if day.year != year) | new.work,
            gazetted=old.gazetted | new.gazetted,
            names=tuple(each for each in old.names if each[0].year != year) + new.names,
        ),
    )


def _line(row: CalendarOverride) -> OverrideLine:
    return OverrideLine(
        day=row.day,
        weekday=weekday_name(row.day),
        working=row.working,
        reason=row.reason,
        by=row.by,
        at=row.at,
    )
