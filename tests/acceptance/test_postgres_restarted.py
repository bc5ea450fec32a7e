"""PostgreSQL restarted in the middle of a run, or a COMMIT whose answer was lost: once, as ever."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine, ExceptionContext
from sqlmodel import col

from casework.alarms import open_alarms
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from cli.demo_story import FIRST_RUN
from flows.chores import remind
from models.engine import Database, DatabaseGoneError, make_engine
from models.letter import ItemKind, LetterItem
from notifications.folder import FolderCarrier
from policy.silence import Silence
from runtime.build import opened, read_settings
from runtime.settings_file import write_database
from tests.plugins.county import County
from tests.plugins.cutting_proxy import CuttingProxy
from tests.plugins.dump import Dump, differences, dump
from tests.plugins.house import services_on
from tests.plugins.office import wait_until
from tests.plugins.postgres import PostgresServer

pytestmark = pytest.mark.postgres
on_postgresql = pytest.mark.parametrize("engine", ["postgresql"])
BATCH_SIZE = 40
# The tests' server is fast and may forget its last commits in a crash; a real one does not.
KEEPS_COMMITS = "&options=-c%20synchronous_commit%3Don"
HOUR = dt.timedelta(hours=1)
RUNS: dict[str, Callable[[Services], object]] = {
    "monthly": lambda services: run_month(services, "2026-01", on=FIRST_RUN),
    "sweep": sweep,
    "deliver": deliver,
}
BEFORE = {"monthly": (), "sweep": ("monthly",), "deliver": ("monthly", "sweep")}
# Of each run, what the transactions write whose COMMIT is answered to nobody.
COMMITS = {
    "monthly": ("INSERT INTO run (", "INSERT INTO transition", "'state': 'finished'"),
    "deliver": ("INSERT INTO run (", "transmitting", "'sent'"),
}


@on_postgresql
@pytest.mark.parametrize("what", RUNS)
@pytest.mark.long_on("deliver-", "sweep-")
def test_restarted_in_the_middle_of_a_run_the_tables_end_equal_to_one_clean_run(
    a_county: County, postgres_server: PostgresServer, tmp_path: Path, what: str
) -> None:
    _ran(a_county.first, tmp_path / "before", *BEFORE[what])
    clean, steps = _counted(a_county.copy(), tmp_path / "clean", what)
    url, folder = a_county.copy(), tmp_path / "restarted"
    services = _services(url, folder)
    missing: list[bool] = []

    def crash() -> None:
        missing.append(bool(differences(clean, _tables(url))))
        postgres_server.crash_and_start()

    middles = [steps // 4, steps // 2, steps * 3 // 4]
    with _broken(services) as broken, _halted_at(services, middles, crash):
        RUNS[what](services)
    services.database.close()

    assert missing == [True, True, True], "each crash came before the run was over"
    assert len(broken) == len(middles), "and broke a statement of it"
    assert differences(clean, _ran(url, folder, what)) == []
    assert _names(folder) == _names(tmp_path / "clean")


@pytest.mark.long_on("deliver-")
@on_postgresql
@pytest.mark.parametrize("what", COMMITS)
@pytest.mark.fault("R14")
def test_a_commit_whose_answer_was_lost_is_not_done_twice(
    a_county: County, postgres_server: PostgresServer, tmp_path: Path, what: str
) -> None:
    _ran(a_county.first, tmp_path / "before", *BEFORE[what])
    clean, _ = _counted(a_county.copy(), tmp_path / "clean", what)
    url, folder = a_county.copy(), tmp_path / "cut"
    name = str(make_engine(url).url.database)
    with (
        tempfile.TemporaryDirectory(prefix="cut-") as short,
        CuttingProxy(postgres_server.folder, Path(short)) as proxy,
    ):
        services = _services(proxy.url(name), folder)
        left = list(COMMITS[what])

        def cut(*given: Any) -> None:
            if left and left[0] in f"{given[2]} {given[3]}":
                left.pop(0)
                proxy.cut_next()

        event.listen(services.database.engine, "before_cursor_execute", cut)
        RUNS[what](services)
        services.database.close()
        cuts = proxy.cuts

    assert (left, cuts) == ([], len(COMMITS[what]))
    assert differences(_told(clean), _told(_ran(url, folder, what))) == []
    assert _names(folder) == _names(tmp_path / "clean")


def test_a_server_that_stays_away_is_not_waited_for_without_end(postgres_url: str) -> None:
    away = make_engine(postgres_url.replace("host=", "host=/nowhere"))
    database = Database(away, patience=0.2)

    with pytest.raises(DatabaseGoneError, match="数据库断开了"), database.reading():
        pass
    database.close()


@on_postgresql
def test_a_server_that_starts_later_is_waited_for(
    a_county: County, postgres_server: PostgresServer
) -> None:
    services = services_on(a_county.first, today=FIRST_RUN)
    with _broken(services) as broken, ThreadPoolExecutor(1) as aside:
        postgres_server.crash()
        try:
            asked = aside.submit(sweep, services)
            wait_until(lambda: len(broken) > 2)
            waits = not asked.done()
        finally:
            postgres_server.start()
        did = asked.result(60)
    services.database.close()

    assert waits, "it tried more than once, and gave no answer while nobody was there"
    assert did.days > 0


@on_postgresql
def test_whoever_keeps_the_program_is_told_that_the_server_was_away(
    a_county: County, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    write_database(tmp_path / "peiyu.toml", a_county.first)
    once = iter([postgres_server.crash_and_start])

    def crash(*given: Any) -> None:
        if "INSERT INTO run (" in given[2] and (restart := next(once, None)):
            restart()

    event.listen(Engine, "before_cursor_execute", crash)
    try:
        remind(str(tmp_path), FIRST_RUN.isoformat())
    finally:
        event.remove(Engine, "before_cursor_execute", crash)

    assert next(once, None) is None
    with opened(read_settings(tmp_path)) as services:
        (alarm,) = open_alarms(services)
        with services.database.reading() as session:
            told = session.scalars(select(LetterItem).where(col(LetterItem.alarm_id) == alarm.id))
            assert [item.kind for item in told] == [ItemKind.ALARM.value]
    assert alarm.kind == Silence.DATABASE.value


def _services(url: str, folder: Path) -> Services:
    services = services_on(
        url + KEEPS_COMMITS, today=FIRST_RUN, open_carrier=lambda: FolderCarrier(folder)
    )
    return replace(services, batch_size=BATCH_SIZE)


def _ran(url: str, folder: Path, *what: str) -> Dump:
    """Run it to the end, an hour later: leases have ended; return what the tables say."""
    services = _services(url, folder)
    later = services.now() + HOUR
    services = replace(services, now=lambda: later)
    for each in what:
        RUNS[each](services)
    found = dump(services.database)
    services.database.close()
    return found


def _tables(url: str) -> Dump:
    """Return what the tables say at this moment."""
    database = Database(make_engine(url))
    found = dump(database)
    database.close()
    return found


def _counted(url: str, folder: Path, what: str) -> tuple[Dump, int]:
    """Run it undisturbed; return what the tables say, and how many statements it took."""
    services = _services(url, folder)
    steps = count()
    event.listen(services.database.engine, "before_cursor_execute", lambda *_: next(steps))
    RUNS[what](services)
    services.database.close()
    return _ran(url, folder), next(steps)


@contextmanager
def _broken(services: Services) -> Iterator[list[str]]:
    """Hear of each line to the server that broke, or could not be had."""
    broken: list[str] = []

    def heard(context: ExceptionContext) -> None:
        broken.append(str(context.original_exception))

    for line in (services.database.reading, services.database.writing):
        with line():  # with its first line each comes to its dialect (tests/plugins/one_dialect)
            pass
    event.listen(services.database.engine, "handle_error", heard)
    yield broken
    event.remove(services.database.engine, "handle_error", heard)


class _halted_at:  # noqa: N801 - reads as a word
    """Do something before each of these statements."""

    def __init__(self, services: Services, steps: list[int], halt: Callable[[], object]) -> None:
        self._engine, self._steps, self._halt = services.database.engine, steps, halt
        self._numbers: Iterator[int] = count()

    def __enter__(self) -> None:
        event.listen(self._engine, "before_cursor_execute", self._step)

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._step)

    def _step(self, *_: Any) -> None:
        if next(self._numbers) in self._steps:
            self._halt()


def _told(found: Dump) -> Dump:
    """Leave out how often a letter was begun: the first beginning was lost with its answer."""
    how = {"reason", "attempts", "may_repeat"}
    letters = sorted(tuple(pair for pair in row if pair[0] not in how) for row in found["letter"])
    batches = sorted(tuple(p for p in row if p[0] != "version") for row in found["run_batch"])
    return found | {"letter": letters, "run_batch": batches}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.eml"))
