"""`peiyu token`: what programs hold to read, or to act, through the JSON interface."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cli.app import group
from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.tokens import TokenLine

token = group(
    "token",
    help="令牌：别的程序凭它读数据或办事（/api/v1），权限与它所属的工作人员相同。",
    panel="工具",
)
_STATES = {"good": "有效", "expired": "已过期", "revoked": "已收回"}


@token.command(
    "add",
    help="发一个令牌。只显示这一次，库里只存它的摘要；收回账号或到期即失效。",
    epilog="例：peiyu token add 数据大屏 --login zhangsan --days 90 --read-only",
)
def add(
    name: Annotated[str, typer.Argument(metavar="用途", help="给谁用、做什么，例如 数据大屏")],
    login: Annotated[str, typer.Option("--login", metavar="登录名", help="令牌替谁办事")],
    days: Annotated[int, typer.Option("--days", metavar="天数", help="有效多少天")] = 180,
    read_only: Annotated[bool, typer.Option("--read-only", help="只能读，不能办")] = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a token and show it once."""
    from casework.refusal import Refusal
    from casework.tokens import NewToken, add_token

    new = NewToken(login=login, name=name, days=days, read_only=read_only)
    with services_at(home) as services:
        made = add_token(services, new, by=actor(by))
        zone = services.zone
    if isinstance(made, Refusal):
        raise refused(made)
    if as_json:
        print_json(made)
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"令牌 {made.id}（{made.name}），只显示这一次，请马上放进要用它的程序：")
    say(console, made.secret, style="bold")
    may = "只能读" if made.read_only else "能读，也能办事"
    say(console, f"{may}；{_at(made.until, zone)} 以前有效。")
    next_step(console, f"peiyu token revoke {made.id}    不用了，或怕泄露，就收回")


@token.command("list", help="列出令牌，新的在前；内容不显示。", epilog="例：peiyu token list")
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the tokens."""
    from casework.tokens import list_tokens

    with services_at(home) as services:
        lines, zone = list_tokens(services), services.zone
    if as_json:
        print_json({"tokens": lines})
        return
    from cli.tables import next_step, say, table

    if not lines:
        say(screen(), "还没有令牌，别的程序读不了数据。")
        next_step(screen(), "peiyu token add 用途 --login 登录名    发一个")
        return
    made = table("编号#", "用途", "属于", "权限", "有效至", "最近使用", "状态")
    for line in lines:
        made.add_row(*_cells(line, zone))
    screen().print(made)


def _cells(line: "TokenLine", zone: ZoneInfo) -> tuple[str, ...]:
    used = _at(line.used_at, zone) if line.used_at else "没有用过"
    may = "只读" if line.read_only else "读和办"
    whose = f"{line.person}（{line.login}）"
    return str(line.id), line.name, whose, may, _at(line.until, zone), used, _STATES[line.state]


def _at(moment: dt.datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


@token.command(
    "revoke",
    help="收回一个令牌，马上失效，不能恢复。",
    epilog="例：peiyu token revoke 3",
)
def revoke(
    number: Annotated[int, typer.Argument(metavar="编号", help="peiyu token list 里的编号")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """End a token."""
    from casework.refusal import Refusal
    from casework.tokens import revoke_token

    with services_at(home) as services:
        done = revoke_token(services, number, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import say

    say(screen(), f"已收回令牌 {done.id}（{done.name}）", style="bold")
