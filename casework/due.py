"""What is due: open deadlines, the gravest kind first, each date able to explain itself."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.answers_page import answers_of
from casework.find import enterprise_of
from casework.flags import flags_of
from casework.refusal import Refusal
from casework.scope import seen_by
from casework.services import Services
from casework.snooze import snoozes_in_force
from casework.words import KINDS
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.deadlines import Due, days_left, explain
from policy.obligation import DeadlineKind

_GRAVEST_FIRST = tuple(KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFilter:
    """Which deadlines are asked for; overdue ones are always among them."""

    days: int = 30
    programme: str | None = None
    enterprise: str | None = None  # a credit code, a name, or part of a name
    overdue: bool = False  # only those whose date has passed


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
    until = services.today + dt.timedelta(days=wanted.days)
    statement = (
        select(Deadline, col(Enterprise.name), col(Enterprise.uscc))
        .join(Enterprise, col(Enterprise.id) == col(Deadline.enterprise_id))
        .where(col(Deadline.state) == DeadlineState.OPEN.value, col(Deadline.due_on) <= until)
        .where(*seen_by(services))
    )
    if wanted.programme is not None:
        key = services.catalogue.programme(wanted.programme).key
        statement = statement.where(col(Deadline.programme) == key)
    if wanted.overdue:
        statement = statement.where(
            col(Deadline.due_on) < services.today, col(Deadline.suspended_on).is_(None)
        )
    with services.database.reading() as session:
        if wanted.enterprise is not None:
            enterprise = enterprise_of(session, wanted.enterprise, services)
            if isinstance(enterprise, Refusal):
                return enterprise
            statement = statement.where(col(Deadline.enterprise_id) == enterprise.id)
        rows = session.execute(statement)
        lines = _with_words(
            session, [due_line(services, row, name, uscc) for row, name, uscc in rows]
        )
    return DueList(on=services.today, until=until, lines=tuple(sorted(lines, key=_gravest_first)))


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


def _gravest_first(line: DueLine) -> tuple[object, ...]:
    kind = _GRAVEST_FIRST.index(DeadlineKind(line.kind))
    waits = line.suspended_on is not None
    return (
        waits,
        line.days_left >= 0,
        kind,
        line.due_on,
        line.programme,
        line.title,
        line.enterprise,
    )
