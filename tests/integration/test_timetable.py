"""`peiyu up`: what is due is done, once, by a process that ends when it is told to."""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from casework.alarms import open_alarms
from casework.counts import BatchCounts
from casework.deliver import DeliveryReport
from casework.digest import DigestReport
from casework.due_now import done_so_far
from casework.housekeeping import HousekeepingReport
from casework.remind import SweepReport
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff
from cli.errors import Code
from config.settings import CONFIG_ROOM
from config.timetable import FILE
from flows import local, server, timetable, work
from flows.chores import BackupReport
from flows.local import Report
from flows.look import look
from flows.patience import Patience
from flows.seat import Seat
from flows.timetable import Keeper
from models.enterprise import Role
from models.ledger import CalendarOverride
from models.writes import insert_new
from policy.timetable import Done, RunKind
from runtime import clock
from runtime.build import CannotRunError, create, opened, read_settings
from tests.house.tree import ROOT
from tests.plugins.office import wait_until

PROMISED = 30  # seconds from a signal to the end
MORNING = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # ten o'clock in Shanghai, a Monday


@pytest.fixture
def home(tmp_path: Path, empty_sqlite: Path) -> Path:
    """An empty county whose month is due on any real day: its first day is declared a workday."""
    folder = tmp_path / "county"
    folder.mkdir()
    shutil.copyfile(empty_sqlite, folder / "peiyu.db")
    create(read_settings(folder))
    own = (CONFIG_ROOM / FILE).read_text(encoding="utf-8").replace("08:30:00", "00:00:00")
    (folder / "config").mkdir()
    (folder / "config" / FILE).write_text(own, encoding="utf-8")
    today = clock.now().date()
    firsts = {day.replace(day=1) for day in (today, today + dt.timedelta(days=2))}
    rows = [
        {"day": day, "working": True, "reason": "示例", "by": "示例", "at": MORNING}
        for day in sorted(firsts)
    ]
    with opened(read_settings(folder)) as services, services.database.writing() as session:
        insert_new(session, CalendarOverride, rows)
    return folder


Heard = list[tuple[RunKind | None, Report | Exception]]


