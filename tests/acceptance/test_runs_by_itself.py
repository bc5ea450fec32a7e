"""`peiyu up`: asleep for ten days, two of them at once, killed in the middle of a month.

In each case the tables end equal to those of one clean run.
"""

import datetime as dt
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from casework.alarms import open_alarms
from casework.deliver import deliver
from casework.digest import digest
from casework.housekeeping import Cellar, tidy
from casework.pipeline import run_month
from casework.remind import sweep
from casework.runs_page import list_runs
from casework.services import Services
from cli.demo_story import FIRST_RUN
from cli.errors import Code
from flows.seat import Seat
from flows.timetable import Keeper
from models.engine import make_engine
from models.enterprise import Person, Role
from runtime import clock
from runtime.build import opened, read_settings
from tests.plugins import kept
from tests.plugins.county import County, keep_the_first
from tests.plugins.dump import Dump, differences, done_for_enterprises, dump
from tests.plugins.house import ZONE
from tests.plugins.office import wait_until
from tests.plugins.pages import read
from tests.plugins.terminal import Peiyu

TEN = dt.time(10)
MORNING = dt.datetime.combine(FIRST_RUN, TEN, tzinfo=ZONE)
FIRMS = 24
OPERATOR = "yunwei"
Home = Callable[[str], Path]
HOUR = dt.timedelta(hours=1)
PROMISED = 30  # seconds from SIGTERM to the end
ASLEEP = dt.date(2026, 1, 26)
AWAKE = dt.date(2026, 2, 5)  # ten days later, in another month
# What tells of the processes and not of the work.
_OF_PROCESSES = {"lease", "heartbeat", "alarm"}
_OF_A_RUN = {"kind", "slot", "state", "counts"}


@pytest.fixture
def a_home(a_county: County, tmp_path: Path) -> Callable[[str], Path]:
    """Make data folders with the first enterprises of the county, cut into small batches."""
    engine = make_engine(a_county.first)
    with Session(engine) as session:
        session.add(  # alarms have a reader of their own: they come into nobody else's letter
            Person(
                key=f"staff/{OPERATOR}",
                role=Role.OPERATOR.value,
                name="示例运维",
                email=f"{OPERATOR}@bureau.example",
            )
        )
        session.commit()
    engine.dispose()
    keep_the_first(a_county.first, FIRMS)

    def make(name: str) -> Path:
        (tmp_path / name).mkdir()
        text = f"batch_size = 8\ndatabase = {json.dumps(a_county.copy())}\n"
        (tmp_path / name / "peiyu.toml").write_text(text, encoding="utf-8")
        return tmp_path / name

    return make


def _tables(home: Path) -> Dump:
    with opened(read_settings(home)) as services:
        found = done_for_enterprises(dump(services.database), OPERATOR)
    runs = [tuple(pair for pair in row if pair[0] in _OF_A_RUN) for row in found["run"]]
    batches = [tuple(pair for pair in row if pair[0] != "worker") for row in found["run_batch"]]
    rest = {table: rows for table, rows in found.items() if table not in _OF_PROCESSES}
    return rest | {"run": sorted(runs), "run_batch": sorted(batches)}


def _files(home: Path) -> list[str]:
    """Return the letters to everybody but whoever keeps the program running."""
    letters = (home / "letters").glob("*.eml")
    return sorted(path.name for path in letters if OPERATOR.encode() not in path.read_bytes())


