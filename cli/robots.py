"""`peiyu robots`: the group robots that the settings know, and whether they work."""

from typing import Annotated

import typer

from cli.app import group
from cli.door import actor, services_at, settings_at
from cli.errors import Code, StopError, refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

robots = group(
    "robots",
    help="群机器人：企业微信、钉钉、飞书的工作群里，每天说一次今天有多少事。\n\n"
    "在 peiyu.toml 的 [[robots]] 里写；不含个人信息。",
    panel="工具",
)


@robots.command("list", help="列出设置里的机器人；密钥不显示。", epilog="例：peiyu robots list")
def list_(home: Home = None, as_json: Json = False) -> None:
    """List the robots."""
    known = settings_at(home).robots
    lines = [
        {
            "name": each.name,
            "kind": each.kind.value,
            "division": each.division,
            "roles": list(each.roles),
            "per_minute": each.per_minute,
        }
        for each in known
    ]
    if as_json:
        print_json({"robots": lines})
        return
    from cli.tables import say, table

    if not known:
        say(screen(), "没有机器人。要用，请在 peiyu.toml 里写 [[robots]]。")
        return
    made = table("名称", "种类", "说谁的事", "行政区划")
    for each in known:
        made.add_row(each.name, each.kind.value, "、".join(each.roles), each.division or "全部")
    screen().print(made)


@robots.command(
    "test",
    help="让一个机器人说一行测试的话，看群里收不收得到。\n\n全部留痕。",
    epilog="例：peiyu robots test jingban",
)
def try_one(
    name: Annotated[str, typer.Argument(metavar="名称", help="设置里 name 的值")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let a robot say one line."""
    from casework.refusal import Refusal
    from casework.robots import try_robot
    from notifications.message import Fate

    with services_at(home) as services:
        told = try_robot(services, name, by=actor(by))
    if isinstance(told, Refusal):
        raise refused(told)
    if as_json:
        print_json({"fate": told.fate.value, "detail": told.detail, "answer": told.answer})
        if told.fate is not Fate.SENT:
            raise typer.Exit(Code.PROBLEMS)
        return
    if told.fate is not Fate.SENT:
        raise StopError(told.detail)
    from cli.tables import say

    say(screen(), "已由机器人发出，请到群里看。")
