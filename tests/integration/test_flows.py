"""The flows under a real Prefect: they do what the plain runs do, and leave nothing behind."""

import asyncio
import datetime as dt
import gc
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from casework.alarms import open_alarms
from config.settings import PrefectPart, Settings
from flows import local, server
from flows.server import OwnServer
from runtime import clock
from runtime.build import CannotRunError, create, opened, read_settings
from tests.plugins.county import keep_the_first
from tests.plugins.dump import differences, dump
from tests.plugins.watched_run import started

DAY = "2026-01-05"
MONTH = "2026-01"
FIRMS = 40


# Prefect asks its server where results go with a client that it never closes; our flows keep
# none, and a client of theirs can not be handed in.
pytestmark = pytest.mark.filterwarnings(
    r"ignore:unclosed <socket\.socket .*raddr=\(.127\.0\.0\.1.:ResourceWarning"
)


@pytest.fixture(autouse=True)
def _no_socket_stays() -> Iterator[None]:
    yield
    gc.collect()  # here, where the filter above holds


@pytest.fixture(scope="module")
def small_county(tmp_path_factory: pytest.TempPathFactory, founded_sqlite: Path) -> Path:
    """The first of the demonstration's enterprises: what is asked here is asked of each batch."""
    path = tmp_path_factory.mktemp("small") / "county.db"
    shutil.copyfile(founded_sqlite, path)
    keep_the_first(f"sqlite:///{path}", FIRMS)
    return path


@pytest.fixture
def a_home(
    tmp_path: Path, small_county: Path, prefect_was_in: Callable[[Path], object]
) -> Callable[[str], Path]:
    """Make data folders with these enterprises, cut into small batches."""

    def make(name: str) -> Path:
        home = tmp_path / name
        home.mkdir()
        shutil.copyfile(small_county, home / "peiyu.db")
        create(Settings(home=home))
        prefect_was_in(home)
        settings_file = home / "peiyu.toml"
        text = settings_file.read_text(encoding="utf-8")
        settings_file.write_text(f"batch_size = {FIRMS // 4}\n" + text, encoding="utf-8")
        return home

    return make


def _say_nothing(sentence: str) -> None:
    pytest.fail(sentence)


def _spring(home: Path, run: Callable[..., Any]) -> list[Any]:
    """Run a month and a day of everything; return the reports."""
    return [
        run(home, "monthly", month=MONTH, on=DAY),
        run(home, "digest", on=DAY),
        run(home, "sweep", on=DAY),
        run(home, "deliver", on=DAY),
        replace(run(home, "housekeeping", on=DAY), freed_bytes=0),
    ]


def _dump(home: Path) -> Any:
    with opened(read_settings(home)) as services:
        return dump(services.database)


