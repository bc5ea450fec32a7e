"""One month over one, two and three workers: `python -m benchmarks.workers --size 100000`.

Real processes on one PostgreSQL and one Prefect server, started and killed here. The time is that
of the run in our tables: from its beginning to its end, without the start of the first process.
"""

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlmodel import col

from benchmarks.county import FIRST, found
from models.ledger import Run, RunBatch, RunState
from runtime.build import opened, read_settings
from tests.plugins.office import an_office, kill_all, wait_until
from tests.plugins.postgres import PostgresServer, running

_MONTH = f"{FIRST:%Y-%m}"
_LONGEST = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What one run took, and how many batches each process did."""

    seconds: float
    batches: tuple[int, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    options = _options(arguments)
    with ExitStack() as stack:
        postgres = stack.enter_context(running())
        county = postgres.create()
        found(postgres.url(county), options.size)
        print(f"{options.size} 家企业，开头一月，{os.cpu_count()} 核（数据库也在其中）", flush=True)
        took: dict[int, list[Took]] = {number: [] for number in options.workers}
        for _ in range(options.repeats):
            for number in options.workers:  # they take turns: a busy minute hits all
                took[number].append(_measured(postgres, county, number, options.batch_size))
                print(f"  {number} 个：{took[number][-1]}", flush=True)
    alone = median(each.seconds for each in took[options.workers[0]])
    for number, runs in took.items():
        seconds = median(each.seconds for each in runs)
        print(f"{number} 个：{seconds:.1f} 秒，快 {alone / seconds:.2f} 倍")
    return 0


def _measured(postgres: PostgresServer, county: str, number: int, batch_size: int) -> Took:
    database = postgres.create(like=county)
    with tempfile.TemporaryDirectory() as folder, an_office(Path(folder)) as office:
        home = office.home(postgres.url(database), batch_size=batch_size)
        office.deploy(home)
        office.work(home, number)
        office.start_month(_MONTH, FIRST.isoformat())
        took = wait_until(lambda: _took(home), _LONGEST, 2)
        for worker in office.workers:
            kill_all(worker)
    postgres.drop(database)
    return took


def _took(home: Path) -> Took | None:
    with opened(read_settings(home)) as services, services.database.reading() as session:
        run = session.scalars(select(Run).where(col(Run.slot) == _MONTH)).first()
        if run is None or run.finished_at is None or run.state != RunState.FINISHED.value:
            return None
        workers = Counter(session.scalars(select(col(RunBatch.worker))))
        seconds = (run.finished_at - run.started_at).total_seconds()
        return Took(seconds=seconds, batches=tuple(sorted(workers.values())))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers")
    parser.add_argument("--size", type=int, default=100_000, help="enterprises")
    parser.add_argument("--batch-size", type=int, default=10_000, help="enterprises in a batch")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3], help="how many")
    parser.add_argument("--repeats", type=int, default=1, help="times each runs")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
