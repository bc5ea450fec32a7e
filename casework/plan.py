"""Deciding one batch: who is enrolled, what the criteria say, who moves, who needs a person."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from casework.gather import Gathered
from casework.obligations import DeadlinePlan, plan_deadlines
from models.casebook import LastAssessment, OpenCase, OpenReview
from policy.assess import assess_derived
from policy.confirm import Confirm
from policy.enrol import may_enrol
from policy.findings import Outcome, counting, gist
from policy.programme import Programme
from policy.stages import CaseFacts, Decision, How, next_step
from policy.workdays import Calendar

_MOST_STEPS = 20  # a cycle of automatic stages is refused by `peiyu check`; this is the belt


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One planned move."""

    from_stage: str
    to_stage: str
    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlan:
    """What is to be done about one case."""

    case: OpenCase  # as read, or as it starts
    programme: Programme
    steps: tuple[Step, ...]
    proposal: Decision | None
    review: OpenReview | None
    assessment: LastAssessment
    is_news: bool  # the assessment says something new

    @property
    def is_new(self) -> bool:
        """Say whether the case is opened now."""
        return self.case.id is None

    @property
    def stage(self) -> str:
        """Return the stage the case ends up in."""
        return self.steps[-1].to_stage if self.steps else self.case.stage

    @property
    def stale_review(self) -> OpenReview | None:
        """Return the open proposal that no longer fits."""
        if self.review is None or (
            self.proposal is not None
            and (self.review.stage, self.review.proposes) == (self.stage, self.proposal.to)
        ):
            return None
        return self.review

    @property
    def new_proposal(self) -> Decision | None:
        """Return the proposal to open, unless it stands already."""
        stands = self.review is not None and self.stale_review is None
        return None if stands else self.proposal

    @property
    def changes(self) -> bool:
        """Say whether anything must be written for this case."""
        return bool(
            self.is_new or self.is_news or self.steps or self.stale_review or self.new_proposal
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPlan:
    """Everything one batch will write."""

    cases: tuple[CasePlan, ...]
    deadlines: DeadlinePlan

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is to be written."""
        return not self.deadlines and not any(plan.changes for plan in self.cases)


def decide(gathered: Gathered) -> BatchPlan:
    """Return what is to be done; pure, for the same gathered facts always the same."""
    plans = tuple(_case_plans(gathered))
    return BatchPlan(cases=plans, deadlines=plan_deadlines(gathered, _stages(plans)))


def _stages(plans: tuple[CasePlan, ...]) -> Mapping[tuple[int, int, int], tuple[OpenCase, bool]]:
    """Return each case as it will stand, and whether it has then ended."""
    return {
        plan.case.key: (
            replace(plan.case, stage=plan.stage) if plan.steps else plan.case,
            plan.programme.stage(plan.stage).final is not None,
        )
        for plan in plans
    }


def _case_plans(gathered: Gathered) -> Iterator[CasePlan]:
    going_on = tuple(_judged(gathered, gathered.casebook.cases))
    yield from going_on
    yield from _judged(gathered, _enrolled(gathered, _awaiting_result(gathered, going_on)))


def _awaiting_result(gathered: Gathered, plans: Iterable[CasePlan]) -> frozenset[int]:
    """Return the enterprises whose earlier case goes on beyond its year: no second one yet."""
    return frozenset(
        plan.case.enterprise_id
        for plan in plans
        if plan.case.cycle < gathered.cycle
        and (stage := plan.programme.stage(plan.stage)).final is None
        and not stage.lapses  # it was filed, and others have it in hand
    )


def _judged(gathered: Gathered, cases: Iterable[OpenCase]) -> Iterator[CasePlan]:
    groups: dict[tuple[str, int], list[OpenCase]] = {}
    for case in cases:
        groups.setdefault((case.revision, case.cycle), []).append(case)
    for (revision, cycle), alike in groups.items():
        programme = gathered.versions[revision]
        wanted = gathered.derived[cycle].filter(
            pl.col("subject").is_in([case.enterprise_id for case in alike])
        )
        judged = assess_derived(programme, wanted, on=gathered.on, cycle=cycle)
        said = {row["subject"]: row for row in judged.iter_rows(named=True)}
        for case in alike:
            row = said[case.enterprise_id]
            now = LastAssessment(
                verdict=row["verdict"],
                score_low=row["score_low"],
                score_high=row["score_high"],
                findings=row["findings"],
            )
            yield _case_plan(gathered, programme, case, now)


def _enrolled(gathered: Gathered, busy: Collection[int]) -> Iterator[OpenCase]:
    """Yield the cases to be opened: every flag of `enrol_when`, none of `enrol_unless`."""
    programme = gathered.programme
    if not programme.stages:
        return  # obligations only: there is nothing to move
    chosen = gathered.derived[gathered.cycle].filter(may_enrol(programme))
    for subject in chosen["subject"]:
        if subject not in busy and (subject, gathered.cycle) not in gathered.casebook.taken:
            yield OpenCase(
                id=None,
                enterprise_id=subject,
                cycle=gathered.cycle,
                round=1,
                revision=programme.revision,
                stage=programme.first_stage.key,
                version=0,
                entered_on=gathered.on,
            )


def _case_plan(
    gathered: Gathered, programme: Programme, case: OpenCase, now: LastAssessment
) -> CasePlan:
    book = gathered.casebook
    known = case.id if case.id is not None else 0
    if _is_ahead(gathered, case):
        return _left_alone(gathered, programme, case, now)
    outcomes = counting(programme, now.findings)
    facts = CaseFacts(
        stage=case.stage,
        cycle=case.cycle,
        verdict=now.verdict,
        outcomes=outcomes,
        refusing=refusing(programme, outcomes),
        records=book.records.get(known, ()),
        waived=book.waived.get(known, frozenset()),
        held=case.held,
    )
    steps, last = walk(programme, facts, today=gathered.on, calendar=gathered.calendar)
    return CasePlan(
        case=case,
        programme=programme,
        steps=steps,
        proposal=last if last.how is How.PROPOSE else None,
        review=book.reviews.get(known),
        assessment=now,
        is_news=_is_news(programme, book.assessments.get(known), now),
    )


def _is_ahead(gathered: Gathered, case: OpenCase) -> bool:
    """Say whether something happened to the case after the day that this run acts on."""
    review = gathered.casebook.reviews.get(case.id or 0)
    return (
        case.entered_on > gathered.on
        or case.assessed > gathered.batch.period
        or (review is not None and review.opened_on > gathered.on)
    )


def _left_alone(
    gathered: Gathered, programme: Programme, case: OpenCase, now: LastAssessment
) -> CasePlan:
    """Return the plan that changes nothing: an old month, run again, undoes nothing newer."""
    review = gathered.casebook.reviews.get(case.id or 0)
    return CasePlan(
        case=case,
        programme=programme,
        steps=(),
        proposal=Decision(how=How.PROPOSE, to=review.proposes) if review else None,
        review=review,
        assessment=now,
        is_news=False,
    )


def walk(
    programme: Programme, facts: CaseFacts, *, today: dt.date, calendar: Calendar
) -> tuple[tuple[Step, ...], Decision]:
    """Follow automatic gates as far as they lead; return the steps and the last decision."""
    steps: list[Step] = []
    decision = next_step(programme, facts, today=today, calendar=calendar)
    while decision.how is How.MOVE and decision.to is not None and len(steps) < _MOST_STEPS:
        steps.append(
            Step(
                from_stage=facts.stage,
                to_stage=decision.to,
                reason=decision.reason,
                evidence=decision.evidence,
            )
        )
        facts = replace(facts, stage=decision.to)
        decision = next_step(programme, facts, today=today, calendar=calendar)
    return tuple(steps), decision


def refusing(programme: Programme, outcomes: Mapping[str, str]) -> frozenset[str]:
    """Return the confirmed criteria that are not met; unconfirmed ones never refuse."""
    return frozenset(
        each.key
        for each in programme.criteria
        if outcomes.get(each.key) == Outcome.UNMET.value and each.confirm is Confirm.CONFIRMED
    )


def _is_news(programme: Programme, before: LastAssessment | None, now: LastAssessment) -> bool:
    """Say whether an assessment says something new; days that merely passed are nothing new."""
    if before is None or (before.verdict, before.score_low, before.score_high) != (
        now.verdict,
        now.score_low,
        now.score_high,
    ):
        return True
    same = before.findings == now.findings
    return not same and gist(programme, before.findings) != gist(programme, now.findings)
