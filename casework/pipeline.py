"""The monthly pipeline: gather one batch, decide it, record it in one transaction."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.counts import BatchCounts, total
from casework.gather import Batch, gather
from casework.plan import decide
from casework.record_batch import record
from casework.services import Services
from models.case import Case, ProgrammeVersion
from models.enterprise import Enterprise
from models.ledger import Run, RunBatch, RunState
from models.writes import insert_new

RUN = "月度流程"
MONTHLY = "monthly"


def start_month(services: Services, period: str) -> tuple[Batch, ...]:
    """Note the run, keep the programme versions, and return the batches of the month."""
    programmes = sorted(services.catalogue.programmes)
    with services.database.writing() as session:
        last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
        keep_versions(session, services)
        run = {"kind": MONTHLY, "slot": period, "state": RunState.RUNNING.value}
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


def look_again(services: Services, case_id: int) -> None:
    """Judge a case by what is known now, and propose, or propose no longer, what follows."""
    with services.database.reading() as session:
        case = session.get(Case, case_id)
    if case is not None and case.final is None:
        actor = f"{RUN} {services.today:%Y-%m}"
        run_one(services, programme=case.programme, enterprise_id=case.enterprise_id, actor=actor)


def run_batch(services: Services, batch: Batch, *, on: dt.date) -> BatchCounts:
    """Do one batch of a month. Again, or twice at once, or after a crash: the same rows.

    Gathers and decides without holding a lock; records under the batch's fence, so whoever
    was overtaken gathers again.
    """

    def attempt() -> BatchCounts:
        gathered = gather(services, batch, on=on)
        plan = decide(gathered)
        if plan.is_empty:
            return BatchCounts()
        return record(services, gathered, plan)

    return services.database.retrying(attempt)


def finish_month(services: Services, period: str) -> BatchCounts:
    """Note that the month is done; return what was done in it, by however many runs."""
    with services.database.writing() as session:
        batches = session.scalars(
            select(col(RunBatch.counts)).where(
                col(RunBatch.period) == period, col(RunBatch.batch) >= 0
            )
        )
        done = total(map(BatchCounts.from_json, batches))
        run = session.scalars(
            select(Run).where(col(Run.kind) == MONTHLY, col(Run.slot) == period)
        ).one()
        run.counts = done.to_json()
        if run.state != RunState.FINISHED.value:
            run.state = RunState.FINISHED.value
            run.finished_at = services.now()
        return done


def run_month(services: Services, period: str, *, on: dt.date) -> BatchCounts:
    """Do a whole month in this process; return what this very run did."""
    did = total(run_batch(services, batch, on=on) for batch in start_month(services, period))
    finish_month(services, period)
    return did
