"""One matter whole, and why: `peiyu case` and `peiyu explain`."""

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import calendar_at, calendar_folders, has_data, programme_key, services_at
from cli.errors import misuse, refused
from cli.options import Home, Json, On, ProgrammeName, Target, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.explain import Explanation

_LOOKS_LIKE_A_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")


DeadlineNumber = Annotated[
    int | None,
    typer.Option(
        "--deadline", metavar="编号", show_default=False, help="截止事项编号，见 peiyu case"
    ),
]


@app.command(
    "case",
    rich_help_panel="查询",
    help="一个事项的全部：进展、结论、数据、截止日、经过。\n\n走到哪一步、在等什么、每条结论、数据来源、截止日、流转、登记和信函。",
    epilog="例：peiyu case 12；peiyu case 示例科技 --programme hnte",
)
def case(
    target: Target,
    programme: ProgrammeName = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show a case."""
    from casework.case_page import case_page
    from casework.refusal import Refusal

    with services_at(home, on=on) as services:
        found = case_page(services, target, programme_key(services.catalogue, programme))
    if isinstance(found, Refusal):
        raise refused(found)
    if as_json:
        print_json(found)
        return
    from cli.case_tables import print_case

    print_case(screen(), found)


@app.command(
    "explain",
    rich_help_panel="查询",
    help="为什么：一个结论、一个截止日，或某天是不是工作日。\n\n"
    "写事项编号或企业说明结论，--deadline 编号说明截止日，写日期说明那一天。",
    epilog="例：peiyu explain 12；peiyu explain --deadline 34；peiyu explain 2026-10-01",
)
def explain(
    target: Annotated[
        str | None,
        typer.Argument(metavar="事项或日期", show_default=False, help="事项编号、企业，或日期"),
    ] = None,
    deadline: DeadlineNumber = None,
    programme: ProgrammeName = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Explain a verdict, a deadline or a day."""
    from casework.explain import explain_case, explain_deadline
    from casework.refusal import Refusal

    if (target is None) is (deadline is None):
        raise misuse("请写一个事项编号、企业或日期，或者用 --deadline 写截止事项编号")
    if target is not None and _LOOKS_LIKE_A_DAY.fullmatch(target.strip()):
        found: Explanation | Refusal = _day(home, read_day(target))
    else:
        with services_at(home, on=on) as services:
            key = programme_key(services.catalogue, programme)
            found = (
                explain_deadline(services, deadline)
                if deadline is not None
                else explain_case(services, target or "", key)
            )
    if isinstance(found, Refusal):
        raise refused(found)
    if as_json:
        print_json(found)
        return
    from cli.case_tables import print_explanation

    print_explanation(screen(), found)


def _day(home: Path | None, day: dt.date) -> "Explanation":
    from casework.calendar_days import list_overrides
    from casework.explain import explain_day
    from config.calendar_files import load_years

    declared: dict[dt.date, str] = {}
    if has_data(home):
        with services_at(home) as services:
            declared = {
                each.day: f"{'上班' if each.working else '放假'}：{each.reason}（{each.by}）"
                for each in list_overrides(services)
            }
    years, _ = load_years(*calendar_folders(home))
    return explain_day(calendar_at(home), day, years=years, declared=declared)
