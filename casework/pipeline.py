"""The monthly pipeline: gather one batch, decide it, record it in one transaction."""

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.gather import Batch, gather
from casework.plan import BatchPlan, decide
from casework.record_batch import record
from casework.services import Services
from models.case import ProgrammeVersion
from models.enterprise import Enterprise
from models.ledger import Run, RunState
from models.writes import insert_new

RUN = "月度流程"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """What one batch, or a whole month, did."""

    cases: int = 0
    opened: int = 0
    assessed: int = 0  # assessments that said something new
    moved: int = 0
    reviews: int = 0
    deadlines: int = 0
    superseded: int = 0
    claims: int = 0

    def __add__(self, other: "BatchCounts") -> "BatchCounts":
        names = [each.name for each in fields(self)]
        return BatchCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})


def start_month(services: Services, period: str) -> tuple[Batch, ...]:
    """Note the run, keep the programme versions, and return the batches of the month."""
    programmes = sorted(services.catalogue.programmes)
    with services.database.writing() as session:
        last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
        keep_versions(session, services)
        run = {"kind": "monthly", "slot": period, "state": RunState.RUNNING.value}
        insert_new(session, Run, [run | {"counts": "{}", "started_at": services.now()}])
    size = services.batch_size
    return tuple(
        Batch(
            programme=programme,
            period=period,
            number=number,
            span=(number * size, (number + 1) * size),
            actor=f"{RUN} {period}",
        )
        for programme in programmes
        for number in range(last // size + 1)
    )


def keep_versions(session: Session, services: Services) -> None:
    """Keep today's programme files, so that cases started now keep these rules."""
    catalogue = services.catalogue
    rows = [
        {
            "revision": programme.revision,
            "programme": programme.key,
            "content": catalogue.text_of(programme.key),
            "seen_at": services.now(),
        }
        for programme in catalogue.programmes.values()
    ]
    insert_new(session, ProgrammeVersion, rows)


def run_one(services: Services, *, programme: str, enterprise_id: int, actor: str) -> BatchCounts:
    """Do one enterprise's share of the present month at once, after something happened."""
    today = services.today
    with services.database.writing() as session:
        keep_versions(session, services)
    batch = Batch(
        programme=programme,
        period=f"{today:%Y-%m}",
        number=-enterprise_id,
        span=(enterprise_id, enterprise_id + 1),
        actor=actor,
    )
    return run_batch(services, batch, on=today)


def run_batch(services: Services, batch: Batch, *, on: dt.date) -> BatchCounts:
    """Do one batch of a month. Again, or twice at once, or after a crash: the same rows.

    Gathers and decides without holding a lock; records under the batch's fence, so whoever
    was overtaken gathers again.
    """

    def attempt() -> BatchCounts:
        gathered = gather(services, batch, on=on)
        plan = decide(gathered)
        if plan.is_empty:
            return BatchCounts(cases=len(plan.cases))
        claims = record(services, gathered, plan)
        return _counts(plan, claims)

    return services.database.retrying(attempt)


def finish_month(services: Services, period: str, counts: BatchCounts) -> None:
    """Note what the month's run did; the first finish stands."""
    with services.database.writing() as session:
        run = session.scalars(
            select(Run).where(col(Run.kind) == "monthly", col(Run.slot) == period)
        ).one()
        if run.state != RunState.FINISHED.value:
            run.state = RunState.FINISHED.value
            run.finished_at = services.now()
            run.counts = json.dumps(asdict(counts), sort_keys=True)


def run_month(services: Services, period: str, *, on: dt.date) -> BatchCounts:
    """Do a whole month in this process, without Prefect."""
    total = BatchCounts()
    for batch in start_month(services, period):
        total += run_batch(services, batch, on=on)
    finish_month(services, period, total)
    return total


def _counts(plan: BatchPlan, claims: int) -> BatchCounts:
    opening = plan.deadlines.opening
    return BatchCounts(
        cases=len(plan.cases),
        opened=sum(each.is_new for each in plan.cases),
        assessed=sum(each.is_news for each in plan.cases),
        moved=sum(len(each.steps) for each in plan.cases),
        reviews=sum(each.new_proposal is not None for each in plan.cases),
        deadlines=sum(each.replaces is None for each in opening),
        superseded=sum(each.replaces is not None for each in opening),
        claims=claims,
    )
