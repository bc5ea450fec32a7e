"""The board: how many cases stand where, by programme, phase and stage."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.counted import Alike, alike_cases, by_place, workdays_until
from casework.dates_counted import DateCounts, count_dates
from casework.remembered import remembered
from casework.rulebook import read_rules, stages_of
from casework.scope import seen_among
from casework.services import Services
from casework.words import PHASES
from models.case import Case
from models.enterprise import Enterprise
from models.merge import Merge, stands
from policy.programme import Phase, Programme, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many open cases stand in a stage, and how many of them want somebody's eye."""

    stage: str
    title: str
    cases: int
    waiting: int  # a proposal waits for a person
    held: int
    over_limit: int
    median_workdays: float | None  # in this stage, of the open cases; None without any


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseCount:
    """The stages of one phase."""

    phase: str
    title: str
    cases: int
    stages: tuple[StageCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalCount:
    """How many cases have ended this way."""

    phase: str
    stage: str
    title: str
    final: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeBoard:
    """One programme's cases."""

    programme: str
    title: str
    cases: int  # open ones
    waiting: int
    held: int
    over_limit: int
    open_deadlines: int
    overdue: int
    suspended: int  # open, but their clocks stand still
    cannot_file: int  # staff said so of this period, and its date is still to come
    phases: tuple[PhaseCount, ...]
    finals: tuple[FinalCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything at a glance, on one day."""

    on: dt.date
    enterprises: int
    programmes: tuple[ProgrammeBoard, ...]

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return the cases by programme, phase and stage, each once, those that ended too."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for each in self.programmes:
            phases = found.setdefault(each.programme, {})
            for phase in each.phases:
                phases[phase.phase] = {stage.stage: stage.cases for stage in phase.stages}
            for end in each.finals:
                phases.setdefault(end.phase, {})[end.stage] = end.cases
        return found


Place = tuple[str, str]  # programme, stage


@dataclass(slots=True, kw_only=True)
class _Counts:
    """What is counted of each place."""

    cases: Counter[Place] = field(default_factory=Counter)
    ended: Counter[Place] = field(default_factory=Counter)
    held: Counter[Place] = field(default_factory=Counter)
    over: Counter[Place] = field(default_factory=Counter)
    waiting: Counter[Place] = field(default_factory=Counter)
    workdays: dict[Place, Counter[int]] = field(default_factory=dict)
    deadlines: Mapping[str, DateCounts] = field(default_factory=dict)


def board(services: Services, *, cycle: int | None = None) -> Board:
    """Return the counts of every programme; of one cycle only, when it is given."""
    return remembered(services, ("board", cycle), lambda: _board(services, cycle))


def _board(services: Services, cycle: int | None) -> Board:
    with services.database.reading() as session:
        seen = seen_among(session, services, col(Case.enterprise_id))
        alike = alike_cases(session, seen, cycle=cycle)
        rules = read_rules(session, services, {each.revision for each in alike})
        days = {each.since for each in alike if each.since}
        workdays = workdays_until(services.calendar(session), services.today, days)
        counts = _count(alike, workdays, rules)
        counts.deadlines = count_dates(session, services)
        enterprises = _enterprises(session, services)
    programmes = services.catalogue.programmes.values()
    return Board(
        on=services.today,
        enterprises=enterprises,
        programmes=tuple(_programme(each, rules.values(), counts) for each in programmes),
    )


def _enterprises(session: Session, services: Services) -> int:
    """Return how many enterprises these eyes see; of all of them no row is looked at."""
    number = select(func.count()).select_from(Enterprise)
    if seen := seen_among(session, services, col(Enterprise.id)):
        return session.scalar(number.where(*seen, stands())) or 0
    gone = select(func.count()).select_from(Merge).where(col(Merge.undone_at).is_(None))
    return (session.scalar(number) or 0) - (session.scalar(gone) or 0)


def _count(
    alike: Sequence[Alike], workdays: Mapping[dt.date | None, int], rules: Mapping[str, Programme]
) -> _Counts:
    """Count the cases of each place."""
    counts = _Counts()
    for (revision, key), rows in by_place(alike):
        stage, place = rules[revision].stage(key), (rules[revision].key, key)
        passed, waiting, held, ended = Counter[int](), 0, 0, 0
        for each in rows:
            if each.since is None:
                ended += each.number
                continue
            passed[workdays[each.since]] += each.number
            waiting += each.waiting
            held += each.number * each.held
        counts.workdays.setdefault(place, Counter()).update(passed)
        counts.cases[place] += passed.total()
        counts.ended[place] += ended
        counts.waiting[place] += waiting
        counts.held[place] += held
        counts.over[place] += sum(passed[days] for days in passed if over_limit(stage, days))
    return counts


def over_limit(stage: Stage, workdays: int) -> bool:
    """Say whether a case has been in this stage longer than the stage allows."""
    return stage.limit_workdays is not None and workdays > stage.limit_workdays


def median(numbers: Mapping[int, int]) -> float | None:
    """Return the median of values of which each is there so many times; None without any."""
    total, passed, middle = sum(numbers.values()), 0, list[int]()
    for value in sorted(numbers):
        passed += numbers[value]
        middle += [value] * (2 * passed >= total and not middle)  # the lower of the middle two
        if 2 * passed > total:
            return (middle[0] + value) / 2
    return None


def _programme(programme: Programme, rules: Iterable[Programme], counts: _Counts) -> ProgrammeBoard:
    older = [each for each in rules if each.key == programme.key]
    stages = stages_of([programme, *older])
    phases = tuple(
        _phase(
            phase,
            [stage for stage in stages.values() if stage.phase is phase and stage.final is None],
            programme,
            counts,
        )
        for phase in Phase
    )
    running = [stage for phase in phases for stage in phase.stages]
    dates = counts.deadlines.get(programme.key, DateCounts())
    return ProgrammeBoard(
        programme=programme.key,
        title=programme.title,
        cases=sum(stage.cases for stage in running),
        waiting=sum(stage.waiting for stage in running),
        held=sum(stage.held for stage in running),
        over_limit=sum(stage.over_limit for stage in running),
        open_deadlines=dates.open,
        overdue=dates.overdue,
        suspended=dates.suspended,
        cannot_file=dates.cannot_file,
        phases=tuple(phase for phase in phases if phase.stages),
        finals=tuple(
            FinalCount(
                phase=stage.phase.value,
                stage=stage.key,
                title=stage.title,
                final=stage.final.value,
                cases=counts.ended[programme.key, stage.key],
            )
            for stage in stages.values()
            if stage.final is not None
        ),
    )


def _phase(
    phase: Phase, stages: Iterable[Stage], programme: Programme, counts: _Counts
) -> PhaseCount:
    found = tuple(_stage(stage, (programme.key, stage.key), counts) for stage in stages)
    return PhaseCount(
        phase=phase.value,
        title=PHASES[phase],
        cases=sum(stage.cases for stage in found),
        stages=found,
    )


def _stage(stage: Stage, place: Place, counts: _Counts) -> StageCount:
    return StageCount(
        stage=stage.key,
        title=stage.title,
        cases=counts.cases[place],
        waiting=counts.waiting[place],
        held=counts.held[place],
        over_limit=counts.over[place],
        median_workdays=median(counts.workdays.get(place, {})),
    )
