"""A process that is told to stop, or that sleeps past its time, while a letter is on its way."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from cli.errors import Code
from policy.obligation import Lost
from tests.house.tree import ROOT
from tests.plugins.crash_points import Runner, runner
from tests.plugins.house import HouseMaker
from tests.plugins.office import wait_until
from tests.plugins.outbox import (
    D30,
    address_of,
    copies,
    home_of,
    letters,
    letters_wait,
    sent_through,
    states,
)
from tests.plugins.smtp_sink import TAKE_AND_WAIT, Script, Sink

PROMISED = 30  # seconds until a process that is told to end is gone
HELD_UP = Script(body=(TAKE_AND_WAIT, "250 taken"))


@pytest.fixture(scope="module")
def sleeper() -> Iterator[Runner]:
    with runner() as running:
        yield running


@pytest.mark.fault("R06")
@pytest.mark.parametrize(
    ("signals", "code"),
    [
        pytest.param([signal.SIGTERM], -signal.SIGTERM, id="SIGTERM"),
        pytest.param([signal.SIGINT] * 2, Code.INTERRUPTED, id="SIGINT twice"),
    ],
)
def test_told_to_stop_while_a_letter_is_on_its_way_it_ends_and_the_letter_is_not_lost(
    a_house: HouseMaker, tmp_path: Path, signals: list[signal.Signals], code: int
) -> None:
    county = letters_wait(a_house(today=D30))
    county.database.close()
    with Sink(HELD_UP, late_seconds=2 * PROMISED) as sink:
        home = home_of(county, tmp_path / "home", sink.port)
        typed = ["run", "deliver", "--plain", "--on", D30.isoformat(), "--home", str(home)]
        running = subprocess.Popen(
            [sys.executable, "-m", "cli", *typed],
            cwd=ROOT,
            env={**os.environ, "PYTHONUTF8": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        wait_until(lambda: sink.accepted or running.poll() is not None)
        for sent in signals:
            running.send_signal(sent)
        _, wrong = running.communicate(timeout=PROMISED)
    shutil.copyfile(home / "peiyu.db", str(make_url(address_of(county)).database))
    if (wal := home / "peiyu.db-wal").exists():
        shutil.copyfile(wal, f"{make_url(address_of(county)).database}-wal")
    stopped = states(county)

    assert running.returncode == code, wrong.decode()
    assert stopped == ["transmitting", "queued", "queued"]
    with Sink() as well:
        sent_through(county, well, minutes=400 * 24 * 60)  # its lease was of the real day
    (first, *others) = letters(county)
    assert states(county) == ["sent"] * 3
    assert (first.may_repeat, (copies(sink) + copies(well))[first.message_id]) == (True, 2)
    assert {copies(well)[each.message_id] for each in others} == {1}


@pytest.mark.fault("R10")
@pytest.mark.parametrize(
    ("engine", "lost"),
    [
        ("sqlite", Lost.RESEND),
        ("sqlite", Lost.HOLD),
        pytest.param("postgresql", Lost.RESEND, marks=pytest.mark.postgres),
    ],
)
def test_a_process_that_slept_past_its_lease_writes_nothing_when_it_wakes(
    a_house: HouseMaker, engine: str, sleeper: Runner, lost: Lost
) -> None:
    county = letters_wait(a_house(engine, today=D30), lost=lost)
    order = {"url": address_of(county), "what": "deliver", "day": D30.isoformat(), "at": 0}
    with (
        Sink(HELD_UP, late_seconds=0.5) as sink,
        Sink() as other,
        ThreadPoolExecutor(1) as meanwhile,
    ):
        told = {"lost": lost.value, "hours": 0, "port": sink.port}
        ended = meanwhile.submit(lambda: sleeper.run(**order, **told))
        wait_until(lambda: sink.accepted, every=0.02)
        sleeper.signal(signal.SIGSTOP)
        overtaken = sent_through(county, other, minutes=20)
        before = [dict(letter) for letter in letters(county)]
        sleeper.signal(signal.SIGCONT)
        assert ended.result(60) > 0, "it woke and ended well"
        after = [dict(letter) for letter in letters(county)]

    assert before == after
    assert (overtaken.sent, overtaken.held) == ((3, 0) if lost is Lost.RESEND else (2, 1))
    first, *_ = letters(county)
    both = copies(sink) + copies(other)
    assert both[first.message_id] == (2 if lost is Lost.RESEND else 1)
    assert sorted(both.values())[:2] == [1, 1]
    assert states(county).count("sent") == overtaken.sent