def _months_done(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Return which monthly runs one look does, and on which days they act."""
    did: list[dict[str, str]] = []
    good = local._PLAIN["monthly"]

    def noted(folder: str, **when: str) -> Report:
        did.append(when)
        return good(folder, **when)

    with monkeypatch.context() as patched:
        patched.setitem(local._PLAIN, "monthly", noted)
        keeper, _ = _keeper(home)
        assert keeper.seat.take() is None
        keeper.look()
        keeper.seat.leave()
    return did


def _keeper(home: Path) -> tuple[Keeper, Heard]:
    heard: Heard = []
    seat = Seat(home=home, holder="甲机")
    keeper = Keeper(seat=seat, told=lambda kind, said: heard.append((kind, said)), plain=True)
    return keeper, heard


def test_what_is_due_is_done_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    keeper, heard = _keeper(home)
    assert keeper.seat.take() is None
    keeper.look()
    keeper.look()
    keeper.seat.leave()
    other, heard_too = _keeper(home)
    assert other.seat.take() is None
    other.look()

    assert [type(said) for _, said in heard] == [
        *(BatchCounts, DigestReport, SweepReport, BackupReport, HousekeepingReport)
    ]
    assert heard_too == []


def test_once_does_what_is_due_and_hears_when_it_is_told_to_stop(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    keeper, heard = _keeper(home)
    assert keeper.seat.take() is None

    def told(kind: RunKind | None, said: Report | Exception) -> None:
        heard.append((kind, said))
        keeper.stop.set()

    keeper.told = told
    assert keeper.once()
    assert [kind for kind, _ in heard] == [RunKind.MONTHLY]
    keeper.stop.clear()
    keeper.told = lambda kind, said: heard.append((kind, said))
    assert keeper.once()
    assert len(heard) == 5


def test_a_run_that_fails_is_told_and_tried_again_after_a_while(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    good = local._PLAIN["monthly"]

    def bad(*_: object, **__: object) -> Report:
        raise ZeroDivisionError("示例故障")

    keeper, heard = _keeper(home)
    seconds = [0.0]
    keeper.patience = Patience(clock=lambda: seconds[0])
    keeper.seat.take()
    monkeypatch.setitem(local._PLAIN, "monthly", bad)
    keeper.look()
    monkeypatch.setitem(local._PLAIN, "monthly", good)
    keeper.look()
    too_early = len(heard)
    seconds[0] += 20
    keeper.look()

    assert too_early == 5
    assert [kind for kind, _ in heard] == [
        *(RunKind.MONTHLY, RunKind.DIGEST, RunKind.SWEEP, RunKind.BACKUP, RunKind.HOUSEKEEPING),
        RunKind.MONTHLY,
    ]
    assert isinstance(heard[0][1], ZeroDivisionError)
    assert isinstance(heard[-1][1], BatchCounts)


def test_a_delivery_that_takes_all_day_keeps_nothing_waiting_and_ends_when_the_day_closes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [MORNING + dt.timedelta(hours=7, minutes=53)]  # seven minutes before the office closes
    monkeypatch.setattr(clock, "now", lambda: now[0])
    monkeypatch.setattr(timetable, "watch", lambda *_: None)
    ends: list[str] = []

    def slow(_: str, *, on: str, until: str) -> Report:
        now[0] = dt.datetime.fromisoformat(until)
        ends.append(f"{now[0]:%H:%M}")
        return DeliveryReport()

    monkeypatch.setitem(local._PLAIN, "deliver", slow)
    keeper, heard = _keeper(home)
    keeper.seat.take()
    monkeypatch.setattr(timetable, "done_so_far", _letters_wait)
    keeper.look()

    assert [kind for kind, _ in heard if kind is not None][-4:] == [
        *(RunKind.DELIVER, RunKind.BACKUP, RunKind.DELIVER, RunKind.HOUSEKEEPING)
    ]
    assert ends == ["17:58", "18:00"]


def _letters_wait(services: Services, **looked_at: dt.datetime | None) -> Done:
    """Return what was done, and that letters wait whatever was sent."""
    return replace(done_so_far(services, **looked_at), letters_wait=True)


def test_on_many_machines_what_failed_a_moment_ago_is_let_alone_whoever_looks(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [MORNING]
    tried: list[dt.datetime] = []
    good = local._PLAIN["backup"]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    monkeypatch.setattr(timetable, "run_locally", _plainly)

    def bad(folder: str, **when: str) -> Report:
        tried.append(now[0])
        with monkeypatch.context() as patched:
            patched.setattr("flows.chores.make_backup", _full)
            return good(folder, **when)

    monkeypatch.setitem(local._PLAIN, "backup", bad)
    for minutes in range(0, 40, 5):
        now[0] = MORNING + dt.timedelta(minutes=minutes)
        with suppress(OSError):
            look(home)

    assert tried == [MORNING, MORNING + dt.timedelta(minutes=30)]


def _plainly(home: Path, which: local.Which, *, by: str, notice: object, **when: str) -> Report:
    return local.run_plainly(home, which, by=by, **when)


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_month_that_was_cut_off_is_finished_on_its_last_day(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    work.begin_month(str(home), "2026-02", "2026-02-27")

    assert _months_done(home, monkeypatch) == [
        {"on": "2026-03-02", "month": "2026-03"},
        {"on": "2026-02-28", "month": "2026-02"},
    ]


def test_the_last_month_is_made_up_for_if_nobody_began_it_and_only_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    local.run_plainly(home, "monthly", month="2025-12", on="2025-12-01")

    assert _months_done(home, monkeypatch) == [
        {"on": "2026-03-02", "month": "2026-03"},
        {"on": "2026-02-28", "month": "2026-02"},
    ]
    assert _months_done(home, monkeypatch) == []


@pytest.mark.fault("R10")
def test_whoever_was_overtaken_in_its_sleep_does_nothing_more(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    keeper, heard = _keeper(home)
    assert keeper.seat.take() is None
    monkeypatch.setattr(clock, "now", lambda: MORNING + dt.timedelta(hours=1))
    assert Seat(home=home, holder="乙机").take() is None

    assert keeper.keep()
    assert keeper.lost
    assert heard == []


@pytest.mark.fault("R22")
def test_a_prefect_that_is_away_stops_nothing_and_the_operator_is_told(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    monkeypatch.setattr(server, "_PROGRAM", tmp_path / "no such program.py")
    monkeypatch.setattr(local, "_servers", [])
    with opened(read_settings(home)) as services:
        new = NewStaff(login="yun", name="示例", role=Role.OPERATOR, email="yun@bureau.example")
        add_staff(services, new, by=Actor(name="示例"))
    keeper, heard = _keeper(home)
    keeper.plain = False
    assert keeper.seat.take() is None
    keeper.look()

    assert [kind for kind, _ in heard] == list(RunKind)
    assert open_alarms_of(home) == []
    (letter,) = (home / "letters").glob("*.eml")
    assert "运行记录暂时不能保存" in _text(letter)


def open_alarms_of(home: Path) -> list[str]:
    with opened(read_settings(home)) as services:
        return [alarm.key for alarm in open_alarms(services)]


def _text(letter: Path) -> str:
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def test_trouble_around_the_runs_is_told_and_survived(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    monkeypatch.setattr(timetable, "_EVERY", 0.1)
    own = home / "config" / FILE
    good = own.read_text(encoding="utf-8")
    keeper, heard = _keeper(home)
    keeper.seat.take()
    own.write_text("[monthly", encoding="utf-8")

    def told(kind: RunKind | None, said: Report | Exception) -> None:
        heard.append((kind, said))
        own.write_text(good, encoding="utf-8")
        if kind is RunKind.SWEEP:
            keeper.stop.set()

    keeper.told = told
    assert keeper.keep()
    assert [kind for kind, _ in heard] == [*(None, RunKind.MONTHLY, RunKind.DIGEST, RunKind.SWEEP)]
    assert isinstance(heard[0][1], CannotRunError)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.long_on("SIGINT")  # one handler hears both: see the second signal below
@pytest.mark.fault("R06")
def test_it_does_what_was_missed_and_ends_well_when_told_to(
    home: Path, end: signal.Signals
) -> None:
    running = _up(home)
    _wait_for(home, running, "monthly")
    running.send_signal(end)
    said, wrong = running.communicate(timeout=PROMISED)
    again = subprocess.run(
        _typed(home, "--once"), cwd=ROOT, env=SURROUNDINGS, check=False, capture_output=True
    )

    assert running.returncode == 0, wrong
    assert "已停止" in said
    assert "月度流程" in said
    assert again.returncode == 0, again.stderr  # the seat was given back


def test_a_second_one_says_who_is_there_and_one_that_waits_takes_over_after_a_kill(
    home: Path,
) -> None:
    first = _up(home)
    _wait_for(home, first, "monthly")
    second = subprocess.run(
        _typed(home), cwd=ROOT, env=SURROUNDINGS, check=False, capture_output=True, text=True
    )
    third = _up(home, "--wait")
    assert third.stdout is not None
    waiting = third.stdout.readline()
    first.kill()
    first.communicate(timeout=PROMISED)
    # A long sentence may be broken into lines before the plan begins.
    plan = next((line for line in third.stdout if line.startswith("时间表（")), "")
    third.terminate()
    said, wrong = third.communicate(timeout=PROMISED)

    assert second.returncode == 3, second.stdout
    assert f"（进程 {first.pid}）" in second.stderr
    assert f"（进程 {first.pid}）" in waiting
    assert plan
    assert third.returncode == 0, wrong
    assert "已停止" in said
    assert _finished(home) == sorted(set(_finished(home)))


def test_one_that_waits_ends_well_when_told_to(home: Path) -> None:
    seat = Seat(home=home, holder="甲机")
    assert seat.take() is None
    waits = _up(home, "--wait")
    assert waits.stdout is not None
    assert "甲机" in waits.stdout.readline()
    waits.terminate()
    said, wrong = waits.communicate(timeout=PROMISED)

    assert waits.returncode == 0, wrong
    assert "已停止" in said
    assert _finished(home) == []


_STUBBORN = """
import threading, time
from cli.up import _stop_on_signal
_stop_on_signal(threading.Event())
print("ready", flush=True)
while True:
    time.sleep(0.1)
"""


@pytest.mark.fault("R06")
def test_a_second_signal_ends_at_once_what_does_not_end_by_itself() -> None:
    stubborn = subprocess.Popen(
        [sys.executable, "-c", _STUBBORN],
        cwd=ROOT,
        env=SURROUNDINGS,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert stubborn.stdout is not None
    assert stubborn.stderr is not None
    assert stubborn.stdout.readline() == "ready\n"
    stubborn.send_signal(signal.SIGINT)
    first = stubborn.stderr.readline()
    stubborn.send_signal(signal.SIGTERM)
    _, then = stubborn.communicate(timeout=PROMISED)

    assert "正在停止" in first
    assert "没有办完" in then
    assert stubborn.returncode == Code.INTERRUPTED


SURROUNDINGS = {**os.environ, "PYTHONUTF8": "1", "PEIYU_LEASE_SECONDS": "6"}


def _typed(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "cli", "up", "--plain", "--home", str(home), *words]


def _up(home: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        _typed(home, *words),
        cwd=ROOT,
        env=SURROUNDINGS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(home: Path, running: "subprocess.Popen[str]", kind: str) -> None:
    """Wait until a run of this kind has finished; the process must still be alive."""
    wait_until(lambda: running.poll() is not None or kind in _finished(home))
    assert running.poll() is None, running.communicate()


def _finished(home: Path) -> Sequence[str]:
    engine = create_engine(f"sqlite:///{home / 'peiyu.db'}")
    with engine.connect() as connection:
        rows = connection.scalars(
            text("SELECT kind FROM run WHERE state = 'finished' ORDER BY kind")
        ).all()
    engine.dispose()
    return rows
