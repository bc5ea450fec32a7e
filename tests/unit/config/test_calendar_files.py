import datetime as dt
import tomllib
from pathlib import Path

import pytest

from config.calendar_files import load_calendar, read_year

SHIPPED = Path(__file__).parents[3] / "config" / "calendars"

SOUND = """\
year = 2026
status = "gazetted"
title = "示例通知"
source = "示例来源"
work = [2026-05-09]

[[holiday]]
name = "劳动节"
from = 2026-05-01
to = 2026-05-05
"""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def problems_of(tmp_path: Path, text: str, name: str = "2026.toml") -> list[str]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    year, problems = read_year(tmp_path / name)
    assert (year is None) == bool(problems)
    return problems


def month_counts(year: int) -> list[int]:
    calendar, _ = load_calendar(SHIPPED)
    firsts = [dt.date(year, month, 1) for month in range(1, 13)] + [dt.date(year + 1, 1, 1)]
    lasts = [first - dt.timedelta(days=1) for first in firsts[1:]]
    return [
        calendar.workdays_between(first, last)
        for first, last in zip(firsts[:-1], lasts, strict=True)
    ]


@pytest.mark.parametrize(
    ("year", "total", "by_month"),
    [
        (2024, 251, [22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22]),
        (2025, 248, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23]),
        (2026, 248, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23]),
    ],
)
def test_the_shipped_years_have_the_workdays_that_were_arranged(
    year: int, total: int, by_month: list[int]
) -> None:
    assert month_counts(year) == by_month
    assert sum(by_month) == total


def test_the_shipped_files_are_sound_and_say_where_they_come_from() -> None:
    calendar, problems = load_calendar(SHIPPED)

    assert problems == []
    assert calendar.gazetted == {2024, 2025, 2026}
    for path in SHIPPED.glob("202[456].toml"):
        assert tomllib.loads(path.read_text(encoding="utf-8"))["document"].startswith(
            "国办发明电〔"
        )


def test_the_year_without_a_list_has_only_its_statutory_days() -> None:
    year, _ = read_year(SHIPPED / "2027.toml")

    assert year is not None
    assert (year.status, year.work) == ("provisional", ())
    assert sum(len(each.days) for each in year.holiday) == 13


def test_holidays_have_names_on_weekends_too() -> None:
    calendar, _ = load_calendar(SHIPPED)

    assert calendar.why_off(day("2026-05-02")) == "劳动节"
    assert day("2026-05-02") not in calendar.off  # a weekend anyway
    assert list(calendar.names) == sorted(calendar.names)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    assert problems_of(tmp_path, SOUND) == []


def test_a_file_saved_by_windows_notepad_is_read(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "\ufeff" + SOUND.replace("\n", "\r\n")) == []


