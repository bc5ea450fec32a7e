"""How fast the pages of the console are: `python -m benchmarks.console --size 100000`.

Each page as the console makes it, from the question to the HTML, in this process and warm; the
floor beside it is to write the same values as HTML once more, without asking anything. Of several
tries the best counts, in CPU time: the machine is not ours alone.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter_ns

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from benchmarks.county import opened
from benchmarks.measure import Timing, timed
from benchmarks.office import PARTICULAR, TODAY, USUAL, office
from casework.services import Services
from casework.sign_in import Visitor
from config.timetable import read_timetable
from console.board import show_board
from console.cases import show_cases
from console.due import show_due, show_month
from console.firms import show_enterprise, show_enterprises
from console.letters import show_letters
from console.rendering import render
from console.site import framed
from console.today import today
from console.visits import Answer, Shown, Visit
from models.enterprise import Enterprise, Role
from models.ledger import Heartbeat
from models.writes import upsert
from policy.timetable import Timetable

_HEAD = """{size} 个事项（{kind}），{cores} 核，{repeats} 遍中最快的一遍。
毫秒：处理器时间（实际时间）。底线：同样的内容只再写一遍 HTML，什么也不查。"""
_SEARCH, _FIRST, _OTHERS = 20, 50, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page that is asked for; ``most`` is what it may take at 100,000 cases, in ms."""

    title: str
    show: Callable[[Visit], Answer]
    most: int
    query: Mapping[str, str]
    path: Mapping[str, str]
    changed: bool = False  # somebody has changed something since it was asked last


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page took, and what only writing it took."""

    page: Page
    whole: Timing
    floor: Timing

    @property
    def line(self) -> str:
        """Return it as a person reads it."""
        ours, least = self.whole.cpu * 1000, self.floor.cpu * 1000
        mark = "" if ours <= self.page.most else "  未达到"
        title = self.page.title + "，刚有改动" * self.page.changed
        return (
            f"{title}  {ours:.1f}（{self.whole.wall * 1000:.1f}）"
            f"  底线 {least:.1f}，{ours / max(least, 0.01):.1f} 倍  ≤ {self.page.most}{mark}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; what is slow is no failure of the run."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        where: Path | str = options.database or Path(folder) / "office.db"
        if not isinstance(where, Path) and "://" not in where:
            where = Path(where)
        if not isinstance(where, Path) or not where.exists():
            office(where, options.size)
        kind = "SQLite" if isinstance(where, Path) else "PostgreSQL"
        told = {"size": options.size, "kind": kind, "repeats": options.repeats}
        print(_HEAD.format(cores=os.cpu_count(), **told), flush=True)
        for asked in measured(where, options.repeats):
            print(asked.line, flush=True)
    return 0


def measured(where: Path | str, repeats: int) -> Iterator[Asked]:
    """Yield what each page took."""
    with opened(where, today=TODAY) as services:
        who = Visitor(
            sign_in="",
            seal="seal",
            person_id=1,
            login="clerk1",
            name="示例经办1",
            role=Role.CLERK,
            division="431281",
        )
        seen = replace(services, division=who.division, county=who.division)
        for page in _pages(seen):
            yield _measured(page, seen, who, repeats)


def _pages(services: Services) -> Iterator[Page]:
    with services.database.reading() as session:
        uscc = session.scalars(select(col(Enterprise.uscc)).order_by(col(Enterprise.id))).first()
    for changed in (False, True):
        yield replace(_page("今日", partial(today, table=_shipped), _OTHERS), changed=changed)
        yield replace(_page("看板", show_board, _FIRST), changed=changed)
        yield replace(_page("信函", show_letters, _OTHERS), changed=changed)
    yield _page("事项，第一页", show_cases, _FIRST)
    yield _page("事项，一个项目", show_cases, _FIRST, programme="tsme")
    yield _page("事项，一个环节", show_cases, _FIRST, programme="hnte", stage="precheck")
    yield _page("事项，待审", show_cases, _FIRST, waiting="1")
    yield _page("事项，按天数", show_cases, _FIRST, sort="-days")
    yield _page("事项，按企业", show_cases, _OTHERS, sort="enterprise")
    yield _page("事项，按得分", show_cases, _OTHERS, sort="-score")
    yield _page(f"事项，找“{PARTICULAR}”", show_cases, _SEARCH, q=PARTICULAR)
    yield _page(f"事项，找“{USUAL}”", show_cases, _SEARCH, q=USUAL)
    yield _page("事项，找没有的", show_cases, _SEARCH, q="沪宁")
    yield _page("企业，第一页", show_enterprises, _OTHERS)
    yield _page(f"企业，找“{PARTICULAR}”", show_enterprises, _SEARCH, q=PARTICULAR)
    yield _page(f"企业，找“{USUAL}”", show_enterprises, _SEARCH, q=USUAL)
    yield _page("一家企业", show_enterprise, _OTHERS, uscc=uscc or "")
    yield _page(f"信函，找“{PARTICULAR}”", show_letters, _OTHERS, q=PARTICULAR)
    yield _page("截止日历", show_due, _OTHERS)
    yield _page("截止日历，一月", show_month, _OTHERS)


def _page(title: str, show: Callable[[Visit], Answer], most: int, **said: str) -> Page:
    path = {name: said.pop(name) for name in ("uscc",) if name in said}
    return Page(title=title, show=show, most=most, query=said, path=path)


def _measured(page: Page, services: Services, who: Visitor, repeats: int) -> Asked:
    visit = Visit(services=services, who=who, place="/", query=page.query, path=page.path)
    frame = {**framed(services, who), "place": "/", "said": "", "said_wrong": False}

    def written(answer: Answer) -> str:
        if not isinstance(answer, Shown):
            raise TypeError(page.title)
        return render(answer.template, {**frame, **answer.values})

    def once(action: Callable[[], object]) -> Timing:
        if page.changed:
            services.database.transact(lambda session: _change(session, services))
        return timed(action)

    kept = page.show(visit)
    written(kept)
    return Asked(
        page=page,
        whole=_best([once(lambda: written(page.show(visit))) for _ in range(repeats)]),
        floor=_best([once(lambda: written(kept)) for _ in range(repeats)]),
    )


def _shipped() -> Timetable:
    table, problems = read_timetable()
    if table is None:
        raise ValueError(problems)
    return table


def _change(session: Session, services: Services) -> None:
    """Change something of no weight, so that nothing that was counted is good any more."""
    upsert(
        session,
        Heartbeat,
        [
            {
                "name": "bench",
                "at": services.now(),
                "every_seconds": 60,
                "detail": f"{perf_counter_ns()}",
            }
        ],
    )


def _best(took: Sequence[Timing]) -> Timing:
    return Timing(cpu=min(each.cpu for each in took), wall=min(each.wall for each in took))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console")
    parser.add_argument("--size", type=int, default=100_000, help="cases")
    parser.add_argument("--repeats", type=int, default=5, help="tries of each page")
    parser.add_argument("--database", default="", help="a file, kept; or a PostgreSQL address")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
