"""The rules as people look at them: every programme, one whole, and the revisions in use."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.confirmed import rule_says, source_of, standing
from casework.duties_told import (
    due_when,
    held_titles,
    met_by,
    rungs_told,
    whom,
    windows_told,
)
from casework.revisions import RevisionLine, counted, revisions_of
from casework.rules_told import asks, gate, phase_of, titled, waits, wanted, ways
from casework.scope import cases_seen_by
from casework.services import Services
from casework.words import KINDS
from models.case import Case
from models.confirmation import Part
from policy.confirm import Confirm
from policy.criteria import in_force
from policy.obligation import Window, WindowStatus
from policy.programme import Criterion, Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeLine:
    """One programme in the list."""

    key: str
    title: str
    source: str
    stages: int
    criteria: int
    duties: int
    open_cases: int
    unconfirmed: int  # criteria and dates that nobody compared with the document
    windows: tuple[Window, ...]  # of this year
    revisions: int  # under which open cases run, today's included


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionLine:
    """One criterion: what it asks, now and at other times, by which document."""

    key: str
    code: str
    title: str
    now: tuple[str, ...]  # in force today
    dated: tuple[str, ...]  # all of them, with their days
    source: str
    needs_confirmation: bool
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """One stage."""

    key: str
    title: str
    phase: str
    waits: tuple[str, ...]
    gate: str
    ways: str
    open_cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """Something that must be done by a date."""

    key: str
    title: str
    whom: str
    kind: str
    due: str
    met: str
    source: str
    needs_confirmation: bool
    where: str
    prepare: str
    rungs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedLine:
    """A rule that somebody found in its document."""

    part: str
    key: str
    seq: int
    title: str
    says: str
    source: str
    url: str
    by: str
    at: dt.datetime
    holds: bool  # the rule still says the same


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePage:
    """One programme whole."""

    programme: Programme
    criteria: tuple[CriterionLine, ...]
    stages: tuple[StageLine, ...]
    duties: tuple[DutyLine, ...]
    windows: tuple[Window, ...]
    revisions: tuple[RevisionLine, ...]
    confirmed: tuple[ConfirmedLine, ...]

    @property
    def unconfirmed(self) -> int:
        """Return how much of it nobody compared with its document."""
        return _unconfirmed(self.programme)

    @property
    def estimated(self) -> bool:
        """Say whether a window is carried over from an earlier year."""
        return any(each.status is WindowStatus.ESTIMATED for each in self.windows)


def list_programmes(services: Services) -> tuple[ProgrammeLine, ...]:
    """Return every programme in force."""
    year = services.today.year
    with services.database.reading() as session:
        cases = counted(session, services)
    in_use: dict[str, Counter[str]] = defaultdict(Counter)
    for (key, revision), (still, _) in cases.items():
        in_use[key][revision] += still
    return tuple(
        ProgrammeLine(
            key=each.key,
            title=each.title,
            source=each.source,
            stages=sum(stage.final is None for stage in each.stages),
            criteria=len(each.criteria),
            duties=len(each.obligations),
            open_cases=sum(in_use[each.key].values()),
            unconfirmed=_unconfirmed(each),
            windows=services.catalogue.windows_for(each.key, year),
            revisions=len({each.revision, *+in_use[each.key]}),
        )
        for each in services.catalogue.programmes.values()
    )


def programme_page(services: Services, key: str) -> ProgrammePage | None:
    """Return one programme whole, or nothing when there is none of this key."""
    programme = services.catalogue.programmes.get(key)
    if programme is None:
        return None
    with services.database.reading() as session:
        in_stage = _in_stages(session, services, key)
        revisions = tuple(revisions_of(session, services, programme))
        confirmed = tuple(_confirmed(session, programme))
    return ProgrammePage(
        programme=programme,
        criteria=tuple(_criterion(programme, each, services.today) for each in programme.criteria),
        stages=tuple(_stages(programme, in_stage)),
        duties=tuple(_duties(services, programme)),
        windows=windows_told(services.catalogue, key),
        revisions=revisions,
        confirmed=confirmed,
    )


def _unconfirmed(programme: Programme) -> int:
    told = [each.confirm for each in programme.criteria]
    told += [each.confirm for each in programme.obligations]
    return told.count(Confirm.NEEDS_CONFIRMATION)


def _in_stages(session: Session, services: Services, key: str) -> dict[str, int]:
    rows = session.execute(
        select(col(Case.stage), func.count())
        .where(col(Case.programme) == key, col(Case.final).is_(None), *cases_seen_by(services))
        .group_by(col(Case.stage))
    )
    return {stage: number for stage, number in rows}  # noqa: C416 - rows are no pairs to mypy


def _confirmed(session: Session, programme: Programme) -> Iterator[ConfirmedLine]:
    rules = {(Part.CRITERION.value, each.key): each.title for each in programme.criteria}
    rules |= {(Part.OBLIGATION.value, each.key): each.title for each in programme.obligations}
    for row in standing(session):
        if row.programme == programme.key:
            yield ConfirmedLine(
                part=row.part,
                key=row.key,
                seq=row.seq,
                title=rules.get((row.part, row.key), row.key),
                says=row.says,
                source=source_of(row),
                url=row.url,
                by=row.by,
                at=row.at,
                holds=row.says == rule_says(programme, Part(row.part), row.key),
            )


def _criterion(programme: Programme, criterion: Criterion, today: dt.date) -> CriterionLine:
    dated = wanted(criterion)
    newest = tuple(asks(criterion, each) for each in in_force(criterion.thresholds, today))
    return CriterionLine(
        key=criterion.key,
        code=criterion.code,
        title=titled(programme, criterion),
        now=newest if criterion.thresholds else dated,
        dated=dated if criterion.thresholds else (),
        source=criterion.source,
        needs_confirmation=criterion.confirm is Confirm.NEEDS_CONFIRMATION,
        advice=criterion.advice,
    )


def _stages(programme: Programme, in_stage: Mapping[str, int]) -> Iterator[StageLine]:
    for each in programme.stages:
        yield StageLine(
            key=each.key,
            title=each.title,
            phase=phase_of(each),
            waits=waits(each),
            gate=gate(each),
            ways=ways(programme, each),
            open_cases=in_stage.get(each.key, 0),
        )


def _duties(services: Services, programme: Programme) -> Iterator[DutyLine]:
    held = held_titles(services.catalogue)
    for each in programme.obligations:
        yield DutyLine(
            key=each.key,
            title=each.title,
            whom=whom(programme, each, held),
            kind=KINDS[each.kind],
            due=due_when(programme, each),
            met=met_by(programme, each),
            source=each.source,
            needs_confirmation=each.confirm is Confirm.NEEDS_CONFIRMATION,
            where=each.where,
            prepare=each.prepare,
            rungs=tuple(rungs_told(services.catalogue.ladders[each.ladder])),
        )
