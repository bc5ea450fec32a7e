"""The monthly pipeline: gather one batch, decide it, record it in one transaction."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import marks, runs
from casework.counts import BatchCounts, total
from casework.gather import Batch, Gathered, gather
from casework.monthly_digest import tell_leaders
from casework.plan import decide
from casework.record_batch import record
from casework.services import Services
from models.case import Case, ProgrammeVersion
from models.enterprise import Enterprise
from models.ledger import RunBatch
from models.span import Span
from models.tallies import fold
from models.writes import insert_new

RUN = "月度流程"


def start_month(services: Services, period: str) -> tuple[Batch, ...]:
    """Note the run, keep the programme versions, and return the batches still to be done."""
    with services.database.writing() as session:
        last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
        keep_versions(session, services)
        pieces = len(services.catalogue.programmes) * (last // services.batch_size + 1)
        marks.begin_run(session, services, period, pieces=pieces)
    return left_of(services, period)


def left_of(services: Services, period: str) -> tuple[Batch, ...]:
    """Return the batches that nobody has done yet in the month's run, if it goes on.

    None when another program or other files began it: what they mean is theirs to do.
    """
    with services.database.reading() as session:
        run = marks.going_on(session, period)
        if run is None or run.program != services.program:
            return ()
        done = marks.done_of(session, period)
    size, programmes = services.batch_size, sorted(services.catalogue.programmes)
    return tuple(
        Batch(
            programme=programme,
            period=period,
            number=number,
            span=Span(number * size, (number + 1) * size),
            actor=f"{RUN} {period}",
            begun=run.started_at,
        )
        for programme in programmes
        for number in range(run.pieces // len(programmes))
        if (programme, number) not in done
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
    return run_some(services, programme=programme, enterprises=[enterprise_id], actor=actor)


def run_some(
    services: Services, *, programme: str, enterprises: Collection[int], actor: str
) -> BatchCounts:
    """Do the same for some enterprises: together they take little longer than one.

    Of a programme whose file is gone nothing follows any more.
    """
    today = services.today
    if programme not in services.catalogue.programmes:
        return BatchCounts()
    with services.database.writing() as session:
        keep_versions(session, services)
    batch = Batch(
        programme=programme,
        period=f"{today:%Y-%m}",
        number=-min(enterprises),
        span=Span.of(enterprises),
        actor=actor,
    )
    return run_batch(services, batch, on=today)


def look_again(services: Services, cases: Collection[int]) -> None:
    """Judge cases by what is known now, and propose, or propose no longer, what follows."""
    with services.database.reading() as session:
        going_on = session.execute(
            select(col(Case.programme), col(Case.enterprise_id)).where(
                col(Case.id).in_(cases), col(Case.final).is_(None)
            )
        ).tuples()
        concerned = by_programme(going_on)
    for programme, enterprises in concerned.items():
        actor = f"{RUN} {services.today:%Y-%m}"
        run_some(services, programme=programme, enterprises=enterprises, actor=actor)


def by_programme(pairs: Iterable[tuple[str, int]]) -> Mapping[str, frozenset[int]]:
    """Return programme -> its enterprises, of such pairs."""
    found: dict[str, set[int]] = {}
    for programme, enterprise in pairs:
        found.setdefault(programme, set()).add(enterprise)
    return {programme: frozenset(each) for programme, each in found.items()}


def run_batch(services: Services, batch: Batch, *, on: dt.date) -> BatchCounts:
    """Do one batch of a month. Again, or twice at once, or after a crash: the same rows.

    Gathers and decides without holding a lock; records under the batch's fence, so whoever
    was overtaken gathers again. What somebody has done in the same run is not done again.
    """

    def attempt() -> BatchCounts:
        with services.database.reading() as session:
            if marks.is_done(session, batch):
                return BatchCounts()
        gathered = gather(services, batch, on=on)
        plan = decide(gathered)
        return _nothing(services, gathered) if plan.is_empty else record(services, gathered, plan)

    return services.database.retrying(attempt)


def _nothing(services: Services, gathered: Gathered) -> BatchCounts:
    """Note that a batch of a run is done, though nothing was to be written."""
    batch = gathered.batch
    if batch.begun is not None:
        with services.database.writing() as session:
            marks.mark_empty(
                session, batch, gathered.fence, now=services.now(), worker=services.process
            )
    return BatchCounts()


def finish_month(services: Services, period: str, *, on: dt.date | None = None) -> BatchCounts:
    """Note that the month is done, if it is; return what was done in it, by whatever runs.

    The leaders are told how the month before was, in the same transaction.
    """
    with services.database.writing() as session:
        done = counted(session, period)
        if marks.end_run(session, period, now=services.now(), counts=done.to_json()):
            tell_leaders(session, services, on or services.today)
            fold(session.connection())
        return done


def counted(session: Session, period: str) -> BatchCounts:
    """Return what was done in a month so far, by however many runs."""
    counts = select(col(RunBatch.counts)).where(
        col(RunBatch.period) == period, col(RunBatch.batch) >= 0
    )
    return total(map(BatchCounts.from_json, session.scalars(counts)))


def run_month(services: Services, period: str, *, on: dt.date) -> BatchCounts:
    """Do a whole month in this process; return what this very run did."""
    retrying = services.database.retrying
    batches = retrying(lambda: start_month(services, period))
    did = BatchCounts()
    with runs.failure_noted(services, runs.begun_month(services, period)):
        for batch in batches:
            did += run_batch(services, batch, on=on)
            runs.beat(services, runs.MONTHLY, period)
        retrying(lambda: finish_month(services, period, on=on))
    return did
