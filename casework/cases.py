"""The list of cases: filtered, and read page by page from where the last page ended."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.counted import workdays_until
from casework.late import late_in_stage
from casework.named import named
from casework.rulebook import read_rules, rules_in_use
from casework.scope import seen_among, seen_by
from casework.services import Services
from models.case import Assessment, Case, Review, ReviewState
from models.enterprise import Enterprise, Person
from policy.programme import Programme

PAGE = 50
_WAITS = exists().where(
    col(Review.case_id) == col(Case.id), col(Review.state) == ReviewState.OPEN.value
)
# The same, where few cases are to be found by it.
_WAITING = col(Case.id).in_(
    select(col(Review.case_id)).where(col(Review.state) == ReviewState.OPEN.value)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """Which cases are asked for; ended ones only when ``ended`` says so."""

    programme: str | None = None
    stage: str | None = None  # its key, or a part of its title
    phase: str | None = None
    cycle: int | None = None
    words: str = ""  # a credit code, a name, or part of a name
    waiting: bool = False  # for a person to decide
    held: bool = False
    running: bool = False  # neither held nor waiting
    wanting: bool = False  # the same, in a stage that waits for figures or for something to happen
    over: bool = False  # longer in its stage than the stage allows
    ended: bool = False
    officer: int | None = None  # a person whose cases they are; 0: nobody's


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case as the list shows it."""

    id: int
    version: int
    enterprise: str
    uscc: str
    programme: str
    programme_title: str
    cycle: int
    round: int
    stage: str
    stage_title: str
    phase: str
    final: str | None
    held: bool
    waiting: bool
    officer: str  # whose it is; empty: nobody's
    entered_on: dt.date
    workdays: int  # in its present stage
    verdict: str
    score_low: int | None
    score_high: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseList:
    """One page; ``following`` is where the next one starts, None on the last."""

    lines: tuple[CaseLine, ...]
    following: int | None


def cases(services: Services, wanted: CaseFilter, *, after: int = 0, limit: int = PAGE) -> CaseList:
    """Return the cases with a greater number than ``after``, at most ``limit`` of them."""
    with services.database.reading() as session:
        statement = narrowed(session, services, wanted).where(col(Case.id) > after)
        rows = session.execute(statement.order_by(col(Case.id)).limit(limit + 1)).all()
        lines = case_lines(session, services, rows[:limit])
    return CaseList(lines=lines, following=lines[-1].id if len(rows) > limit else None)


def count_cases(services: Services, wanted: CaseFilter, *, most: int) -> int:
    """Return how many cases match, counted up to ``most`` and one more."""
    with services.database.reading() as session:
        found = select(col(Case.id)).where(*_conditions(session, services, wanted))
        some = found.limit(most + 1).subquery()
        return session.scalar(select(func.count()).select_from(some)) or 0


def case_lines(
    session: Session, services: Services, rows: Sequence[Sequence[Any]]
) -> tuple[CaseLine, ...]:
    """Return rows that ``narrowed`` found as the list shows them."""
    calendar, today = services.calendar(session), services.today
    rules = read_rules(session, services, {row[0].revision for row in rows})
    workdays = workdays_until(calendar, today, [row[0].entered_on for row in rows])
    return tuple(_line(row, rules[row[0].revision], workdays[row[0].entered_on]) for row in rows)


def _line(row: Sequence[Any], programme: Programme, workdays: int) -> CaseLine:
    case: Case = row[0]
    enterprise: Enterprise = row[1]
    assessment: Assessment | None = row[2]
    return CaseLine(
        id=case.id or 0,
        version=case.version,
        enterprise=enterprise.name,
        uscc=enterprise.uscc,
        programme=case.programme,
        programme_title=programme.title,
        cycle=case.cycle,
        round=case.round,
        stage=case.stage,
        stage_title=programme.stage(case.stage).title,
        phase=case.phase,
        final=case.final,
        held=case.held,
        waiting=row[3],
        officer=row[4] or "",
        entered_on=case.entered_on,
        workdays=workdays,
        verdict=assessment.verdict if assessment else "",
        score_low=assessment.score_low if assessment else None,
        score_high=assessment.score_high if assessment else None,
    )


def cases_numbered(services: Services, numbers: Collection[int]) -> dict[int, CaseLine]:
    """Return those of these cases that may be seen, ended or not."""
    with services.database.reading() as session:
        wanted = _joined().where(col(Case.id).in_(numbers), *seen_by(services))
        rows = session.execute(wanted.order_by(col(Case.id))).all()
        return {line.id: line for line in case_lines(session, services, rows)}


def narrowed(session: Session, services: Services, wanted: CaseFilter) -> Select[Any]:
    """Return what finds the cases that match: with enterprise, assessment, review, officer."""
    return _joined().where(*_conditions(session, services, wanted))


def _conditions(
    session: Session, services: Services, wanted: CaseFilter
) -> Sequence[ColumnElement[bool]]:
    """Return what must hold of a case, said of its own row alone."""
    asked = [*_exactly(services, wanted), *([_WAITING] if wanted.waiting else [])]
    if wanted.running or wanted.wanting:
        asked += [col(Case.held).is_(False), ~_WAITING]
    if wanted.wanting:
        asked.append(_wants_something(session, services))
    if wanted.stage is not None:
        asked.append(_in_stage(session, services, wanted.stage))
    if wanted.over:
        asked.append(late_in_stage(session, services))
    if wanted.words.strip():
        asked.append(named(session, wanted.words.strip(), col(Case.enterprise_id)))
    return [*seen_among(session, services, col(Case.enterprise_id)), *asked]


def _joined() -> Select[Any]:
    newest = and_(
        col(Assessment.case_id) == col(Case.id), col(Assessment.period) == col(Case.assessed)
    )
    return (
        select(Case, Enterprise, Assessment, _WAITS, col(Person.name))
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .outerjoin(Assessment, newest)
        .outerjoin(Person, col(Person.id) == col(Case.officer_id))
    )


def _exactly(services: Services, wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    """Yield what a case's own row must say."""
    yield col(Case.final).is_not(None) if wanted.ended else col(Case.final).is_(None)
    if wanted.programme is not None:
        known = services.catalogue.find(wanted.programme)  # a saved view may outlive its rules
        yield col(Case.programme) == known.key if known else false()
    if wanted.phase is not None:
        yield col(Case.phase) == wanted.phase
    if wanted.cycle is not None:
        yield col(Case.cycle) == wanted.cycle
    if wanted.held:
        yield col(Case.held).is_(True)
    if wanted.officer is not None:
        yield col(Case.officer_id) == wanted.officer if wanted.officer else _nobodys()


def _nobodys() -> ColumnElement[bool]:
    """Return the condition that a case is nobody's, or of somebody who has left."""
    there = select(col(Person.id)).where(col(Person.active))
    return or_(col(Case.officer_id).is_(None), col(Case.officer_id).not_in(there))


def _wants_something(session: Session, services: Services) -> ColumnElement[bool]:
    """Return the condition that the stage of a case has needs, by its own rules."""
    places = [
        (revision, stage.key)
        for revision, programme in rules_in_use(session, services).items()
        for stage in programme.stages
        if stage.needs
    ]
    return tuple_(col(Case.revision), col(Case.stage)).in_(places)


def _in_stage(session: Session, services: Services, words: str) -> ColumnElement[bool]:
    """Return the condition that a case stands in a stage of this key or title."""
    keys = {
        stage.key
        for programme in rules_in_use(session, services).values()
        for stage in programme.stages
        if words == stage.key or words in stage.title
    }
    return col(Case.stage).in_(keys)
