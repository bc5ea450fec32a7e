"""One case whole: where it stands, what the criteria say, what it waits for, what happened."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework.board import over_limit
from casework.case_figures import FigureLine, figures, inputs_of
from casework.case_history import History, history
from casework.due import DueLine, deadlines_of_case
from casework.find import case_of
from casework.plan import refusing
from casework.refusal import Refusal
from casework.rulebook import rules_of
from casework.services import Services
from casework.words import FINALS, OUTCOMES, PHASES, VERDICTS
from models.case import Assessment, Case
from models.casebook import Casebook, read_casebook
from models.enterprise import Enterprise
from models.span import Span
from policy.confirm import Confirm
from policy.findings import Finding, Outcome, Verdict, counting, findings_of
from policy.programme import Final, Programme, Stage
from policy.sentences import shown
from policy.stages import CaseFacts, Decision, How, next_step


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """One stage of the way; ``place`` is done, now or ahead."""

    stage: str
    title: str
    phase: str
    phase_title: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """What one criterion said, in words and in numbers of the user's unit."""

    criterion: str
    code: str
    title: str
    outcome: str
    outcome_title: str
    value: object
    threshold: object
    gap: object
    unit: str
    source: str
    text: str
    waived: bool
    needs_confirmation: bool
    advice: str
    data: tuple[str, ...]  # where its figures come from


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The newest assessment of a case."""

    on: dt.date
    verdict: str
    verdict_title: str
    score_low: int | None
    score_high: int | None
    score_maximum: int | None
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLine:
    """One thing that must happen before the case may go on."""

    title: str
    reason: str
    until: dt.date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything about one case."""

    id: int
    version: int
    enterprise: str
    uscc: str
    programme: str
    programme_title: str
    cycle: int
    round: int
    revision: str
    rules_of_today: bool  # False: it keeps older rules than the files have now
    stage: str
    stage_title: str
    phase: str
    phase_title: str
    final: str | None
    held: bool
    opened_on: dt.date
    entered_on: dt.date
    workdays: int
    limit_workdays: int | None
    over_limit: bool
    next_stage: str  # where it may go now; empty while it waits
    next_by_person: bool
    stages: tuple[StageLine, ...]
    judgement: Judgement | None
    waiting: tuple[WaitLine, ...]
    figures: tuple[FigureLine, ...]
    deadlines: tuple[DueLine, ...]
    history: History


def case_page(services: Services, words: str, programme: str | None = None) -> CasePage | Refusal:
    """Return the page of a case: by its number, or by an enterprise's credit code or name."""
    with services.database.reading() as session:
        case = case_of(session, services, words, programme)
        if isinstance(case, Refusal):
            return case
        return _page(session, services, case)


def _page(session: Session, services: Services, case: Case) -> CasePage:
    rules = rules_of(session, case)
    enterprise = session.get_one(Enterprise, case.enterprise_id)
    stage = rules.stage(case.stage)
    workdays = services.calendar(session).workdays_between(case.entered_on, services.today)
    judged = session.get(Assessment, (case.assessed, case.id)) if case.assessed else None
    step = _step(session, services, rules, case, judged)
    past = history(session, rules, case, services.zone)
    known = figures(session, enterprise, rules, cycle=case.cycle, on=services.today)
    return CasePage(
        id=case.id or 0,
        version=case.version,
        enterprise=enterprise.name,
        uscc=enterprise.uscc,
        programme=case.programme,
        programme_title=rules.title,
        cycle=case.cycle,
        round=case.round,
        revision=case.revision,
        rules_of_today=_is_of_today(services, case),
        stage=stage.key,
        stage_title=stage.title,
        phase=stage.phase.value,
        phase_title=PHASES[stage.phase],
        final=FINALS[Final(case.final)] if case.final else None,
        held=case.held,
        opened_on=case.opened_on,
        entered_on=case.entered_on,
        workdays=workdays,
        limit_workdays=stage.limit_workdays,
        over_limit=case.final is None and over_limit(stage, workdays),
        next_stage=rules.stage(step.to).title if step.to else "",
        next_by_person=step.how is How.PROPOSE,
        stages=_way(rules, stage, past),
        judgement=_judgement(rules, judged, case.cycle, known) if judged else None,
        waiting=_waiting(stage, step),
        figures=known,
        deadlines=deadlines_of_case(session, services, case.id or 0),
        history=past,
    )


