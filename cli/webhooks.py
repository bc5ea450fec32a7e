"""`peiyu webhooks`: the programs that are told of moves, and whether they take it."""

from typing import Annotated

import typer

from cli.app import group
from cli.door import actor, services_at
from cli.errors import Code, StopError, refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

webhooks = group(
    "webhooks",
    help="webhook：事项流转时通知别的程序，逐条签名。\n\n"
    "在 peiyu.toml 的 [[webhooks]] 里写；不含个人信息。",
    panel="工具",
)
Name = Annotated[str, typer.Argument(metavar="名称", help="设置里 name 的值")]


@webhooks.command(
    "list",
    help="列出设置里的 webhook，各有多少条待送、送到、不再送；地址和密钥不显示。",
    epilog="例：peiyu webhooks list",
)
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the webhooks."""
    from casework.webhooks_page import list_webhooks

    with services_at(home) as services:
        lines, zone = list_webhooks(services), services.zone
    if as_json:
        print_json({"webhooks": lines})
        return
    from cli.tables import say, table

    if not lines:
        say(screen(), "没有 webhook。要用，请在 peiyu.toml 里写 [[webhooks]]。")
        return
    made = table("名称", "行政区划", "待送#", "送到#", "不再送#", "最近送到", "最近的问题")
    for each in lines:
        last = f"{each.last_done.astimezone(zone):%Y-%m-%d %H:%M}" if each.last_done else ""
        numbers = (str(each.due), str(each.done), str(each.dead))
        made.add_row(each.name, each.division or "全部", *numbers, last, each.trouble)
    screen().print(made)


@webhooks.command(
    "test",
    help="给一个 webhook 送一条测试（type 是 test），看对方收不收。\n\n全部留痕。",
    epilog="例：peiyu webhooks test dashboard",
)
def try_one(name: Name, by: By = None, home: Home = None, as_json: Json = False) -> None:
    """Call a webhook once."""
    from casework.refusal import Refusal
    from casework.webhooks_page import try_webhook

    with services_at(home) as services:
        said = try_webhook(services, name, by=actor(by))
    if isinstance(said, Refusal):
        raise refused(said)
    if as_json:
        print_json({"taken": said.taken, "detail": said.detail})
        if not said.taken:
            raise typer.Exit(Code.PROBLEMS)
        return
    if not said.taken:
        raise StopError(said.detail)
    from cli.tables import say

    say(screen(), f"{name} 已收下", style="bold")


@webhooks.command(
    "retry",
    help="把一个 webhook 没有收下的都重新送，下次发信时一起送。",
    epilog="例：peiyu webhooks retry dashboard",
)
def retry(name: Name, by: By = None, home: Home = None, as_json: Json = False) -> None:
    """Call a webhook again with what it did not take."""
    from casework.refusal import Refusal
    from casework.webhooks_page import retry_webhook

    with services_at(home) as services:
        number = retry_webhook(services, name, by=actor(by))
    if isinstance(number, Refusal):
        raise refused(number)
    if as_json:
        print_json({"calls": number})
        return
    from cli.tables import next_step, say

    say(screen(), f"重新送 {number} 条", style="bold")
    next_step(screen(), "peiyu run deliver    现在就送")


@webhooks.command(
    "secret",
    help="做一个新的密钥，写进 [[webhooks]] 的 secret，也给对方一份；程序不留。",
    epilog="例：peiyu webhooks secret",
)
def secret(home: Home = None, as_json: Json = False) -> None:  # noqa: ARG001 - like all commands
    """Print a new secret."""
    from config.webhooks import new_secret

    made = new_secret()
    if as_json:
        print_json({"secret": made})
        return
    from cli.tables import say

    say(screen(), made)
