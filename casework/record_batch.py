"""Recording one batch: everything that was decided, in one transaction, under the batch's fence."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.batch_claims import Written, date_claims, move_claims, review_claims
from casework.counts import BatchCounts, counts_of
from casework.gather import Gathered
from casework.marks import mark_done, row_of
from casework.outbox import Claim, queue
from casework.plan import BatchPlan, CasePlan
from casework.record_dates import CaseIds, close_dates, open_dates
from casework.services import Services
from models.case import Assessment, Case, Review, ReviewState, Transition, new_case
from models.engine import StaleWorkError
from models.ledger import RunBatch
from models.writes import changed_rows, insert_new, upsert
from policy.programme import Stage

Also: TypeAlias = Callable[[Session], Iterable[Claim]]


def record(
    services: Services, gathered: Gathered, plan: BatchPlan, *, also: Also | None = None
) -> BatchCounts:
    """Write the plan and what it did; return the same counts. ``also`` says what else is to say.

    Raises ``StaleWorkError`` when another run or a person changed the batch since it was read.
    """
    now = services.now()
    with services.database.writing() as session:
        _fence(session, gathered)
        _unchanged(session, plan)
        ids = _open_cases(session, gathered, plan)
        _assess(session, gathered, plan, ids)
        transitions = _move(session, gathered, plan, ids, now)
        reviews = _review(session, gathered, plan, ids)
        close_dates(session, plan.deadlines, gathered.on)
        opened = open_dates(session, gathered, plan.deadlines, ids, now)
        written = Written(cases=ids, transitions=transitions, reviews=reviews)
        claims = [
            *move_claims(gathered, plan, written),
            *review_claims(gathered, plan, written),
            *date_claims(gathered, opened, services.catalogue.ladders),
            *(also(session) if also else ()),
        ]
        new = queue(
            session,
            services,
            claims,
            send_on=gathered.on,
            calendar=gathered.calendar,
        )
        counts = counts_of(plan, new)
        _count(session, gathered, counts)
        mark_done(session, gathered.batch, now=services.now(), worker=services.process)
        return counts


def _fence(session: Session, gathered: Gathered) -> None:
    batch = gathered.batch
    insert_new(session, RunBatch, [row_of(batch)])
    taken = session.execute(
        update(RunBatch)
        .where(
            col(RunBatch.programme) == batch.programme,
            col(RunBatch.period) == batch.period,
            col(RunBatch.batch) == batch.number,
            col(RunBatch.version) == gathered.fence,
        )
        .values(version=gathered.fence + 1)
    )
    if changed_rows(taken) != 1:
        raise StaleWorkError


def _unchanged(session: Session, plan: BatchPlan) -> None:
    """Lock the cases that are written about; a decision made since they were read comes first."""
    cases = [each.case for each in plan.cases if each.changes]
    cases += [new.subject.case for new in plan.deadlines.opening if new.subject.case]
    seen = {case.id: case.version for case in cases if case.id is not None}
    if not seen:
        return
    rows = session.execute(
        select(col(Case.id), col(Case.version))
        .where(col(Case.id).in_(seen))
        .order_by(col(Case.id))
        .with_for_update()
    )
    if {number: version for number, version in rows} != seen:  # noqa: C416 - rows are no pairs to mypy
        raise StaleWorkError


def _count(session: Session, gathered: Gathered, counts: BatchCounts) -> None:
    """Add to what the batch did before: a month's figures survive a crash in its middle."""
    batch = gathered.batch
    row = session.scalars(
        select(RunBatch).where(
            col(RunBatch.programme) == batch.programme,
            col(RunBatch.period) == batch.period,
            col(RunBatch.batch) == batch.number,
        )
    ).one()
    row.counts = (BatchCounts.from_json(row.counts) + counts).to_json()


def _open_cases(session: Session, gathered: Gathered, plan: BatchPlan) -> CaseIds:
    """Insert the new cases in their first stage; return the id of every case."""
    new = [each for each in plan.cases if each.is_new]
    rows = [
        new_case(
            each.programme,
            each.programme.stage(each.case.stage),
            enterprise_id=each.case.enterprise_id,
            on=gathered.on,
        )
        | {"cycle": each.case.cycle, "round": each.case.round}
        for each in new
    ]
    inserted = insert_new(session, Case, rows, returning=("enterprise_id", "cycle", "round", "id"))
    if len(inserted) != len(new):
        raise StaleWorkError
    known = {each.case.key: each.case.id for each in plan.cases if each.case.id is not None}
    return known | {(enterprise, cycle, round_): id_ for enterprise, cycle, round_, id_ in inserted}


