"""`peiyu digest`: a month in figures, as the leaders get it."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import services_at
from cli.options import Home, Json, read_month
from cli.output import print_json, screen

if TYPE_CHECKING:
    from notifications.letters import MonthFigure


@app.command(
    "digest",
    rich_help_panel="查看",
    help="一个月的小结：各项目新建、推进、办结、到期未办结各多少，和前一个月相比。\n\n"
    "每月的流程办完后，分管领导各收到一份，不含企业和个人信息。",
    epilog="例：peiyu digest --month 2026-03",
)
def digest(
    month: Annotated[
        str | None,
        typer.Option(
            "--month", metavar="月份", parser=read_month, show_default=False, help="默认上个月"
        ),
    ] = None,
    division: Annotated[
        str,
        typer.Option(
            "--division",
            metavar="区划",
            show_default=False,
            help="只算这个行政区划和它下面的，默认全部",
        ),
    ] = "",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show a month in figures."""
    from casework.monthly_digest import look_at_month

    with services_at(home) as services:
        wanted, found = look_at_month(services, month, division)
    if as_json:
        print_json({"month": wanted, "digest": found})
        return
    from cli.tables import say, table

    console = screen()
    if found is None:
        say(console, f"{wanted} 没有可以小结的事项。")
        return
    say(console, f"{found.year}年{found.month}月（括号里和前一个月相比）", style="bold")
    made = table("项目", *(figure.title for figure in found.total))
    for line in found.lines:
        made.add_row(line.programme, *map(_cell, line.figures))
    made.add_row("合计", *map(_cell, found.total))
    console.print(made)
    say(console, f"“现有超期”“等本局审核”按 {found.on} 算")


def _cell(figure: "MonthFigure") -> str:
    return f"{figure.number}（{figure.change}）"
