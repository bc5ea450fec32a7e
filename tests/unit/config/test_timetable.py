"""The timetable file: read whole or not at all, each fault with its key."""

import datetime as dt
import re
from pathlib import Path

import pytest

from config.checks import check_everything
from config.settings import CONFIG_ROOM
from config.timetable import FILE, read_timetable
from policy.timetable import RunKind

AT = "timetable.toml：monthly at："
GOOD = (CONFIG_ROOM / FILE).read_text(encoding="utf-8")


def test_the_shipped_timetable_is_sound() -> None:
    table, problems = read_timetable()

    assert problems == []
    assert table is not None
    assert (table.sweep_at, table.deliver_every) == (dt.time(9), dt.timedelta(minutes=5))
    assert table.titles[RunKind.SWEEP] == "提醒"
    assert (table.digest_on, table.digest_at) == (0, dt.time(8, 45))
    assert table.digest_at <= table.deliver_from  # or the digest waits for the next day's letter


def test_the_offices_own_timetable_wins(tmp_path: Path) -> None:
    own = GOOD.replace("at = 09:00:00", "at = 10:15:00")
    (tmp_path / FILE).write_text(own, encoding="utf-8")

    table, problems = read_timetable(CONFIG_ROOM, tmp_path)

    assert problems == []
    assert table is not None
    assert table.sweep_at == dt.time(10, 15)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param("[sweep]", "[sweeps]", "timetable.toml：sweep：缺少，请补上", id="missing"),
        pytest.param("= 5", "= 0", "timetable.toml：deliver every_minutes：不能小于 1", id="zero"),
        pytest.param("18:00:00", "08:00:00", "timetable.toml：deliver to：应晚于 from", id="order"),
        pytest.param("at = 08", 'at = "', "timetable.toml：第 6 行", id="broken"),
        pytest.param("08:30:00", "830", f"{AT}应为时间，写成 08:30:00 这样", id="a number"),
        pytest.param("08:30:00", '"08:30:00+08:00"', f"{AT}应为时间", id="a text"),
        pytest.param("08:30:00", "2026-03-02T08:30:00", f"{AT}应为时间", id="a moment"),
        pytest.param("= 5", "= true", "timetable.toml：deliver every_minutes：应为整数", id="yes"),
        pytest.param("from =", "first =", "timetable.toml：deliver first：不认识", id="our word"),
        pytest.param("[sweep]", "[sweep]\nday = 0", "timetable.toml：sweep day：不认识", id="more"),
        pytest.param('"monday"', '"sunday"', "timetable.toml：digest weekday：", id="a Sunday"),
        pytest.param('"monday"', "1", "timetable.toml：digest weekday：", id="a weekday's number"),
        pytest.param("02:30:00", "26:30:00", "timetable.toml：第", id="no time of day"),
        pytest.param('"夜间清理"', "7", "timetable.toml：housekeeping title：", id="title"),
        pytest.param('"提醒"', '""', "timetable.toml：sweep title：不能为空", id="no title"),
    ],
)
def test_a_fault_is_named_with_its_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / FILE).write_text(GOOD.replace(old, new), encoding="utf-8")

    table, problems = read_timetable(CONFIG_ROOM, tmp_path)

    assert table is None
    assert any(str(problem).startswith(told) for problem in problems), problems
    assert set(problems) <= set(check_everything(CONFIG_ROOM, tmp_path))  # what staff see


def test_a_backup_runs_by_itself_when_the_timetable_names_it(tmp_path: Path) -> None:
    without = re.sub(r"^\[backup\].*?(?=^\[)", "", GOOD, flags=re.DOTALL | re.MULTILINE)
    for text, at in ((GOOD, dt.time(2)), (without, None)):
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        table, problems = read_timetable(CONFIG_ROOM, tmp_path)

        assert problems == []
        assert table is not None
        assert table.backup_at == at
    assert "[backup]" not in without


def test_a_folder_without_the_file_promises_nothing(tmp_path: Path) -> None:
    assert read_timetable(tmp_path) == (None, [])
