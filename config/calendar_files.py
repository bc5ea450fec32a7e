"""Holiday files (放假安排): one TOML file a year, read whole or not at all."""

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from policy.workdays import Calendar, every_day, weekday_name

_LONGEST_HOLIDAY = 16  # days; a longer one is a slip of the pen
_SATURDAY = 5
_DECEMBER = 12

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Holiday(BaseModel):
    """Days off in one piece, weekends included."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True
    )

    name: Words
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Return every day of it; none when it is written backwards."""
        return tuple(every_day(self.first, self.last))


class CalendarYear(BaseModel):
    """One year's arrangement: what the State Council published, or fixed days we worked out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int = Field(ge=2000, le=2100)
    status: Literal["gazetted", "provisional"]
    title: Words
    document: str = ""  # 文号
    source: Words
    text: str = ""  # the notice itself, as it was pasted
    work: tuple[dt.date, ...] = ()
    holiday: tuple[Holiday, ...] = ()


def own_folder(home: Path) -> Path:
    """Return the folder of the calendar files that this office loaded itself."""
    return home / "config" / "calendars"


def load_calendar(*folders: Path) -> tuple[Calendar, list[str]]:
    """Return the calendar of all sound files and every problem, in Chinese.

    A file with a problem is left out whole, so that its year stays provisional. A year in a
    later folder replaces the same year of an earlier one.
    """
    years, problems = load_years(*folders)
    if not years:
        where = "、".join(map(str, folders))
        problems.append(f"{where}：没有可用的放假安排文件，所有日期都只能按周一至周五推算")
    return merged(years.values()), problems


def load_years(*folders: Path) -> tuple[dict[int, CalendarYear], list[str]]:
    """Return the sound files by year, and every problem of the others, in Chinese."""
    years: dict[int, CalendarYear] = {}
    problems: list[str] = []
    for path in (path for folder in folders for path in sorted(folder.glob("*.toml"))):
        year, found = read_year(path)
        problems += found
        if year is not None:
            years[year.year] = year
    return years, problems


def read_year(path: Path) -> tuple[CalendarYear | None, list[str]]:
    """Return one file's year, or None and its problems, each with file and key, in Chinese."""
    try:
        year = CalendarYear.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError:
        return None, [f"{path.name}：文件不是 UTF-8 编码，请用“另存为”改成 UTF-8"]
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path.name}：{_place(error)}写法有误，请对照其他年份的文件修改"]
    except ValidationError as error:
        return None, [f"{path.name}：{problem}" for problem in _shape_problems(error)]

    problems = check(year)
    if path.stem != str(year.year):
        problems.append(f"year 写的是 {year.year}，与文件名不符，请改成一致")
    return (None if problems else year), [f"{path.name}：{problem}" for problem in problems]


def check(year: CalendarYear) -> list[str]:
    """Return what cannot be right in a year's arrangement, each with its key, in Chinese."""
    return [*_holiday_problems(year), *_work_problems(year)]


def merged(years: Iterable[CalendarYear]) -> Calendar:
    """Return one calendar from several sound years."""
    every = sorted(years, key=lambda year: year.year)
    names = {day: each.name for year in every for each in year.holiday for day in each.days}
    return Calendar(
        off=frozenset(day for day in names if not _is_weekend(day)),
        work=frozenset(day for year in every for day in year.work),
        gazetted=frozenset(year.year for year in every if year.status == "gazetted"),
        names=tuple(sorted(names.items())),
    )


def _holiday_problems(year: CalendarYear) -> Iterator[str]:
    for number, each in enumerate(year.holiday, start=1):
        key = f"放假（holiday）第 {number} 项“{each.name}”"
        for name, day in (("from", each.first), ("to", each.last)):
            if not _belongs(day, year.year):
                yield f"{key} 的 {name} = {day} 不在 {year.year} 年，请核对年份"
        if each.last < each.first:
            yield f"{key} 的 to = {each.last} 早于 from = {each.first}，请核对起止日期"
        if len(each.days) > _LONGEST_HOLIDAY:
            yield f"{key} 共 {len(each.days)} 天，超过 {_LONGEST_HOLIDAY} 天，请核对起止日期"
    for one, other in combinations(year.holiday, 2):
        if both := set(one.days) & set(other.days):
            yield f"放假（holiday）“{one.name}”与“{other.name}”都含 {min(both)}，请删去重复的日期"


def _work_problems(year: CalendarYear) -> Iterator[str]:
    off = {day: each.name for each in year.holiday for day in each.days}
    for number, day in enumerate(year.work, start=1):
        key = f"调休上班（work）第 {number} 项 {day}（{weekday_name(day)}）"
        if not _is_weekend(day):
            yield f"{key}不是周末，调休上班日只能是周六或周日，请核对通知原文"
        if not _belongs(day, year.year):
            yield f"{key}不在 {year.year} 年，请核对年份"
        if day in year.work[: number - 1]:
            yield f"{key}重复，请删去一个"
        if day in off:
            yield f"{key}又在“{off[day]}”放假期间，请核对通知原文"


def _belongs(day: dt.date, year: int) -> bool:
    # 元旦 can begin in the December before (2019: 2018-12-30 off, 2018-12-29 worked).
    return day.year == year or (day.year == year - 1 and day.month == _DECEMBER)


def _is_weekend(day: dt.date) -> bool:
    return day.weekday() >= _SATURDAY


def _place(error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第 {found[1]} 行第 {found[2]} 列" if found else "文件末尾"


def _shape_problems(error: ValidationError) -> list[str]:
    return [
        f"{_key(each['loc'])} {_SHAPES.get(each['type'], '写法有误，请对照其他年份的文件修改')}"
        for each in error.errors()
    ]


def _key(loc: tuple[int | str, ...]) -> str:
    return " ".join(f"第 {part + 1} 项" if isinstance(part, int) else part for part in loc)


_DATE = "应为日期，写成 2026-01-01 这样，不加引号"
_SHAPES = {
    "missing": "缺少，请补上",
    "extra_forbidden": "不认识，请删去或改正拼写",
    "literal_error": "只能是 gazetted（已公布）或 provisional（推算）",
    "string_too_short": "不能为空",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
}
