"""Looking: `peiyu status`, `due` and `cases`."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import programme_key, services_at
from cli.errors import misuse, refused
from cli.options import Cycle, Enterprise, Home, Json, Limit, On, ProgrammeName
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.board import Board

_MOST_DAYS = 3_660
_PHASES = {
    "screening": ("screening", "摸底筛选", "摸底", "筛选"),
    "training": ("training", "培训辅导", "培训", "辅导"),
    "declaration": ("declaration", "申报"),
    "certification": ("certification", "认定"),
}

StageWords = Annotated[
    str | None,
    typer.Option("--stage", metavar="阶段", show_default=False, help="阶段名称或其一部分"),
]
PhaseWords = Annotated[
    str | None,
    typer.Option(
        "--phase", metavar="类别", show_default=False, help="摸底筛选、培训辅导、申报或认定"
    ),
]
After = Annotated[int, typer.Option("--after", metavar="编号", min=0, help="从这个编号之后列起")]


@app.command(
    "status",
    rich_help_panel="查询",
    help="总览：每个项目、每个阶段各有多少事项。\n\n其中多少待审、暂缓、超时限。",
    epilog="例：peiyu status",
)
def status(cycle: Cycle = None, on: On = None, home: Home = None, as_json: Json = False) -> None:
    """Show the board."""
    from casework.board import board

    with services_at(home, on=on) as services:
        found = board(services, cycle=cycle)
    if as_json:
        print_json({"counts": found.counts(), **_fields(found)})
        return
    from cli.tables import print_board

    print_board(screen(), found)


@app.command(
    "due",
    rich_help_panel="查询",
    help="近期截止事项，已超期的排在前面。\n\n带“预计”“暂估”“待核实”标记的日期可能变动。",
    epilog="例：peiyu due --days 60 --programme hnte --explain",
)
def due(
    days: Annotated[
        int, typer.Option("--days", metavar="天数", min=0, max=_MOST_DAYS, help="看今后多少天")
    ] = 30,
    programme: ProgrammeName = None,
    enterprise: Enterprise = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="只看已超期的")] = False,
    each: Annotated[bool, typer.Option("--each", help="逐家列出，不合并")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="说明每个日期怎么来的")] = False,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show what is due."""
    from casework.due import DueFilter
    from casework.due import due as due_of
    from casework.refusal import Refusal

    with services_at(home, on=on) as services:
        key = programme_key(services.catalogue, programme)
        wanted = DueFilter(days=days, programme=key, enterprise=enterprise, overdue=overdue)
        found = due_of(services, wanted)
    if isinstance(found, Refusal):
        raise refused(found)
    if as_json:
        print_json(found)
        return
    from cli.tables import next_step, print_due, say

    console = screen()
    what = "已超期" if overdue else f"到 {found.until} 为止"
    say(console, f"{found.on} · {what}的截止事项 {len(found.lines)} 件", style="bold")
    print_due(console, found.lines, each=each, explain=explain)
    if found.lines and not explain:
        next_step(console, "peiyu due --explain    看每个日期怎么来的")
    elif not found.lines:
        next_step(console, f"peiyu due --days {max(days * 2, 1)}    看得更远")


@app.command(
    "cases",
    rich_help_panel="查询",
    help="事项清单，可以按项目、阶段、企业筛选。",
    epilog="例：peiyu cases --waiting --programme hnte",
)
def cases(
    programme: ProgrammeName = None,
    stage: StageWords = None,
    phase: PhaseWords = None,
    enterprise: Enterprise = None,
    cycle: Cycle = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="只看待审的")] = False,
    held: Annotated[bool, typer.Option("--held", help="只看暂缓的")] = False,
    ended: Annotated[bool, typer.Option("--ended", help="只看已结束的")] = False,
    after: After = 0,
    limit: Limit = 50,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List cases, page by page."""
    from casework.cases import CaseFilter
    from casework.cases import cases as cases_of

    with services_at(home, on=on) as services:
        wanted = CaseFilter(
            programme=programme_key(services.catalogue, programme),
            stage=stage,
            phase=_phase(phase),
            cycle=cycle,
            words=enterprise or "",
            waiting=waiting,
            held=held,
            ended=ended,
        )
        found = cases_of(services, wanted, after=after, limit=limit)
    if as_json:
        print_json(found)
        return
    from cli.case_tables import print_cases

    print_cases(screen(), found)


def _phase(words: str | None) -> str | None:
    if words is None:
        return None
    found = [phase for phase, names in _PHASES.items() if words in names]
    if not found:
        raise misuse(f"没有“{words}”这个阶段类别，可用的有：摸底筛选、培训辅导、申报、认定")
    return found[0]


def _fields(found: "Board") -> dict[str, object]:
    return {each.name: getattr(found, each.name) for each in fields(found)}