def _look(home: Path, day: dt.date, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the keeper of a data folder look once, at ten in the morning."""
    moment = dt.datetime.combine(day, TEN, tzinfo=ZONE)
    troubles: list[Exception] = []
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: moment)
        keeper = Keeper(
            seat=Seat(home=home, holder="甲机"),
            told=lambda _, said: troubles.append(said) if isinstance(said, Exception) else None,
            plain=True,
        )
        assert keeper.seat.take() is None
        keeper.look()
        keeper.seat.leave()
    assert troubles == []


def _by_hand(home: Path, day: dt.date, monkeypatch: pytest.MonkeyPatch, *months: str) -> None:
    """Do once, without any timetable, what is due on a day."""
    settings = read_settings(home)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: dt.datetime.combine(day, TEN, tzinfo=ZONE))
        with opened(settings) as services:
            for month in months:
                run_month(services, month, on=day)
            _rest(services, Cellar(home=home, letters=settings.letters_folder, keep=settings.keep))


def _rest(services: Services, cellar: Cellar) -> None:
    digest(services)
    sweep(services)
    deliver(services)
    tidy(services, cellar)


@pytest.mark.fault("R19")
@pytest.mark.long_on("postgresql")
def test_ten_days_asleep_end_equal_to_one_clean_run(
    a_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept, clean = a_home("slept"), a_home("clean")
    for day in (FIRST_RUN, ASLEEP, AWAKE):
        _look(slept, day, monkeypatch)
    _by_hand(clean, FIRST_RUN, monkeypatch, "2026-01")
    _by_hand(clean, ASLEEP, monkeypatch)
    _by_hand(clean, AWAKE, monkeypatch, "2026-02")

    found = _tables(slept)
    assert differences(_tables(clean), found) == []
    assert _files(slept) == _files(clean) != []
    done = [(dict(row)["kind"], dict(row)["slot"]) for row in found["run"]]
    assert ("monthly", "2026-02") in done
    assert [slot for kind, slot in done if kind == "digest"] == ["2026-W02", "2026-W05", "2026-W06"]
    assert [slot for kind, slot in done if kind == "housekeeping"] == [
        *("2026-01-05", "2026-01-26", "2026-02-05")
    ]


@pytest.mark.long
def test_asleep_or_awake_the_cases_and_their_dates_are_the_same(
    a_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept, awake = a_home("slept"), a_home("awake")
    _look(slept, ASLEEP, monkeypatch)
    _look(slept, AWAKE, monkeypatch)
    for days in range((AWAKE - ASLEEP).days + 1):
        _look(awake, ASLEEP + dt.timedelta(days=days), monkeypatch)

    one, other = _tables(slept), _tables(awake)
    same = ("case", "transition", "review", "assessment", "deadline")
    on_the_day = {"on", "entered_on", "opened_on"}  # February began on the 5th, and on the 2nd
    for table in same:
        trimmed = [
            {table: sorted(_without(row, on_the_day) for row in found[table])}
            for found in (one, other)
        ]
        assert differences(*trimmed) == []
    a_day = [(dict(row)["person_id"], dict(row)["send_on"]) for row in one["letter"]]
    assert len(a_day) == len(set(a_day))


def _ended(running: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    said, wrong = running.communicate()
    return subprocess.CompletedProcess(running.args, running.returncode, said, wrong)


def _without(row: tuple[tuple[str, str], ...], names: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in row if pair[0] not in names)


def _alarms(home: Path) -> list[str]:
    with opened(read_settings(home)) as services:
        return [alarm.sentence for alarm in open_alarms(services)]


@pytest.mark.long
def test_two_at_once_end_equal_to_one(a_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, crowded = a_home("alone"), a_home("crowded")
    _by_hand(alone, FIRST_RUN, monkeypatch, "2026-01")
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    seat = Seat(home=crowded, holder="甲机")
    assert seat.take() is None
    both = [kept.started(crowded, MORNING, "--wait") for _ in range(2)]
    waiting = [each.stdout.readline() for each in both if each.stdout]
    refused = _ended(kept.started(crowded, MORNING))
    told = _alarms(crowded)
    seat.leave()
    ends = [_ended(each) for each in both]

    assert all(said.startswith("时间表已由 甲机 守着") for said in waiting), waiting
    assert refused.returncode == Code.CANNOT_RUN
    assert "时间表已由 甲机 守着" in refused.stderr
    (second,) = told  # whoever keeps the program hears of the one that was refused, and who has it
    assert re.fullmatch(r".*（进程 \d+） 也要守时间表，没有让它守；仍由 甲机 守着.*", second)
    assert [each.returncode for each in ends] == [Code.FINE, Code.FINE], ends
    # Each got the seat, one after the other; the second found nothing left to do.
    assert sorted("现在没有该办的" in each.stdout for each in ends) == [False, True]
    assert sorted("月度流程" in each.stdout for each in ends) == [False, True]
    assert differences(_tables(alone), _tables(crowded)) == []
    assert _files(alone) == _files(crowded) != []


@pytest.mark.long
@pytest.mark.long_on("sqlite")
def test_killed_in_the_middle_of_the_month_and_up_again_it_ends_equal_to_one_clean_run(
    a_home: Home, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean, killed = a_home("clean"), a_home("killed")
    _by_hand(clean, FIRST_RUN, monkeypatch, "2026-01")
    dies = _ended(kept.started(killed, MORNING, dies_in=3))
    assert dies.returncode == -signal.SIGKILL, dies.stderr
    half = _tables(killed)
    monkeypatch.setattr(clock, "now", lambda: MORNING + HOUR / 2)
    watched = peiyu("watch", "--home", str(killed), "--json")
    again = _ended(kept.started(killed, MORNING + HOUR))
    assert again.returncode == Code.FINE, again.stderr

    whole = _tables(clean)
    assert 0 < len(half["case"]) < len(whole["case"])
    assert [dict(row)["state"] for row in half["run"]] == ["running"]
    assert watched.code == Code.PROBLEMS
    assert [
        each["hint"]
        for each in watched.json["troubles"]
        if each["sentence"] == "2026-01 的月度流程中途停了，没有办完"
    ] == ["peiyu run monthly --month 2026-01"]
    (told,) = _told(killed)
    assert "2026-01 的月度流程中途停了，没有办完" in told
    assert "请运行：peiyu run monthly --month 2026-01" in told
    assert peiyu("runs", "--home", str(killed), "--json").json["alarms"] == []
    assert differences(whole, _tables(killed)) == []
    assert _files(killed) == _files(clean) != []


_LONG = [pytest.mark.postgres, pytest.mark.long]


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        pytest.param("sqlite", ("--plain",), id="sqlite-plain", marks=pytest.mark.long),
        pytest.param("postgresql", ("--plain",), id="postgresql-plain", marks=_LONG),
        pytest.param("postgresql", (), id="postgresql-under-prefect", marks=_LONG),
    ],
)
def test_pages_and_timetable_in_one_process_end_well_in_the_middle_of_a_month(
    a_home: Home, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    clean, stopped = a_home("clean"), a_home("stopped")
    for home in (clean, stopped):  # smaller batches: there is a middle
        settings = (home / "peiyu.toml").read_text(encoding="utf-8")
        small = settings.replace("batch_size = 8", "batch_size = 2")
        (home / "peiyu.toml").write_text(small, encoding="utf-8")
    _by_hand(clean, FIRST_RUN, monkeypatch, "2026-01")
    running = kept.keeping(stopped, MORNING, "--port", "0", *words)
    assert running.stdout is not None
    pages = re.findall(r"http://\S+?/healthz", running.stdout.readline())
    pages.append(pages[0].replace("/healthz", "/metrics"))
    wait_until(lambda: _in_the_middle(stopped), every=0.02)
    (green, health), (_, figures) = map(read, pages)
    running.terminate()
    told_at = time.monotonic()
    end = _ended(running)
    took = time.monotonic() - told_at
    half = _in_the_middle(stopped)

    assert (green, json.loads(health)["ok"]) == (200, True)
    assert 'peiyu_heartbeat_age_seconds{name="timetable"} 0' in figures
    assert end.returncode == Code.FINE, end.stderr
    assert "正在停止" in end.stderr
    assert took < PROMISED
    said_so = "没有办完" in end.stderr
    assert said_so or not half
    # Under Prefect the last words of its own may be cut off when ours are written down.
    assert half or not said_so or not words
    assert _ended(kept.started(stopped, MORNING + HOUR)).returncode == Code.FINE
    assert differences(_tables(clean), _tables(stopped)) == []
    assert _files(clean) == _files(stopped) != []


def _in_the_middle(home: Path) -> bool:
    """Say whether some batches of the month are done and others are not."""
    with opened(read_settings(home)) as services:
        months = list_runs(services, kind="monthly")
    return any(0 < month.done < month.pieces for month in months)


def _told(home: Path) -> list[str]:
    """Return what the operator was written."""
    letters = [path.read_bytes() for path in sorted((home / "letters").glob("*.eml"))]
    parsed = [message_from_bytes(each, policy=policy.default) for each in letters]
    return [
        str(body.get_content())
        for each in parsed
        if OPERATOR in str(each["To"]) and (body := each.get_body(("plain",)))
    ]
