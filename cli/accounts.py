"""`peiyu account`: who may sign in to the console; a password is chosen by its owner alone."""

from typing import Annotated

import typer

from cli.app import group
from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

account = group("account", help="账号：谁能登录网页。密码只由本人设。", panel="工具")

Login = Annotated[str, typer.Argument(metavar="登录名", help="peiyu staff 里登记的，例如 zhangsan")]
_HERE = "http://127.0.0.1:8631"


@account.command(
    "invite",
    help="给一名工作人员一个设密码的链接，三天内用一次有效；忘了密码也用它。再发一个，前一个就失效。",
    epilog="例：peiyu account invite zhangsan",
)
def invite(
    login: Login,
    at: Annotated[
        str,
        typer.Option("--at", metavar="网址", help="同事在浏览器里打开的网址"),
    ] = _HERE,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Print a link with which somebody chooses a password."""
    from casework.accounts import invite as make_link
    from casework.refusal import Refusal

    with services_at(home) as services:
        made = make_link(services, login, by=actor(by))
        zone = services.zone
    if isinstance(made, Refusal):
        raise refused(made)
    link = f"{at.rstrip('/')}/welcome/{made.secret}"
    if as_json:
        print_json({"login": made.login, "name": made.name, "link": link, "until": made.until})
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"请把这个链接单独发给 {made.name}，不要转发给别人：")
    say(console, link, style="bold")
    say(console, f"{made.until.astimezone(zone):%Y-%m-%d %H:%M} 以前有效，只能用一次。")
    next_step(console, "peiyu up --port 8631    打开网页，链接才能用")


@account.command("list", help="列出账号：谁设了密码，谁登录着。", epilog="例：peiyu account list")
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the accounts."""
    from casework.accounts import list_accounts

    with services_at(home) as services:
        lines, zone = list_accounts(services), services.zone
    if as_json:
        print_json({"accounts": lines})
        return
    from cli.tables import next_step, say, table

    if not lines:
        say(screen(), "还没有账号，没有人能登录网页。")
        next_step(screen(), "peiyu account invite 登录名    给一个设密码的链接")
        return
    made = table("登录名", "姓名", "角色", "密码", "登录着#", "最近使用")
    for line in lines:
        password = (
            f"{line.changed_at.astimezone(zone):%Y-%m-%d} 设" if line.changed_at else "还没有设"
        )
        seen = f"{line.seen_at.astimezone(zone):%Y-%m-%d %H:%M}" if line.seen_at else ""
        made.add_row(line.login, line.name, line.role_title, password, str(line.browsers), seen)
    screen().print(made)


@account.command(
    "close",
    help="收回账号：密码作废，登录着的马上退出。办过的事仍记在本人名下。",
    epilog="例：peiyu account close zhangsan",
)
def close(login: Login, by: By = None, home: Home = None, as_json: Json = False) -> None:
    """Take somebody's password and sign-ins away."""
    from casework.accounts import close_account
    from casework.refusal import Refusal

    with services_at(home) as services:
        done = close_account(services, login, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json({"login": login, "closed": True})
        return
    from cli.tables import say

    say(screen(), f"已收回 {login} 的账号", style="bold")
