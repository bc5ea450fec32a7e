"""The page of the calendars: days off of each year, and how publicity periods are counted."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from config.calendar_files import CalendarYear, Holiday, load_years
from config.catalogue import CONFIG_ROOM
from policy.workdays import weekday_name
from scripts.markdown import table

_STATUS = {"gazetted": "已公布", "provisional": "推算，凡用到这一年的日期都标“暂估”"}


def calendars(periods: Path) -> str:
    """Return the page; ``periods`` is the file of worked publicity periods."""
    years, problems = load_years(CONFIG_ROOM / "calendars")
    if problems:
        raise ValueError("；".join(problems))
    told = tomllib.loads(periods.read_text(encoding="utf-8"))["period"]
    return "\n".join([*_years(years[year] for year in sorted(years)), *_periods(told)]) + "\n"


def _years(years: Iterable[CalendarYear]) -> Iterator[str]:
    yield "# 放假安排与公示期"
    yield ""
    yield "本页由程序根据放假安排文件自动生成，与正在使用的日历一致。"
    yield "没有列出的年份按周一至周五推算，也标“暂估”；国务院办公厅公布以后，"
    yield "用 `peiyu calendar load 年份 通知.txt` 录入。"
    yield "本局临时放假或上班用 `peiyu calendar add` 登记。"
    for year in years:
        yield ""
        yield f"## {year.year} 年：{_STATUS[year.status]}"
        yield ""
        named = f"{year.title}（{year.document}）" if year.document else year.title
        yield f"依据：{named}。来源：{year.source}。"
        yield ""
        yield from table(
            ("节日", "放假", "天数"),
            ((each.name, _span(each), len(each.days)) for each in year.holiday),
        )
        yield ""
        worked = "、".join(f"{day}（{weekday_name(day)}）" for day in year.work)
        yield f"调休上班：{worked or '没有'}。"


def _span(holiday: Holiday) -> str:
    if holiday.first == holiday.last:
        return str(holiday.first)
    return f"{holiday.first} 至 {holiday.last}"


def _periods(told: list[dict[str, Any]]) -> Iterator[str]:
    printed = [each for each in told if each["printed"]]
    others = [each for each in told if not each["printed"]]
    heads = ("公示", "开始", "工作日", "最后一天", "说明")
    yield ""
    yield "## 公示期怎么算"
    yield ""
    yield "首日是工作日的，首日算第 1 天；调休上班的周末算工作日；放假日不算。"
    yield ""
    yield f"下面 {len(printed)} 个公示期的起止日期印在真实的公示通知上，程序算出的与之相同："
    yield ""
    yield from table(heads, map(_period, printed))
    yield ""
    yield f"另有 {len(others)} 个由同一规则推算的："
    yield ""
    yield from table(heads, map(_period, others))


def _period(each: dict[str, Any]) -> tuple[object, ...]:
    return each["notice"], each["starts"], each["workdays"], each["ends"], each["why"]
