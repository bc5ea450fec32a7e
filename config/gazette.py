"""The State Council's yearly notice on holidays (放假安排), pasted by staff, read and checked.

Its form has been regular for years: ``四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。
5月9日（周六）上班。`` Nothing is guessed: a sentence under a holiday that is not understood to the
end is a problem.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator

from config.calendar_files import CalendarYear, Holiday, check
from policy.workdays import weekday_name

_HOLIDAYS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")

_DATE = r"(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日(?:\([^)]*\))?"
_PARTS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日(?:\((?P<note>[^)]*)\))?"
)
_HEADING = re.compile(
    rf"(?:[一二三四五六七八九十]+、)?(?:\d{{4}}年)?(?P<name>[^:,;\d()]{{1,15}}):(?={_DATE})"
)
_NUMBERED = re.compile(r"[一二三四五六七八九十]、")
_OFF = re.compile(
    rf"(?P<span>{_DATE}(?:[至到]{_DATE})?)(?:放假|补休)(?:调休)?(?:,?共?(?P<count>\d+)天)?"
)
_WORK = re.compile(rf"(?P<days>(?:{_DATE}[、,和及]?)+)上班")
_SPEAKS = re.compile(r"放假|补休|上班")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_TITLE = re.compile(r"关于(\d{4})年部分节假日安排")
_DOCUMENT = re.compile(r"国办发明电[〔\[(](\d{4})[〕\])](\d+)号")
_DECEMBER = 12


def parse_gazette(text: str, year: int) -> tuple[CalendarYear, list[str]]:
    """Return the year's arrangement and every doubt about it, in Chinese.

    With problems the arrangement is incomplete: show it, but do not save it.
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = list(_read(plain, year))
    arrangement = CalendarYear(
        year=year,
        status="gazetted",
        title=f"国务院办公厅关于{year}年部分节假日安排的通知",
        document=_document(plain),
        source="国务院办公厅通知原文，粘贴录入",
        text="\n".join(filter(None, map(str.strip, text.splitlines()))),
        work=tuple(each for each in found if isinstance(each, dt.date)),
        holiday=tuple(each for each in found if isinstance(each, Holiday)),
    )
    problems = [
        *_of_another_year(plain, year),
        *(each for each in found if isinstance(each, str)),
        *_missing(arrangement),
        *check(arrangement),
    ]
    return arrangement, problems


def to_toml(year: CalendarYear) -> str:
    """Return the text of a calendar file that reads back as this year."""
    lines = [
        f"# {year.year} 年放假安排。放假日含首尾两天；work 为调休上班的周末。",
        f"year = {year.year}",
        *(f"{key} = {_quoted(getattr(year, key))}" for key in ("status", "title", "document")),
        f"source = {_quoted(year.source)}",
        *([f"text = {_quoted(year.text)}"] if year.text else ()),
        f"work = [{', '.join(map(str, year.work))}]",
    ]
    for each in year.holiday:
        lines += ["", "[[holiday]]", f"name = {_quoted(each.name)}"]
        lines += [f"from = {each.first}", f"to = {each.last}"]
    return "\n".join(lines) + "\n"


def _read(plain: str, year: int) -> Iterator[Holiday | dt.date | str]:
    """Return holidays, make-up workdays and doubts, in the order of the text."""
    name = ""
    for sentence in plain.split("。"):
        if heading := _HEADING.search(sentence):
            name = _NUMBERED.split(heading["name"])[-1]  # the line above may lack its full stop
        # Before the first heading the notice speaks of rules, not of days.
        if not name or not _SPEAKS.search(sentence):
            continue
        for off in _OFF.finditer(sentence):
            yield from _holiday(off, name, year)
        for work in _WORK.finditer(sentence):
            yield from _dates(work["days"], name, year)
        rest = _WORK.sub("", _OFF.sub("", sentence))
        if _SPEAKS.search(rest) or _PARTS.search(rest):
            yield f"“{sentence}。”没有完全读懂，请核对原文，必要时手工填写"


def _holiday(off: re.Match[str], name: str, year: int) -> Iterator[Holiday | str]:
    read = list(_dates(off["span"], name, year))
    yield from (each for each in read if isinstance(each, str))

    days = [each for each in read if isinstance(each, dt.date)]
    if len(days) < len(_PARTS.findall(off["span"])):
        return
    holiday = Holiday(name=name, first=days[0], last=days[-1])
    if off["count"] and int(off["count"]) != len(holiday.days):
        yield f"“{name}”写明共 {off['count']} 天，按起止日期算是 {len(holiday.days)} 天，请核对原文"
    yield holiday


def _dates(text: str, name: str, year: int) -> Iterator[dt.date | str]:
    """Return each date of a text; a day without a month is in the month of the one before."""
    month = 0
    for found in _PARTS.finditer(text):
        month = int(found["month"] or month)
        # 元旦 may begin in the December before, and then the year is often left out.
        before = month == _DECEMBER and "元旦" in name
        try:
            day = dt.date(int(found["year"] or year - before), month, int(found["day"]))
        except ValueError:
            yield f"“{name}”中的“{found[0]}”不是有效日期，请核对原文"
            continue
        stated = _WEEKDAY.search(found["note"] or "")
        if stated and "周" + stated[1].replace("天", "日") != weekday_name(day):
            yield f"“{name}”中的“{found[0]}”应为{weekday_name(day)}（{day}），请核对原文或年份"
        yield day


def _of_another_year(plain: str, year: int) -> list[str]:
    found = _TITLE.search(plain)
    if found is None or int(found[1]) == year:
        return []
    return [f"这是 {found[1]} 年的通知，不是 {year} 年的，请核对所选年份"]


def _missing(arrangement: CalendarYear) -> list[str]:
    read = "".join(each.name for each in arrangement.holiday)
    return [f"没有读到“{name}”，请核对是否漏贴" for name in _HOLIDAYS if name not in read]


def _document(plain: str) -> str:
    found = _DOCUMENT.search(plain)
    return f"国办发明电〔{found[1]}〕{found[2]}号" if found else ""


def _quoted(words: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(words, ensure_ascii=False)
