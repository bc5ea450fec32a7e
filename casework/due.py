"""What is due: open deadlines, the gravest kind first, each date able to explain itself."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import staff_of
from casework.answers_page import answers_of
from casework.find import enterprise_of
from casework.flags import flags_of
from casework.named import named
from casework.refusal import Refusal
from casework.scope import seen_among
from casework.services import Services
from casework.snooze import snoozes_in_force
from casework.words import KINDS
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.deadlines import Due, days_left, explain

_GRAVEST_FIRST = {kind.value: rank for rank, kind in enumerate(KINDS)}
ALL_DAYS = 36_500  # a hundred years ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFilter:
    """Which deadlines are asked for; overdue ones are always among them."""

    days: int = 30
    programme: str | None = None
    enterprise: str | None = None  # a credit code, a name, or part of a name
    overdue: bool = False  # only those whose date has passed
    words: str = ""  # part of the name of any number of enterprises
    kind: str | None = None
    title: str = ""  # what the duty is called, whole
    stopped: bool | None = None  # only those whose clock stands still, or runs
    officer: str | None = None  # the login of a clerk who is told of them
    between: tuple[dt.date, dt.date] | None = None  # these days instead of the days ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One deadline as it stands today."""

    id: int
    enterprise: str
    uscc: str
    programme: str
    programme_title: str
    case_id: int | None
    title: str
    kind: str
    state: str  # always open, except on a case's page
    due_on: dt.date
    days_left: int  # calendar days; negative once it has passed
    suspended_on: dt.date | None  # since when its clock stands still: then it is not overdue
    flags: tuple[str, ...]  # 预计, 暂估, 待核实, 已中止
    explanation: str
    where: str
    prepare: str
    snoozed_until: dt.date | None = None  # no reminder before that day
    answers: tuple[str, ...] = ()  # what the enterprise answered, in few words


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMatter:
    """One date of one duty, and every deadline that it makes."""

    first: DueLine
    lines: tuple[DueLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """The deadlines of the days ahead."""

    on: dt.date
    until: dt.date
    lines: tuple[DueLine, ...]


def due(services: Services, wanted: DueFilter) -> DueList | Refusal:
    """Return the open deadlines up to so many days ahead."""
    with services.database.reading() as session:
        where = due_where(session, services, wanted)
        if isinstance(where, Refusal):
            return where
        lines = _lines(session, services, listed(services).where(*where))
    until = services.today + dt.timedelta(days=wanted.days)
    return DueList(on=services.today, until=until, lines=lines)


def due_page(
    services: Services, wanted: DueFilter, *, skip: int = 0, limit: int
) -> tuple[DueLine, ...] | Refusal:
    """Return so many of the same deadlines, in the same order, after those to skip."""
    with services.database.reading() as session:
        where = due_where(session, services, wanted)
        if isinstance(where, Refusal):
            return where
        # First which, by an index alone: to put whole rows in order takes thirty times as long.
        which = _in_order(services, select(col(Deadline.id)).where(*where))
        numbers = session.scalars(which.offset(skip).limit(limit)).all()
        return _lines(session, services, listed(services).where(col(Deadline.id).in_(numbers)))


def due_where(
    session: Session, services: Services, wanted: DueFilter
) -> list[ColumnElement[bool]] | Refusal:
    """Return the conditions of a filter, on deadlines alone."""
    number = col(Deadline.enterprise_id)
    where = [*seen_among(session, services, number), *_dated(services, wanted)]
    if wanted.words.strip():
        where.append(named(session, wanted.words.strip(), number))
    if wanted.officer is not None:
        officer = staff_of(session, wanted.officer)
        if officer is None:
            return Refusal(reason=f"没有在岗的工作人员“{wanted.officer}”")
        their = replace(services, division=officer.division_code)
        where += seen_among(session, their, number)
    if wanted.enterprise is not None:
        enterprise = enterprise_of(session, wanted.enterprise, services)
        if isinstance(enterprise, Refusal):
            return enterprise
        where.append(col(Deadline.enterprise_id) == enterprise.id)
    return where


def _dated(services: Services, wanted: DueFilter) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on the deadlines themselves."""
    yield col(Deadline.state) == DeadlineState.OPEN.value
    if wanted.between:
        yield col(Deadline.due_on).between(*wanted.between)
    else:
        yield col(Deadline.due_on) <= services.today + dt.timedelta(days=wanted.days)
    if wanted.programme is not None:
        known = services.catalogue.find(wanted.programme)  # a saved view may outlive its rules
        yield col(Deadline.programme) == known.key if known else false()
    if wanted.kind is not None:
        yield col(Deadline.kind) == wanted.kind
    if wanted.title:
        yield col(Deadline.title) == wanted.title
    if wanted.stopped is not None:
        since = col(Deadline.suspended_on)
        yield since.is_not(None) if wanted.stopped else since.is_(None)
    if wanted.overdue:
        yield col(Deadline.due_on) < services.today
        yield col(Deadline.suspended_on).is_(None)


def listed(services: Services) -> Select[Any]:
    """Return deadlines with their enterprises: what stands still last, what is late first."""
    return _in_order(
        services,
        select(Deadline, col(Enterprise.name), col(Enterprise.uscc)).join(
            Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id)
        ),
    )


def _in_order(services: Services, asked: Select[Any]) -> Select[Any]:
    return asked.order_by(
        col(Deadline.suspended_on).is_not(None),
        col(Deadline.due_on) >= services.today,
        case(_GRAVEST_FIRST, value=col(Deadline.kind)),
        col(Deadline.due_on),
        col(Deadline.programme),
        col(Deadline.obligation),
        col(Deadline.id),
    )


def _lines(session: Session, services: Services, asked: Select[Any]) -> tuple[DueLine, ...]:
    rows = session.execute(asked)
    lines = [due_line(services, row, name, uscc) for row, name, uscc in rows]
    return tuple(_with_words(session, lines))


def due_line(services: Services, deadline: Deadline, name: str, uscc: str) -> DueLine:
    """Return a deadline as staff read it today."""
    return DueLine(
        id=deadline.id or 0,
        enterprise=name,
        uscc=uscc,
        programme=deadline.programme,
        programme_title=services.catalogue.title_of(deadline.programme),
        case_id=deadline.case_id,
        title=deadline.title,
        kind=deadline.kind,
        state=deadline.state,
        due_on=deadline.due_on,
        days_left=days_left(deadline.due_on, services.today),
        suspended_on=deadline.suspended_on,
        flags=flags_of(deadline),
        explanation=explain(Due.from_json(deadline.basis)),
        where=deadline.where,
        prepare=deadline.prepare,
    )


def deadlines_of_case(session: Session, services: Services, case_id: int) -> tuple[DueLine, ...]:
    """Return every deadline of a case, superseded ones included."""
    rows = session.execute(
        select(Deadline, col(Enterprise.name), col(Enterprise.uscc))
        .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
        .where(col(Deadline.case_id) == case_id)
        .order_by(col(Deadline.due_on), col(Deadline.id))
    )
    lines = [due_line(services, row, name, uscc) for row, name, uscc in rows]
    return tuple(_with_words(session, lines))


def _with_words(session: Session, lines: Sequence[DueLine]) -> list[DueLine]:
    """Return the lines with what enterprises answered, and what is kept quiet."""
    answers = answers_of(session, {line.id for line in lines})
    quiet = {each.deadline.id: each.until for each in snoozes_in_force(session)}
    return [
        replace(line, answers=answers.get(line.id, ()), snoozed_until=quiet.get(line.id))
        for line in lines
    ]


def matters(lines: Sequence[DueLine]) -> tuple[DueMatter, ...]:
    """Return the lines with one entry for what is one date of one duty."""
    shared: dict[tuple[object, ...], list[DueLine]] = {}
    for line in lines:
        same = (line.programme, line.title, line.due_on, line.explanation, line.flags)
        shared.setdefault(same, []).append(line)
    return tuple(DueMatter(first=bound[0], lines=tuple(bound)) for bound in shared.values())