def _assess(session: Session, gathered: Gathered, plan: BatchPlan, ids: CaseIds) -> None:
    news = [each for each in plan.cases if each.is_news]
    period = gathered.batch.period
    upsert(
        session,
        Assessment,
        [
            {
                "period": period,
                "case_id": ids[each.case.key],
                "on": gathered.on,
                "revision": each.case.revision,
                "verdict": each.assessment.verdict,
                "score_low": each.assessment.score_low,
                "score_high": each.assessment.score_high,
                "findings": each.assessment.findings,
            }
            for each in news
        ],
    )
    fresh = [ids[each.case.key] for each in news if each.case.assessed != period]
    if fresh:
        session.execute(
            update(Case).where(col(Case.id).in_(fresh)).values(assessed=period),
            execution_options={"synchronize_session": False},
        )


def _move(
    session: Session, gathered: Gathered, plan: BatchPlan, ids: CaseIds, now: dt.datetime
) -> dict[tuple[int, int], int]:
    """Move the cases that no person changed meanwhile; return (case, seq) -> transition id."""
    moving = [each for each in plan.cases if each.steps]
    _advance(session, moving, ids, gathered.on)
    rows = [
        {
            "case_id": ids[each.case.key],
            "seq": each.case.version + number,
            "from_stage": step.from_stage,
            "to_stage": step.to_stage,
            "on": gathered.on,
            "actor": gathered.batch.actor,
            "reason": step.reason,
            "evidence": json.dumps(step.evidence, ensure_ascii=False),
            "at": now,
        }
        for each in moving
        for number, step in enumerate(each.steps, start=1)
    ]
    inserted = insert_new(session, Transition, rows, returning=("case_id", "seq", "id"))
    return {(case_id, seq): id_ for case_id, seq, id_ in inserted}


def _advance(
    session: Session, moving: Sequence[CasePlan], ids: CaseIds, entered_on: dt.date
) -> None:
    """Bring cases to where they end up; those that go alike, in one statement."""
    alike: dict[tuple[Stage, int, int], list[int]] = {}
    for each in moving:
        way = (each.programme.stage(each.stage), each.case.version, len(each.steps))
        alike.setdefault(way, []).append(ids[each.case.key])
    for (stage, version, steps), cases in alike.items():
        moved = session.execute(
            update(Case)
            .where(col(Case.id).in_(cases), col(Case.version) == version)
            .values(
                stage=stage.key,
                phase=stage.phase.value,
                final=stage.final.value if stage.final else None,
                version=version + steps,
                entered_on=entered_on,
            ),
            execution_options={"synchronize_session": False},
        )
        if changed_rows(moved) != len(cases):
            raise StaleWorkError


def _review(session: Session, gathered: Gathered, plan: BatchPlan, ids: CaseIds) -> dict[int, int]:
    """Open and retire proposals; return case -> the id of its new review."""
    stale = [each.stale_review.id for each in plan.cases if each.stale_review]
    if stale:
        session.execute(
            update(Review)
            .where(col(Review.id).in_(stale), col(Review.state) == ReviewState.OPEN.value)
            .values(state=ReviewState.SUPERSEDED.value, reason="情况已变化"),
            execution_options={"synchronize_session": False},
        )
    rows = [
        {
            "case_id": ids[each.case.key],
            "stage": each.stage,
            "proposes": proposal.to,
            "summary": proposal.reason,
            "opened_on": gathered.on,
            "state": ReviewState.OPEN.value,
            "decided_by": "",
            "reason": "",
        }
        for each in plan.cases
        if (proposal := each.new_proposal)
    ]
    inserted = insert_new(session, Review, rows, returning=("case_id", "id"))
    if len(inserted) != len(rows):
        raise StaleWorkError  # somebody else proposed it first
    return dict(inserted)