def _wait_until(true: Callable[[], Any], seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


def test_flows_do_what_plain_runs_do(a_home: Callable[[str], Path]) -> None:
    from prefect.client.orchestration import SyncPrefectClient

    flowing, plain = a_home("flowing"), a_home("plain")

    under_prefect = _spring(
        flowing, lambda *a, **k: local.run_locally(*a, notice=_say_nothing, **k)
    )
    directly = _spring(plain, local.run_plainly)

    assert under_prefect == directly
    assert under_prefect[0].moved > 0
    assert under_prefect[3].sent == len(list((flowing / "letters").glob("*.eml"))) > 0
    assert not differences(_dump(flowing), _dump(plain))
    with SyncPrefectClient(api=local.shared_server(flowing).api_url()) as client:
        assert f"month-{MONTH}" in {each.key for each in client.read_artifacts()}


def test_what_ran_and_how_can_be_read_afterwards(a_home: Callable[[str], Path]) -> None:
    home = a_home("home")
    local.run_locally(home, "sweep", on=DAY, notice=_say_nothing)
    address = local.shared_server(home).api_url()

    assert _wait_until(lambda: _ended(address, "daily-sweep"))


def test_the_watch_says_what_is_silent_raises_it_and_its_run_can_be_read_afterwards(
    a_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, later = a_home("home"), clock.now() + dt.timedelta(days=40)  # and nobody did anything
    monkeypatch.setattr(clock, "now", lambda: later)
    with local._prefect(home):
        from flows.watching import watch_over

        said = asyncio.run(watch_over(str(home)))
    with opened(read_settings(home)) as services:
        raised = [alarm.sentence for alarm in open_alarms(services)]
    address = local.shared_server(home).api_url()

    assert said[0].startswith("时间表没有人守着，还从来没有人守过")
    assert sorted(raised) == sorted(said)
    assert _wait_until(lambda: _ended(address, "watch"))


def _ended(address: str, flow: str) -> bool:
    """Say whether all runs of a flow ended well; tasks are reported a moment after their run."""
    runs = asyncio.run(_read(address, flow))
    return runs != [] and all(states == {"COMPLETED"} for states in runs)


async def _read(address: str, flow: str) -> list[set[str]]:
    """Return, for each run of a flow, the states of the run and its tasks."""
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    found = []
    async with PrefectClient(api=address) as client:
        named = FlowFilter(name=FlowFilterName(any_=[flow]))
        for run in await client.read_flow_runs(flow_filter=named):
            tasks = [task for task in await client.read_task_runs() if task.flow_run_id == run.id]
            states = [each.state.type.value for each in (run, *tasks) if each.state]
            found.append({*states, *(() if tasks else ("NO TASK",))})
    return found


def test_what_prefect_recorded_long_ago_is_forgotten_and_the_rest_stays(
    a_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import chores

    home = a_home("home")

    def tidy(**how: str) -> int:
        return local.run_locally(home, "housekeeping", on=DAY, notice=_say_nothing, **how).history

    assert tidy() == 0  # of the last hour: nothing is old
    local.run_locally(home, "sweep", on=DAY, notice=_say_nothing)
    long_ago = clock.now()
    monkeypatch.setattr(chores, "forget_before", lambda _: long_ago)
    counted = tidy(dry_run="yes")

    assert counted >= 2  # the two above, and what this server recorded for other tests
    assert tidy() == counted
    assert tidy() == 0


def test_whoever_looks_hears_of_every_batch(a_home: Callable[[str], Path]) -> None:
    home, heard = a_home("home"), []

    local.run_plainly(
        home, "monthly", progress=lambda *each: heard.append(each), month=MONTH, on=DAY
    )

    batches = heard[-1][1]
    assert batches > 4
    assert heard == [(done, batches) for done in range(1, batches + 1)]


def test_what_keeps_a_run_from_starting_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(CannotRunError, match="peiyu init"):
        local.run_locally(tmp_path / "none", "sweep", on=DAY)

    assert not (tmp_path / "none").exists()


def test_a_failure_of_the_work_itself_is_no_failure_of_prefect(
    a_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import chores
    from flows.daily_sweep import remind

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(remind, "retries", 0)
    monkeypatch.setattr(chores, "remind", broken)

    with pytest.raises(ZeroDivisionError):
        local.run_locally(a_home("home"), "sweep", on=DAY, notice=_say_nothing)


@pytest.mark.fault("R22")
def test_without_a_server_the_work_is_done_all_the_same(
    a_home: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, said = a_home("home"), []
    monkeypatch.setattr(server, "_PROGRAM", tmp_path / "no such program.py")
    monkeypatch.setattr(local, "_servers", [])

    report = local.run_locally(home, "monthly", notice=said.append, month=MONTH, on=DAY)

    assert report.moved > 0
    assert said == ["运行记录暂时不能保存，已改为直接办理，结果相同"]


@pytest.mark.fault("R22")
def test_a_server_that_dies_in_the_middle_stops_nothing(
    a_home: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, plain, said = a_home("home"), a_home("plain"), []

    patient = server.environment

    def impatient(folder: Path, office: PrefectPart) -> dict[str, str]:
        return patient(folder, office) | {"PREFECT_CLIENT_MAX_RETRIES": "0"}

    def kill_once(done: int, _of: int) -> None:
        if done == 2 and not said:
            os.kill(local.shared_server(home).pid, signal.SIGKILL)

    monkeypatch.setattr(server, "environment", impatient)
    local.run_locally(home, "monthly", progress=kill_once, notice=said.append, month=MONTH, on=DAY)
    local.run_plainly(plain, "monthly", month=MONTH, on=DAY)

    assert len(said) == 1
    assert not differences(_dump(home), _dump(plain))


@pytest.mark.long
@pytest.mark.fault("R21")
def test_a_killed_run_told_nobody_outside_and_its_server_ends_and_starts_anew(
    a_home: Callable[[str], Path], tmp_path: Path
) -> None:
    home = a_home("home")

    with started(home, tmp_path / "watch") as (run, its_server, watch):
        run.send_signal(signal.SIGKILL)
        run.wait()

    assert _wait_until(lambda: not _runs(its_server))
    seen = [line.split(" ", 2) for line in watch.read_text(encoding="utf-8").splitlines()]
    assert {host for _, _, host in seen} <= {"127.0.0.1", "::1", "localhost"}
    assert {str(run.pid), str(its_server)} <= {pid for pid, _, _ in seen}
    planned, alive = asyncio.run(_scheduled(home))
    assert planned > 0
    assert alive > 0, "Prefect took the dead run for alive, and was told that it had finished"
    assert local.run_plainly(home, "monthly", month=MONTH, on=DAY).moved > 0


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")


async def _scheduled(home: Path) -> tuple[int, int]:
    """Give a flow a schedule; return how many runs the server plans, and how many it declared.

    What it took for alive is declared finished first.
    """
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.actions import DeploymentScheduleCreate
    from prefect.client.schemas.schedules import CronSchedule

    own = OwnServer(home, schedules=True)
    every_morning = CronSchedule(cron="30 8 * * mon-fri", timezone="Asia/Shanghai")
    try:
        async with PrefectClient(api=own.api_url()) as client:
            alive = await _declare_finished(client)
            flow = await client.create_flow_from_name("daily-sweep")
            await client.create_deployment(
                flow,
                "every-morning",
                schedules=[DeploymentScheduleCreate(schedule=every_morning, active=True)],
            )
            end = time.monotonic() + 60
            while time.monotonic() < end:
                planned = [
                    run
                    for run in await client.read_flow_runs()
                    if run.deployment_id and run.state and run.state.is_scheduled()
                ]
                if planned:
                    return len(planned), alive
                await asyncio.sleep(0.2)
            return 0, alive
    finally:
        own.stop()


async def _declare_finished(client: Any) -> int:
    """Tell the server that every run that it takes for alive has finished; return how many."""
    from prefect.states import Completed

    runs = [run for run in await client.read_flow_runs() if run.state and run.state.is_running()]
    for run in runs:
        await client.set_flow_run_state(run.id, Completed(), force=True)
    return len(runs)
