"""`peiyu workday`: counting workdays, with or without a data folder."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import typer

from cli.app import app
from cli.door import calendar_at
from cli.errors import misuse
from cli.options import Home, Json, read_day
from cli.output import print_json, screen

_MOST = 5_000  # workdays; some twenty years
_LISTED = 60  # days off that are named one by one


@app.command(
    "workday",
    rich_help_panel="工具",
    help="从某天起第几个工作日是哪天，中间跳过了哪些天。\n\n起始日是工作日的，算第 1 个。",
    epilog="例：peiyu workday 2026-09-21 10",
)
def workday(
    day: Annotated[
        dt.date, typer.Argument(metavar="日期", parser=read_day, help="从哪天起，例如 2026-09-21")
    ],
    number: Annotated[
        int, typer.Argument(metavar="个数", min=1, max=_MOST, help="第几个工作日，例如 10")
    ],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Count workdays: the publicity period of a notice, a time limit, a lead time."""
    from policy.deadlines import days_off
    from policy.workdays import weekday_name

    calendar = calendar_at(home)
    try:
        counted = calendar.nth_workday(day, number)
    except OverflowError:
        raise misuse("日期太远，算不了") from None
    if as_json:
        print_json({"date": counted.date, "provisional": counted.provisional})
        return
    console = screen()
    sure = _doubt(calendar.unpublished(day, counted.date)) if counted.provisional else ""
    found = f"[bold]{counted.date}[/]（{weekday_name(counted.date)}）{sure}"
    console.print(f"{day} 起第 {number} 个工作日：{found}")
    skipped = counted.skipped
    if len(skipped) > _LISTED:
        console.print(f"跳过放假和周末共 {len(skipped)} 天", style="dim")
    elif skipped:
        console.print(f"跳过：{days_off(skipped, calendar)}", style="dim", soft_wrap=True)


def _doubt(years: Sequence[int]) -> str:
    """Return why a date may still change: some years' lists of days off are not known."""
    if len(years) > 1:
        named = f"{years[0]} 至 {years[-1]} 年"
    else:
        named = "".join(f"{year} 年" for year in years)
    return f"（暂估：没有 {named}的放假安排，按周一至周五和已知的法定节日推算）"
