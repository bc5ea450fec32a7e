"""Ladders and yearly notices: small files that several programmes share."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from config.drafts import Placed, Section
from config.grammar import LadderTable, RungTable, WindowTable
from config.problems import CheckProblem, Fault, named, read_toml
from policy.ladder import reach
from policy.obligation import Ladder, Window, WindowStatus
from policy.workdays import add_months

# A deadline is opened at most so many days ahead (casework.obligations.HORIZON).
EARLIEST_RUNG = -120
_A_YEAR = dt.timedelta(days=366)


def read_ladders(path: Path) -> tuple[dict[str, Ladder], set[str] | None, list[CheckProblem]]:
    """Return the sound ladders, the keys of the broken ones too, and every problem.

    The keys are None where the file can't be read at all.
    """
    section = Section("ladder", LadderTable)
    faults, readable = _read(path, section)
    faults += [fault for each in section.sound for fault in _ladder_faults(each)]
    faults += repeated(section.name, section.keys)
    problems = [CheckProblem(file=path.name, key=f.key, message=f.message) for f in faults]
    sound = {} if problems else {each.key: each.built() for each in section.tables}
    return sound, set(section.keys) if readable else None, problems


def read_notices(
    path: Path, programmes: Collection[str]
) -> tuple[tuple[Window, ...], list[CheckProblem]]:
    """Return the windows of one notice file, or none and its problems."""
    section = Section("window", WindowTable)
    faults, _ = _read(path, section)
    for each in section.sound:
        faults += _window_faults(each, path.stem)
        if each.table.programme not in programmes:
            message = named(sorted(programmes), each.table.programme)
            faults.append(Fault(f"{each.place} programme", message))
    faults += _batch_faults(section.sound)
    file = f"notices/{path.name}"
    problems = [CheckProblem(file=file, key=f.key, message=f.message) for f in faults]
    return () if problems else tuple(each.built() for each in section.tables), problems


def repeated(section: str, keys: Sequence[str]) -> Iterator[Fault]:
    """Yield the keys that stand twice."""
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield Fault(f"{section} {key}", f"key 重复了 {keys.count(key)} 次，请改成不同的")


def _read(path: Path, section: Section[Any]) -> tuple[list[Fault], bool]:
    written, faults = read_toml(path)
    for name, value in (written or {}).items():
        if name == section.name:
            section.read(value)
        else:
            faults.append(Fault(name, named([section.name], name)))
    return [*faults, *section.faults], written is not None


def _ladder_faults(placed: Placed[LadderTable]) -> Iterator[Fault]:
    rungs = placed.table.rungs
    if not rungs:
        yield Fault(f"{placed.place} rungs", "没有任何梯级，永远不会提醒")
    counted = True
    for number, rung in enumerate(rungs, start=1):
        place = f"{placed.place} rungs 第 {number} 项 {rung.key}"
        if not rung.to:
            yield Fault(f"{place} to", "没有写提醒谁，永远不会发出")
        for fault in _day_faults(rung, place):
            counted = False
            yield fault
    yield from repeated(f"{placed.place} rungs", [rung.key for rung in rungs])
    if counted:
        yield from _rung_order_faults(placed)


def _day_faults(rung: RungTable, place: str) -> Iterator[Fault]:
    """Yield what is wrong with the day of a rung."""
    if (rung.days is None) == (rung.workdays is None):
        said = "days 和 workdays 只能写一个" if rung.days is not None else "缺少，请补上"
        yield Fault(f"{place} days", said)
    elif rung.workdays == 0:
        yield Fault(f"{place} workdays", "截止当天请写 days = 0")
    elif reach(rung.built())[0] < EARLIEST_RUNG:
        name = "days" if rung.workdays is None else "workdays"
        sure = "" if rung.workdays is None else "遇长假会"
        message = f"{sure}早于截止日 {-EARLIEST_RUNG} 天，截止事项那时还没有建立，永远不会发出"
        yield Fault(f"{place} {name}", message)


def _rung_order_faults(placed: Placed[LadderTable]) -> Iterator[Fault]:
    """Yield the rungs that stand in the wrong order, or may come to do so over a holiday."""
    for one, other in pairwise(each.built() for each in placed.table.rungs):
        place = f"{placed.place} rungs {other.key} {'workdays' if other.workdays else 'days'}"
        alike = bool(one.workdays) == bool(other.workdays)
        if alike and other.number == one.number:
            yield Fault(place, f"与“{one.key}”同一天，永远轮不到它，请删去一个")
        elif other.number < one.number if alike else reach(other)[1] < reach(one)[0]:
            yield Fault(place, f"早于前一个梯级“{one.key}”，请按日期先后排列")
        elif not alike and reach(other)[0] <= reach(one)[1]:
            message = f"与前一个梯级“{one.key}”一个按工作日、一个按自然日，遇长假先后会颠倒"
            yield Fault(place, f"{message}，请隔远一些或改成同一种")


def _window_faults(placed: Placed[WindowTable], stem: str) -> Iterator[Fault]:
    window = placed.table
    if stem != str(window.year):
        yield Fault(f"{placed.place} year", f"写的是 {window.year}，与文件名不符，请改成一致")
    elif window.year not in (window.opens.year, window.closes.year):
        yield Fault(f"{placed.place} opens", f"{window.opens} 不在 {window.year} 年，请核对年份")
    if window.closes < window.opens:
        message = f"{window.closes} 早于 opens = {window.opens}，请核对起止日期"
        yield Fault(f"{placed.place} closes", message)
    elif window.closes - window.opens > _A_YEAR:
        yield Fault(f"{placed.place} opens", f"{window.opens} 距截止超过一年，请核对年份")


def _batch_faults(windows: Sequence[Placed[WindowTable]]) -> Iterator[Fault]:
    seen: dict[tuple[str, int, int], dt.date] = {}
    for each in windows:
        window = each.table
        key = (window.programme, window.year, window.batch)
        before = seen.get((window.programme, window.year, window.batch - 1))
        if key in seen:
            yield Fault(f"{each.place} batch", f"第 {window.batch} 批已经写过，请删去一个")
        elif before is not None and window.closes <= before:
            yield Fault(f"{each.place} closes", "不晚于上一批的截止日，请按批次先后排列")
        seen[key] = window.closes


def estimated(windows: Sequence[Window], year: int) -> Iterator[Window]:
    """Yield the windows of an earlier year as a guess for this one, on the same days."""
    for window in windows:
        ahead = year - window.year
        yield Window(
            programme=window.programme,
            year=year,
            batch=window.batch,
            opens=_moved(window.opens, ahead),
            closes=_moved(window.closes, ahead),
            status=WindowStatus.ESTIMATED,
            document=f"参照{window.year}年：{window.document}",
            source=window.source,
        )


def _moved(day: dt.date, years: int) -> dt.date:
    return add_months(day, 12 * years)
