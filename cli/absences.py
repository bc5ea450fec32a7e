"""`peiyu staff away`, `absences` and `back`: who is away, and who stands in for them."""

import datetime as dt
from typing import Annotated

import typer

from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json, read_day
from cli.output import print_json, screen
from cli.staff import Login, staff


@staff.command(
    "away",
    help="登记一名工作人员不在岗和由谁代办：这些天该发给他的信发给代办人，写明代谁。",
    epilog="例：peiyu staff away zhangsan --from 2026-05-06 --to 2026-05-15 --deputy lisi",
)
def away(
    login: Login,
    first: Annotated[
        dt.date,
        typer.Option("--from", metavar="日期", parser=read_day, help="从哪天起，含这天"),
    ],
    last: Annotated[
        dt.date, typer.Option("--to", metavar="日期", parser=read_day, help="到哪天止，含这天")
    ],
    deputy: Annotated[str, typer.Option("--deputy", metavar="登录名", help="由谁代办")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Register an absence."""
    from casework.absences import Away, go_away
    from casework.refusal import Refusal

    wanted = Away(login=login, first=first, last=last, deputy=deputy)
    with services_at(home) as services:
        done = go_away(services, wanted, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    console = screen()
    say(
        console, f"已登记：{done.name} {done.first} 至 {done.last} 不在岗，由{done.deputy_name}代办"
    )
    next_step(console, f"peiyu staff back {login} --from {done.first}    取消，或提前回来")


@staff.command(
    "absences",
    help="列出谁从哪天到哪天不在岗、由谁代办；已经过去的不列。",
    epilog="例：peiyu staff absences",
)
def absences(home: Home = None, as_json: Json = False) -> None:
    """List the absences that are not over."""
    from casework.absences import list_absences

    with services_at(home) as services:
        lines = list_absences(services)
    if as_json:
        print_json({"absences": lines})
        return
    from cli.tables import next_step, say, table

    console = screen()
    if not lines:
        say(console, "没有人登记不在岗。")
        next_step(console, "peiyu staff away zhangsan --from 日期 --to 日期 --deputy lisi")
        return
    made = table("登录名", "姓名", "从", "到", "由谁代办", "今天")
    for line in lines:
        today = "不在岗" if line.now else ""
        days = (f"{line.first}", f"{line.last}")
        made.add_row(line.login, line.name, *days, line.deputy_name, today)
    console.print(made)


@staff.command(
    "back",
    help="取消一次不在岗的登记；已经开始的，从今天起算回来了。",
    epilog="例：peiyu staff back zhangsan",
)
def back(
    login: Login,
    first: Annotated[
        dt.date | None,
        typer.Option(
            "--from",
            metavar="日期",
            parser=read_day,
            show_default=False,
            help="取消从这天起的那一次，默认是正在进行的或最近的一次",
        ),
    ] = None,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """End an absence, or take one back."""
    from casework.absences import come_back
    from casework.refusal import Refusal

    with services_at(home) as services:
        done = come_back(services, login, first=first, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import say

    say(screen(), f"已取消：{done.name} {done.first} 至 {done.last} 不在岗，信仍发给本人")