def test_a_holiday_may_begin_in_the_december_before(tmp_path: Path) -> None:
    text = SOUND.replace("from = 2026-05-01", "from = 2025-12-31").replace(
        "to = 2026-05-05", "to = 2026-01-02"
    )

    assert problems_of(tmp_path, text) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "[2026-05-09]",
            "[2026-05-11]",
            "2026.toml：调休上班（work）第 1 项 2026-05-11（周一）不是周末，"
            "调休上班日只能是周六或周日，请核对通知原文",
        ),
        (
            "to = 2026-05-05",
            "to = 2026-04-05",
            "2026.toml：放假（holiday）第 1 项“劳动节” 的 to = 2026-04-05 早于 "
            "from = 2026-05-01，请核对起止日期",
        ),
        (
            "from = 2026-05-01",
            "from = 2025-05-01",
            "2026.toml：放假（holiday）第 1 项“劳动节” 的 from = 2025-05-01 不在 2026 年，"
            "请核对年份",
        ),
        (
            "[2026-05-09]",
            "[2026-05-09, 2027-01-02]",
            "2026.toml：调休上班（work）第 2 项 2027-01-02（周六）不在 2026 年，请核对年份",
        ),
        (
            "[2026-05-09]",
            "[2026-05-09, 2026-05-10, 2026-05-09]",
            "2026.toml：调休上班（work）第 3 项 2026-05-09（周六）重复，请删去一个",
        ),
        (
            "[2026-05-09]",
            "[2026-05-02]",
            "2026.toml：调休上班（work）第 1 项 2026-05-02（周六）又在“劳动节”放假期间，"
            "请核对通知原文",
        ),
        (
            "to = 2026-05-05",
            "to = 2026-05-17",
            "2026.toml：放假（holiday）第 1 项“劳动节” 共 17 天，超过 16 天，请核对起止日期",
        ),
        (
            "to = 2026-05-05\n",
            'to = 2026-05-05\n[[holiday]]\nname = "连休"\nfrom = 2026-05-05\nto = 2026-05-06\n',
            "2026.toml：放假（holiday）“劳动节”与“连休”都含 2026-05-05，请删去重复的日期",
        ),
        (
            "year = 2026",
            "year = 2025",
            "2026.toml：year 写的是 2025，与文件名不符，请改成一致",
        ),
        ('source = "示例来源"\n', "", "2026.toml：source 缺少，请补上"),
        ('source = "示例来源"', 'source = " "', "2026.toml：source 不能为空"),
        ("to = 2026-05-05", "too = 2026-05-05", "2026.toml：holiday 第 1 项 to 缺少，请补上"),
        (
            "to = 2026-05-05",
            "to = 2026-05-05\ndays = 5",
            "2026.toml：holiday 第 1 项 days 不认识，请删去或改正拼写",
        ),
        (
            '"gazetted"',
            '"final"',
            "2026.toml：status 只能是 gazetted（已公布）或 provisional（推算）",
        ),
        (
            "[2026-05-09]",
            '["5月9日"]',
            "2026.toml：work 第 1 项 应为日期，写成 2026-01-01 这样，不加引号",
        ),
        (
            "year = 2026",
            "year = 26",
            "2026.toml：year 写法有误，请对照其他年份的文件修改",
        ),
        (
            "to = 2026-05-05",
            "to = 5月5日",
            "2026.toml：第 10 行第 7 列写法有误，请对照其他年份的文件修改",
        ),
    ],
)
def test_a_slip_is_named_with_its_file_and_key(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in SOUND

    assert problem in problems_of(tmp_path, SOUND.replace(old, new))


def test_a_file_cut_off_in_the_middle_says_so(tmp_path: Path) -> None:
    assert problems_of(tmp_path, 'title = """示例') == [
        "2026.toml：文件末尾写法有误，请对照其他年份的文件修改"
    ]


def test_a_file_in_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "2026.toml").write_bytes(SOUND.encode("gb18030"))

    assert read_year(tmp_path / "2026.toml") == (
        None,
        ["2026.toml：文件不是 UTF-8 编码，请用“另存为”改成 UTF-8"],
    )


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "2025.toml").write_text("year = 2025", encoding="utf-8")
    (tmp_path / "2026.toml").write_text(SOUND.replace("05-09", "05-11"), encoding="utf-8")

    _, problems = load_calendar(tmp_path)

    assert [problem.split("：")[0] for problem in problems[:-1]] == ["2025.toml"] * 3 + [
        "2026.toml"
    ]


def test_a_faulty_year_stays_provisional_and_the_others_hold(tmp_path: Path) -> None:
    (tmp_path / "2025.toml").write_text("year = 2025", encoding="utf-8")
    (tmp_path / "2026.toml").write_text(SOUND, encoding="utf-8")

    calendar, problems = load_calendar(tmp_path)

    assert problems
    assert calendar.is_provisional(day("2025-05-01"))
    assert not calendar.is_provisional(day("2026-05-01"))


def test_a_year_in_a_later_folder_replaces_the_shipped_one(tmp_path: Path) -> None:
    text = SOUND.replace("2026", "2027").replace("05-09", "05-08")
    (tmp_path / "2027.toml").write_text(text, encoding="utf-8")

    calendar, problems = load_calendar(SHIPPED, tmp_path)

    assert problems == []
    assert calendar.gazetted == {2024, 2025, 2026, 2027}
    assert not calendar.is_workday(day("2027-05-05"))
    assert calendar.is_workday(day("2027-05-08"))
    assert calendar.is_workday(day("2027-02-08"))  # what we had worked out is gone


def test_a_folder_without_files_is_a_problem(tmp_path: Path) -> None:
    calendar, problems = load_calendar(tmp_path / "none")

    assert problems == [
        f"{tmp_path / 'none'}：没有可用的放假安排文件，所有日期都只能按周一至周五推算"
    ]
    assert calendar.is_provisional(day("2026-05-01"))


def test_an_own_folder_without_files_is_no_problem(tmp_path: Path) -> None:
    assert load_calendar(SHIPPED, tmp_path)[1] == []
