"""The figures: each measures variants side by side on copies of the same invented county."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import select
from sqlmodel import col

from benchmarks import county
from benchmarks.county import FIRST, SECOND, opened
from benchmarks.floor import INPUTS, Rows, floor, written
from benchmarks.loops import deadline_loop, objects_month
from benchmarks.measure import Action, Prepare, Timing, side_by_side, timed
from casework.pipeline import run_month
from casework.rehearse import Rehearsal, rehearse
from casework.remind import sweep
from casework.services import Services
from config.timetable import read_timetable
from models.case import Assessment
from models.deadline import Deadline
from models.facts_frame import raw_facts
from models.span import Span
from models.writes import insert_new
from policy.assess import assess
from runtime.rehearsal import copied

PER_ENTERPRISE = 20  # deadlines in the sweep's county
REHEARSED = 300  # enterprises of the rehearsed year
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the result; ``number`` is that of the list of figures to show."""

    number: str
    title: str
    ratio: float
    wall_ratio: float
    must: str = ""
    holds: bool | None = None  # None: nothing was promised
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where it happens, and how much of it."""

    folder: Path
    size: int
    repeats: int


def all_figures(bench: Bench) -> Iterator[Figure]:
    """Yield the figures, as they are measured."""
    empty = bench.folder / "empty.db"
    county.found(empty, bench.size)
    opened_cases = county.copy(empty, "opened")
    county.first_month(opened_cases)
    steady = county.copy(opened_cases, "steady")
    county.news(steady)
    yield from _monthly(bench, empty, FIRST, steady=False)
    yield from _monthly(bench, steady, SECOND, steady=True)
    yield _growth(bench, opened_cases)
    yield from _sweeping(bench, empty)
    yield _rehearsed(bench)


def _rehearsed(bench: Bench) -> Figure:
    """Rehearse a year: seconds, not a ratio, for that is what was promised."""
    size = min(bench.size, REHEARSED)
    path = bench.folder / "rehearsed.db"
    county.found(path, size)
    table, _ = read_timetable()
    if table is None:
        raise ValueError("no timetable")
    letters = 0

    def year() -> None:
        nonlocal letters
        with opened(path, today=FIRST) as services, copied(services) as copy:
            played = rehearse(copy, table, YEAR[0], YEAR[1])
            letters = len(played.letters) if isinstance(played, Rehearsal) else 0

    took = timed(year)
    return Figure(
        number="–",
        title="预演一年（秒，不是比值）",
        ratio=took.cpu,
        wall_ratio=took.wall,
        must="≤ 10" if size == REHEARSED else "",
        holds=took.cpu <= 10 if size == REHEARSED else None,
        detail=f"{size} 家、全部项目，{letters} 封信",
    )


def _monthly(bench: Bench, base: Path, on: dt.date, *, steady: bool) -> Iterator[Figure]:
    def ours(services: Services) -> None:
        run_month(services, f"{on:%Y-%m}", on=on)

    rows = _rows_of(base, ours, on)
    variants = {"ours": _engine(base, ours, on), "floor": _floor(base, rows)}
    if steady:
        variants["judging"] = _judging(bench, base)
        variants["objects"] = _engine(base, objects_month, on)
    took = side_by_side(variants, bench.repeats)
    detail = f"{_each(took, bench.size)}；写 {sum(map(len, rows.values()))} 行"
    if not steady:
        yield _figure("–", "开头一月（全部建档）：本程序 / 底线", took, detail=detail)
        return
    yield _figure("1", "平常一月：本程序 / 底线", took, must="≤ 3.0", detail=detail)
    part = {"ours": took["judging"], "floor": took["ours"]}
    yield _figure("–", "平常一月：其中判定条件 / 本程序", part, detail=_each(part, bench.size))
    part = {"ours": took["objects"], "floor": took["ours"]}
    detail = f"{_each(part, bench.size)}；循环只判定一个项目，不推进、不排期，故不与目标相比"
    yield _figure("3", "平常一月：逐个对象的循环 / 本程序", part, detail=detail)


def _judging(bench: Bench, base: Path) -> Prepare:
    """Judge all programmes on facts that lie in memory, as a part of the whole month."""
    with opened(base, today=SECOND) as services:
        with services.database.reading() as session:
            facts = raw_facts(session, Span(0, bench.size + 1), on=SECOND, cycle=SECOND.year)
        programmes = [each for each in services.catalogue.programmes.values() if each.criteria]

    def judge(_services: Services) -> None:
        for programme in programmes:
            assess(programme, facts, on=SECOND, cycle=SECOND.year)

    return _engine(base, judge, SECOND)


def _growth(bench: Bench, base: Path) -> Figure:
    """Write the same assessments month after month into one table."""
    with opened(base, today=FIRST) as services, services.database.reading() as session:
        found = session.scalars(select(Assessment).order_by(col(Assessment.case_id)))
        rows = [each.model_dump() for each in found.fetchmany(min(bench.size, 2_000))]
    ratios = [_year(county.copy(base, "growth"), rows) for _ in range(min(bench.repeats, 3))]
    ratio = median(each.cpu for each in ratios)
    return Figure(
        number="7",
        title="写入判定结果：第 13 月 / 第 1 月",
        ratio=ratio,
        wall_ratio=median(each.wall for each in ratios),
        must="≤ 1.3",
        holds=ratio <= 1.3,
        detail=f"每月 {len(rows)} 行",
    )


def _year(path: Path, rows: list[dict[str, object]]) -> Timing:
    """Return what the last three of thirteen months cost, over the first three."""
    took: list[Timing] = []
    with opened(path, today=FIRST) as services:
        for month in range(1, 14):
            new = [row | {"period": f"{2027 + month // 13}-{month % 13 + 1:02}"} for row in rows]

            def write(new: list[dict[str, object]] = new) -> None:
                with services.database.writing() as session:
                    insert_new(session, Assessment, new)

            took.append(timed(write))
    first, last = took[:3], took[-3:]
    return Timing(
        cpu=sum(each.cpu for each in last) / sum(each.cpu for each in first),
        wall=sum(each.wall for each in last) / sum(each.wall for each in first),
    )


def _sweeping(bench: Bench, empty: Path) -> Iterator[Figure]:
    base = county.copy(empty, "deadlines")
    with opened(base, today=SECOND) as services:
        ladders = sorted(services.catalogue.ladders)
        with services.database.writing() as session:
            insert_new(session, Deadline, list(_deadlines(bench.size, ladders)))
    county.settle(base)
    rows = _rows_of(base, sweep, SECOND)
    variants = {
        "ours": _engine(base, sweep, SECOND),
        "floor": _floor(base, rows, reads=()),
        "loop": _engine(base, deadline_loop, SECOND),
    }
    took = side_by_side(variants, bench.repeats)
    items = len(rows["letter_item"])
    detail = f"{bench.size * PER_ENTERPRISE} 个截止事项，{items} 条提醒"
    yield _figure("8", "提醒：本程序 / 只写同样的行", took, must="≤ 4", detail=detail)
    loop = {"ours": took["loop"], "floor": took["ours"]}
    yield _figure("9", "提醒：逐个截止事项的循环 / 本程序", loop, must="≥ 300", detail="循环不写")


def _deadlines(size: int, ladders: list[str]) -> Iterator[dict[str, object]]:
    """Yield open deadlines over five years; on one day in all of them some 0.5 % speak."""
    for number in range(size * PER_ENTERPRISE):
        due = dt.date(2024, 6, 1) + dt.timedelta(days=number * 7 % 1830)
        yield {
            "enterprise_id": 1 + number // PER_ENTERPRISE,
            "programme": "hnte",
            "obligation": "bench",
            "subject": "enterprise",
            "period": str(number % PER_ENTERPRISE),
            "projection": 1,
            "title": "示例截止事项",
            "kind": "service",
            "ladder": ladders[number % len(ladders)],
            "due_on": due,
            "basis": "{}",
            "opened_at": county.NINE,
        }


def _rows_of(base: Path, ours: Callable[[Services], object], on: dt.date) -> dict[str, Rows]:
    """Return what the engine writes; also make sure that the floor then writes the same."""
    done = county.copy(base, "done")
    with opened(done, today=on) as services:
        ours(services)
    rows = written(base, done)
    again = county.copy(base, "again")
    floor(again, rows, reads=())
    if written(again, done):
        raise ValueError("the floor does not write what the engine writes")
    return rows


def _engine(base: Path, action: Callable[[Services], object], on: dt.date) -> Prepare:
    @contextmanager
    def prepare() -> Iterator[Action]:
        with opened(county.copy(base, "work"), today=on) as services:
            yield lambda: action(services)

    return prepare


def _floor(base: Path, rows: dict[str, Rows], reads: tuple[str, ...] = INPUTS) -> Prepare:
    @contextmanager
    def prepare() -> Iterator[Action]:
        path = county.copy(base, "work")
        yield lambda: floor(path, rows, reads=reads)

    return prepare


def _each(took: Mapping[str, Timing], size: int) -> str:
    ours, least = took["ours"].cpu, took["floor"].cpu
    return f"{ours / size * 1e6:.0f} 与 {least / size * 1e6:.0f} 微秒/家"


def _figure(
    number: str, title: str, took: Mapping[str, Timing], *, must: str = "", detail: str = ""
) -> Figure:
    ratio = took["ours"].over(took["floor"])
    holds = None
    if must:
        sign, limit = must.split()
        holds = ratio.cpu <= float(limit) if sign == "≤" else ratio.cpu >= float(limit)
    return Figure(
        number=number,
        title=title,
        ratio=ratio.cpu,
        wall_ratio=ratio.wall,
        must=must,
        holds=holds,
        detail=detail,
    )
