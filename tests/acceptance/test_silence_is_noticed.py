"""What nobody did is noticed and told, and made good as if it had been done in time."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from openpyxl import load_workbook

from casework.mail_names import MAIL
from cli.demonstration import MENDED
from models.secret import Secret
from runtime import clock
from runtime.build import opened, read_settings
from tests.plugins.dump import Dump, differences, done_for_enterprises, dump
from tests.plugins.pages import ask
from tests.plugins.postgres import PostgresServer
from tests.plugins.terminal import Peiyu, Typed

# A Friday in March; ten days later April has begun, and its first workday was slept through.
BEFORE = dt.datetime(2026, 3, 27, 2, tzinfo=dt.UTC)  # ten o'clock in Shanghai
AFTER = dt.datetime(2026, 4, 7, 2, tzinfo=dt.UTC)
OPERATOR = "yunwei"
FIRMS = 12
STAFF = {OPERATOR: "运维", "zhang": "经办", "wang": "股长"}


@pytest.fixture
def county(
    engine: str,
    peiyu: Peiyu,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[str], Path]]:
    """Found counties that were looked after until that Friday, each in a folder of its own."""
    made: list[str] = []

    def found(name: str) -> Path:
        if engine == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            made.append(server.create())
            monkeypatch.setenv("PEIYU_DATABASE", server.url(made[-1]))
        monkeypatch.setattr(clock, "now", lambda: BEFORE)
        _write_roster(Path("名册.xlsx"))
        typed = (
            ("init",),
            ("import", "名册.xlsx", "--apply"),
            *(_staff(login, role) for login, role in STAFF.items()),
            ("up", "--once", "--plain"),
        )
        for words in typed:
            answer = peiyu(*words, "--home", name)
            assert answer.code == 0, answer
            if words == ("init",):  # the same letters need the same names
                _plant(Path(name))
        return Path(name)

    yield found
    for name in made:
        request.getfixturevalue("postgres_server").drop(name)


def _plant(home: Path) -> None:
    with opened(read_settings(home)) as services, services.database.writing() as session:
        session.add(Secret(name=MAIL, value="5e" * 32))


def _write_roster(path: Path) -> None:
    """Write a few of the demonstration's enterprises; the same file for every county."""
    if not path.exists():
        book = load_workbook(MENDED)
        for sheet in book:
            sheet.delete_rows(FIRMS, sheet.max_row)
        book.save(path)


def _staff(login: str, role: str) -> tuple[str, ...]:
    name, email = f"{login}示例", f"{login}@bureau.example"
    return ("staff", "add", login, "--name", name, "--role", role, "--email", email)


def told(home: Path) -> list[str]:
    """Return the subjects and texts of the letters that the operator got."""
    letters = (
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((home / "letters").glob("*.eml"))
    )
    return [
        f"{letter['Subject']}\n{body.get_content()}"
        for letter in letters
        if OPERATOR in str(letter["To"]) and (body := letter.get_body(("plain",)))
    ]


def tables(home: Path) -> Dump:
    with opened(read_settings(home)) as services:
        return done_for_enterprises(dump(services.database), OPERATOR)


def json_of(answer: Typed) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = answer.json
    return found


@pytest.mark.long
@pytest.mark.fault("R19", "R20")
@pytest.mark.long_on("postgresql")
def test_after_ten_days_asleep_the_tables_are_as_if_awake_and_the_operator_was_told(
    county: Callable[[str], Path], peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = county("slept")
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    woken = peiyu("up", "--once", "--plain", "--home", "slept")
    found, letters = tables(slept), told(slept)

    awake = county("awake")
    monkeypatch.setattr(clock, "now", lambda: AFTER)
    for run in ("monthly", "digest", "sweep", "deliver", "housekeeping"):
        assert peiyu("run", run, "--plain", "--home", "awake").code == 0

    assert woken.code == 0, woken
    assert found["deadline"]
    assert found["letter"]
    assert differences(found, tables(awake)) == []
    (letter,) = letters
    # The nightly backup comes after the letters, so that much is still open when they leave.
    assert letter.startswith("【运行告警】上一次备份是 2026-03-27")
    assert "【已恢复】时间表没有人守着，上一次有动静是 2026-03-27" in letter
    assert "2026-04 的月度流程到点没有办完" in letter
    assert "从 2026-03-30 起，5 个工作日的提醒没有做" in letter
    assert told(awake) == []


@pytest.mark.fault("R20")
@pytest.mark.long_on("postgresql")
def test_a_scheduler_that_never_wakes_is_noticed_from_outside(
    county: Callable[[str], Path], peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = county("county")
    well = peiyu("watch", "--home", "county")
    assert ask(home, "/healthz")[0] == 200
    monkeypatch.setattr(clock, "now", lambda: AFTER)

    watched = peiyu("watch", "--home", "county", "--json")
    again = peiyu("watch", "--home", "county", "--json")
    status, health = ask(home, "/healthz")
    doctor = {
        (each["name"], each["level"]): each["hint"]
        for each in json_of(peiyu("doctor", "--home", "county", "--json"))["checks"]
    }
    runs = json_of(peiyu("runs", "--home", "county", "--json"))

    assert well.code == 0, well
    assert (watched.code, again.code) == (1, 1)
    assert [each["kind"] for each in watched.json["troubles"]] == [
        *("timetable", "monthly", "sweep", "backup")
    ]
    assert (len(watched.json["raised"]), watched.json["sent"]) == (4, 1)
    assert (again.json["raised"], again.json["sent"]) == ([], 0)
    assert status == 503
    assert len(json.loads(health)["reasons"]) == 3
    assert doctor["时间表", "bad"] == "peiyu up --home county"
    assert doctor["月度流程", "bad"] == "peiyu run monthly --month 2026-04 --home county"
    assert doctor["提醒", "bad"] == "peiyu run sweep --home county"
    assert len(runs["alarms"]) == 4
    (letter,) = told(home)
    assert letter.startswith("【运行告警】时间表没有人守着")
    assert "请运行：peiyu up" in letter

    assert peiyu("up", "--once", "--plain", "--home", "county").code == 0
    assert peiyu("watch", "--home", "county").code == 0
    assert ask(home, "/healthz")[0] == 200
    assert len(told(home)) == 1, "and nobody is told twice"
