"""Several machines on one PostgreSQL: a month over them equals one clean month, whoever dies."""

import datetime as dt
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from casework.heartbeat import sign_of
from casework.import_roster import ImportReport, apply
from casework.services import Services
from cli.demo_story import CLERK, register_staff
from cli.demonstration import MENDED
from config.settings import CONFIG_ROOM, load_settings
from exchange.roster import read_roster
from flows import local
from models.ledger import CalendarOverride, Heartbeat, Lease, Run, RunBatch
from models.writes import insert_new
from runtime.build import create, opened, read_settings
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.office import Office, an_office, kill_all, wait_until
from tests.plugins.postgres import PostgresServer

DAY, MONTH = "2026-01-05", "2026-01"
BATCH_SIZE = 20
LEASE = 4  # seconds
_MIDNIGHT = "at = 00:00:00"

pytestmark = [pytest.mark.long, pytest.mark.postgres]


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The demonstration's county in an office of several machines, and its one clean month."""

    office: Office
    home: Path
    clean: Dump


@pytest.fixture
def county(postgres_server: PostgresServer, tmp_path: Path) -> Iterator[County]:
    original, alone = postgres_server.create(), tmp_path / "alone"
    _found(postgres_server.url(original), tmp_path / "first")
    database = postgres_server.create(like=original)
    _settle(alone, postgres_server.url(original))
    local.run_plainly(alone, "monthly", month=MONTH, on=DAY)
    with an_office(tmp_path) as office:
        home = office.home(
            postgres_server.url(database), batch_size=BATCH_SIZE, lease_seconds=LEASE
        )
        office.deploy(home)
        yield County(office=office, home=home, clean=_dump(alone))
    for name in (original, database):
        postgres_server.drop(name)


def _settle(home: Path, database: str) -> None:
    home.mkdir()
    settings = f'database = "{database}"\nbatch_size = {BATCH_SIZE}\n'
    (home / "peiyu.toml").write_text(settings, encoding="utf-8")
    create(load_settings(home))


def _found(database: str, home: Path) -> None:
    _settle(home, database)
    with opened(read_settings(home)) as services:
        report = apply(services.on(dt.date.fromisoformat(DAY)), read_roster(MENDED), by=CLERK)
        assert isinstance(report, ImportReport), report
        register_staff(services)


def _dump(home: Path) -> Dump:
    with opened(read_settings(home)) as services:
        return dump(services.database)


def _finished(services: Services, month: str = MONTH) -> bool:
    with services.database.reading() as session:
        run = session.scalars(select(Run).where(col(Run.slot) == month)).first()
        return run is not None and run.state == "finished"


def _in_hand(services: Services) -> list[str]:
    """Return who has a batch in hand, first who had one first: that is who began the month."""
    with services.database.reading() as session:
        rows = session.scalars(
            select(col(Lease.holder))
            .where(col(Lease.name).startswith(f"month {MONTH}"), col(Lease.until) > services.now())
            .order_by(col(Lease.since))
        )
        return list(rows)


def _due_on_any_day(services: Services) -> dt.date:
    """Declare the first day of this month a workday, whatever day this test is run on."""
    now = services.now().astimezone(services.zone)
    first = now.date().replace(day=1)
    row = {"day": first, "working": True, "reason": "示例", "by": "示例", "at": now}
    with services.database.writing() as session:
        insert_new(session, CalendarOverride, [row])
    return first


@contextmanager
def _nothing_recorded(services: Services) -> Iterator[None]:
    """Hold up every batch before it can record what it decided."""
    with services.database.engine.begin() as connection:
        connection.execute(text("LOCK TABLE run_batch IN SHARE MODE"))
        yield


@pytest.mark.parametrize("workers", [2, 3])
def test_a_month_over_several_workers_is_one_clean_month_and_each_batch_is_done_once(
    county: County, workers: int
) -> None:
    county.office.work(county.home, workers)
    with opened(read_settings(county.home)) as services:
        with _nothing_recorded(services):  # so small a month is over before a helper has started
            county.office.start_month(MONTH, DAY)
            wait_until(lambda: len(_in_hand(services)) == workers)
        wait_until(lambda: _finished(services))
        with services.database.reading() as session:
            batches = session.scalars(select(RunBatch)).all()
            run = session.scalars(select(Run)).one()

    assert not differences(_dump(county.home), county.clean)
    assert len(batches) == run.pieces > 20
    assert {each.version for each in batches} <= {0, 1}
    assert all(each.done_at for each in batches)
    assert len({each.worker for each in batches}) == workers


@pytest.mark.parametrize("who", [pytest.param(0, id="who began"), pytest.param(1, id="a helper")])
@pytest.mark.fault("R21")
def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing(county: County, who: int) -> None:
    county.office.work(county.home, 2)
    with opened(read_settings(county.home)) as services:
        with _nothing_recorded(services):
            county.office.start_month(MONTH, DAY)
            both = wait_until(lambda: len(found := _in_hand(services)) == 2 and found)
            kill_all(county.office.worker_of(int(both[who].rpartition(":")[2])))
        if who == 0:
            county.office.start_month(MONTH, DAY)  # as the next alarm does
        wait_until(lambda: _finished(services))

    assert not differences(_dump(county.home), county.clean)


@pytest.mark.fault("R22")
def test_without_the_prefect_server_the_month_ends_and_that_is_said(county: County) -> None:
    county.office.work(county.home, 1)
    with opened(read_settings(county.home)) as services:
        with _nothing_recorded(services):
            typed = county.office.type(county.home, "run", "monthly", "--month", MONTH, "--on", DAY)
            wait_until(lambda: len(_in_hand(services)) == 2)
            kill_all(county.office.server)
        assert typed.wait(180) == 0
        assert _finished(services)

    assert not differences(_dump(county.home), county.clean)
    said = next(county.office.folder.glob("run-monthly*.log")).read_text(encoding="utf-8")
    assert "运行记录暂时不能保存，已改为直接办理，结果相同" in said


def test_an_alarm_makes_a_worker_do_what_is_due_and_sigterm_ends_it(county: County) -> None:
    own = county.home / "config"
    own.mkdir()
    often = (CONFIG_ROOM / "timetable.toml").read_text(encoding="utf-8")
    often = re.sub("every_minutes = .*", "every_minutes = 1", re.sub("at = .*", _MIDNIGHT, often))
    (own / "timetable.toml").write_text(often, encoding="utf-8")
    with opened(read_settings(county.home)) as services:
        month = f"{_due_on_any_day(services):%Y-%m}"
        county.office.deploy(county.home, silent=False)
        county.office.work(county.home, 1)
        wait_until(lambda: _finished(services, month), 180)
        with services.database.reading() as session:
            row = session.get_one(Heartbeat, "worker")
        assert row.detail
        assert sign_of(row, services.zone).is_fresh(services.now())
    (worker,) = county.office.workers
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(60) == 0
