"""`peiyu certificate`: putting on file what an enterprise was granted."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.certificates import Certified

_KINDS = {"hnte": "高新技术企业证书", "tsme": "科技型中小企业入库登记"}


@app.command(
    "certificate",
    rich_help_panel="办理",
    help="登记证书：高企证书编号或科小入库登记编号，和发证（入库）日期。\n\n"
    "有效期由此算出，年报、到期等截止日临近时自动出现。编号不变、日期不同，就是更正。",
    epilog="例：peiyu certificate 12 GR202643000001 --on 2026-09-18",
)
def certificate(
    target: Annotated[
        str, typer.Argument(metavar="企业", help="企业名称、统一社会信用代码或事项编号")
    ],
    number: Annotated[str, typer.Argument(metavar="编号", help="证书编号或入库登记编号")],
    granted_on: Annotated[
        dt.date,
        typer.Option("--on", metavar="日期", parser=read_day, help="发证日期或入库日期"),
    ],
    field: Annotated[
        str, typer.Option("--field", metavar="领域", help="技术领域，高企证书可写")
    ] = "",
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Put a certificate on file."""
    from casework.certificates import Granted, register_certificate
    from casework.refusal import Refusal

    with services_at(home) as services:
        granted = Granted(target=target, number=number, on=granted_on, field=field)
        done = register_certificate(services, granted, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
    else:
        _print(done)


def _print(done: "Certified") -> None:
    from cli.tables import next_step, say

    console = screen()
    word = "早已登记过" if done.already else "已更正" if done.before else "已登记"
    say(console, f"{word}：{done.enterprise}，{_KINDS[done.kind]} {done.number}", style="bold")
    say(console, f"有效期 {done.valid_from} 至 {done.valid_to}")
    if done.before:
        say(console, f"原来登记的是 {done.before}")
    if done.warning:
        say(console, f"提醒：{done.warning}", style="yellow")
    next_step(console, "peiyu due --days 365    看新的截止日")