def _is_of_today(services: Services, case: Case) -> bool:
    current = services.catalogue.programmes.get(case.programme)
    return current is not None and current.revision == case.revision


def _step(
    session: Session,
    services: Services,
    rules: Programme,
    case: Case,
    judged: Assessment | None,
) -> Decision:
    """Return the step the case may take today, or what it waits for."""
    alone = Span.of([case.enterprise_id])
    book: Casebook = read_casebook(session, case.programme, alone, cycle=case.cycle)
    outcomes = counting(rules, judged.findings) if judged else {}
    facts = CaseFacts(
        stage=case.stage,
        cycle=case.cycle,
        verdict=judged.verdict if judged else "",
        outcomes=outcomes,
        refusing=refusing(rules, outcomes),
        records=book.records.get(case.id or 0, ()),
        waived=book.waived.get(case.id or 0, frozenset()),
        held=case.held,
    )
    return next_step(rules, facts, today=services.today, calendar=services.calendar(session))


def _way(rules: Programme, now: Stage, history: History) -> tuple[StageLine, ...]:
    """Return the stages in order; of a case that has ended, only those it went through."""
    passed = {move.from_title for move in history.moves}
    shown_ones = [
        each
        for each in rules.stages
        if each is now or (each.title in passed if now.final else each.final is None)
    ]
    here = shown_ones.index(now)
    return tuple(
        StageLine(
            stage=each.key,
            title=each.title,
            phase=each.phase.value,
            phase_title=PHASES[each.phase],
            place="now" if number == here else "done" if number < here else "ahead",
        )
        for number, each in enumerate(shown_ones)
    )


def _judgement(
    rules: Programme, row: Assessment, cycle: int, known: Sequence[FigureLine]
) -> Judgement:
    return Judgement(
        on=row.on,
        verdict=row.verdict,
        verdict_title=VERDICTS[Verdict(row.verdict)],
        score_low=row.score_low,
        score_high=row.score_high,
        score_maximum=rules.score.maximum if rules.score else None,
        findings=tuple(
            _finding_line(rules, each, cycle, known) for each in findings_of(rules, row.findings)
        ),
    )


def _finding_line(
    rules: Programme, finding: Finding, cycle: int, known: Sequence[FigureLine]
) -> FindingLine:
    criterion = next(each for each in rules.criteria if each.key == finding.criterion)
    said = shown(rules, finding)
    inputs = inputs_of(rules, criterion, cycle)
    used = [each for each in known if (each.fact, each.year) in inputs and each.value]
    return FindingLine(
        criterion=criterion.key,
        code=criterion.code,
        title=criterion.title,
        outcome=finding.outcome,
        outcome_title=OUTCOMES[Outcome(finding.outcome)],
        value=said.value,
        threshold=said.threshold,
        gap=said.gap,
        unit=said.unit,
        source=said.source,
        text=said.text,
        waived=finding.waived,
        needs_confirmation=finding.confirm is Confirm.NEEDS_CONFIRMATION,
        advice=criterion.advice,
        data=tuple(dict.fromkeys(each.source for each in used if each.source)),
    )


def _waiting(stage: Stage, step: Decision) -> tuple[WaitLine, ...]:
    sources = {need.title: need.source for need in stage.needs}
    return tuple(
        WaitLine(title=each.title, reason=each.reason, until=each.until, source=sources[each.title])
        for each in step.waiting
    )
