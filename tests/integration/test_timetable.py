"""`peiyu up`: what is due is done, once, by a process that ends when it is told to."""

import datetime as dt
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from casework.counts import BatchCounts
from casework.remind import SweepReport
from config.settings import CONFIG_ROOM
from config.timetable import FILE
from flows import local
from flows.local import Report
from flows.timetable import Keeper
from models.ledger import CalendarOverride
from models.writes import insert_new
from policy.timetable import RunKind
from runtime import clock
from runtime.build import create, opened, read_settings
from tests.house.tree import ROOT

MORNING = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # ten o'clock in Shanghai, a Monday


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty county whose month is due on any real day: its first day is declared a workday."""
    folder = tmp_path / "county"
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


def _keeper(home: Path) -> tuple[Keeper, list[tuple[RunKind, Report | Exception]]]:
    heard: list[tuple[RunKind, Report | Exception]] = []
    keeper = Keeper(home=home, told=lambda kind, said: heard.append((kind, said)), plain=True)
    return keeper, heard


def test_what_is_due_is_done_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    keeper, heard = _keeper(home)
    keeper.look()
    keeper.look()
    other, heard_too = _keeper(home)
    other.look()

    assert [type(said) for _, said in heard] == [BatchCounts, SweepReport]
    assert heard_too == []


def test_a_run_that_fails_is_told_and_due_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    good = local._PLAIN["monthly"]

    def bad(*_: object, **__: object) -> Report:
        raise ZeroDivisionError("示例故障")

    keeper, heard = _keeper(home)
    monkeypatch.setitem(local._PLAIN, "monthly", bad)
    keeper.look()
    monkeypatch.setitem(local._PLAIN, "monthly", good)
    keeper.look()

    assert [kind.value for kind, _ in heard] == ["monthly", "sweep", "monthly"]
    assert isinstance(heard[0][1], ZeroDivisionError)
    assert isinstance(heard[2][1], BatchCounts)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_it_does_what_was_missed_and_ends_well_when_told_to(
    home: Path, end: signal.Signals
) -> None:
    running = _up(home)
    _wait_for(home, running, "monthly")
    running.send_signal(end)
    said, wrong = running.communicate(timeout=60)

    assert running.returncode == 0, wrong
    assert "已停止" in said
    assert "月度流程" in said


def test_after_a_kill_another_one_goes_on(home: Path) -> None:
    first = _up(home)
    _wait_for(home, first, "monthly")
    first.kill()
    first.communicate(timeout=60)

    done = subprocess.run(
        [sys.executable, "-m", "cli", "up", "--once", "--plain", "--home", str(home)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert len(_finished(home)) == len(set(_finished(home)))


def _up(home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--plain", "--home", str(home)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(home: Path, running: "subprocess.Popen[str]", kind: str) -> None:
    """Wait until a run of this kind has finished; the process must still be alive."""
    while running.poll() is None and kind not in _finished(home):
        try:
            running.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            continue
    assert running.poll() is None, running.communicate()


def _finished(home: Path) -> Sequence[str]:
    engine = create_engine(f"sqlite:///{home / 'peiyu.db'}")
    with engine.connect() as connection:
        rows = connection.scalars(text("SELECT kind FROM run WHERE state = 'finished'")).all()
    engine.dispose()
    return rows
