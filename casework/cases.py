"""The list of cases: filtered, and read page by page from where the last page ended."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.late import late_in_stage
from casework.rulebook import read_rules
from casework.scope import seen_by
from casework.services import Services
from models.case import Assessment, Case, Review, ReviewState
from models.enterprise import Alias, Enterprise
from policy.programme import Programme

PAGE = 50


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
    over: bool = False  # longer in its stage than the stage allows
    ended: bool = False


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
    calendar, today = services.calendar(), services.today
    with services.database.reading() as session:
        statement = _narrowed(session, services, wanted).where(col(Case.id) > after)
        rows = session.execute(statement.order_by(col(Case.id)).limit(limit + 1)).all()
        rules = read_rules(session, services, {row[0].revision for row in rows})
    lines = tuple(
        _line(
            tuple(row), rules[row[0].revision], calendar.workdays_between(row[0].entered_on, today)
        )
        for row in rows[:limit]
    )
    return CaseList(lines=lines, following=lines[-1].id if len(rows) > limit else None)


def _line(
    row: tuple[Case, Enterprise, Assessment | None, bool], programme: Programme, workdays: int
) -> CaseLine:
    case, enterprise, assessment, waits = row
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
        waiting=waits,
        entered_on=case.entered_on,
        workdays=workdays,
        verdict=assessment.verdict if assessment else "",
        score_low=assessment.score_low if assessment else None,
        score_high=assessment.score_high if assessment else None,
    )


def _narrowed(session: Session, services: Services, wanted: CaseFilter) -> Select[Any]:
    waits = exists().where(
        col(Review.case_id) == col(Case.id), col(Review.state) == ReviewState.OPEN.value
    )
    newest = and_(
        col(Assessment.case_id) == col(Case.id), col(Assessment.period) == col(Case.assessed)
    )
    statement = (
        select(Case, Enterprise, Assessment, waits)
        .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
        .outerjoin(Assessment, newest)
    )
    where: list[ColumnElement[bool]] = [
        *seen_by(services),
        *_plain(wanted, waits),
    ]
    if wanted.programme is not None:
        where.append(col(Case.programme) == services.catalogue.programme(wanted.programme).key)
    if wanted.stage is not None:
        where.append(_in_stage(session, services, wanted.stage))
    if wanted.over:
        where.append(late_in_stage(session, services))
    if wanted.words.strip():
        where.append(named(wanted.words.strip()))
    return statement.where(*where)


def _plain(wanted: CaseFilter, waits: ColumnElement[bool]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that need nothing but the filter."""
    yield col(Case.final).is_not(None) if wanted.ended else col(Case.final).is_(None)
    if wanted.phase is not None:
        yield col(Case.phase) == wanted.phase
    if wanted.cycle is not None:
        yield col(Case.cycle) == wanted.cycle
    if wanted.waiting:
        yield waits
    if wanted.held:
        yield col(Case.held).is_(True)


def _in_stage(session: Session, services: Services, words: str) -> ColumnElement[bool]:
    """Return the condition that a case stands in a stage of this key or title."""
    used = session.scalars(select(col(Case.revision)).distinct())
    programmes = read_rules(session, services, used).values()
    keys = {
        stage.key
        for programme in programmes
        for stage in programme.stages
        if words == stage.key or words in stage.title
    }
    return col(Case.stage).in_(keys)


def named(words: str) -> ColumnElement[bool]:
    """Return the condition that an enterprise has this code, or these words in a name."""
    aliased = select(col(Alias.enterprise_id)).where(
        col(Alias.name).contains(words, autoescape=True)
    )
    return or_(
        col(Enterprise.uscc) == words.upper(),
        col(Enterprise.name).contains(words, autoescape=True),
        col(Enterprise.id).in_(aliased),
    )
