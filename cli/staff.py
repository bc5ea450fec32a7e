"""`peiyu staff`: who in the office gets letters, and for which division."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import group
from cli.door import actor, services_at, settings_at
from cli.errors import misuse, refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

if TYPE_CHECKING:
    from models.enterprise import Role

staff = group("staff", help="工作人员：谁收待审和催办的信。", panel="工具")

Login = Annotated[str, typer.Argument(metavar="登录名", help="例如 zhangsan")]
_DONE = {"added": "已登记", "changed": "已更新", "unchanged": "没有变化"}


@staff.command("list", help="列出工作人员。", epilog="例：peiyu staff list")
def list_(
    everybody: Annotated[bool, typer.Option("--all", help="包括已停用的")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the staff."""
    from casework.staff import list_staff

    with services_at(home) as services:
        lines = list_staff(services, everybody=everybody)
    if as_json:
        print_json({"staff": lines})
        return
    from cli.tables import next_step, say, table

    console = screen()
    if not lines:
        say(console, "还没有登记工作人员，待审和催办的信无人接收。")
        next_step(console, "peiyu staff add zhangsan --name 张三 --role 经办 --email 邮箱")
        return
    made = table("登录名", "姓名", "角色", "邮箱", "行政区划", "状态")
    for line in lines:
        state = "在岗" if line.active else "已停用"
        division = line.division_code or "全部"
        made.add_row(line.login, line.name, line.role_title, line.email, division, state)
    console.print(made)


@staff.command(
    "add",
    help="登记一名工作人员；再次登记同一登录名即更新。"
    "角色：经办 clerk、股长 head、分管领导 leader、运维 operator（收程序的告警）、"
    "审计 auditor（只看）、系统管理员 admin（管人员和账号）；后两种不收事项的信。",
    epilog="例：peiyu staff add zhangsan --name 张三 --role 经办 --email zhangsan@example.cn",
)
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", metavar="姓名", help="姓名")],
    role: Annotated[
        str,
        typer.Option("--role", metavar="角色", help="经办、股长、分管领导、运维、审计或系统管理员"),
    ],
    email: Annotated[str, typer.Option("--email", metavar="邮箱", help="收信的邮箱")],
    division: Annotated[
        str | None,
        typer.Option(
            "--division",
            metavar="区划",
            show_default=False,
            help="负责的行政区划代码，默认取设置里本单位的；空着表示全部",
        ),
    ] = None,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Register somebody, or correct what is known of them."""
    from casework.refusal import Refusal
    from casework.staff import NewStaff, add_staff

    code = settings_at(home).office.division_code if division is None else division
    new = NewStaff(login=login, name=name, role=_role(role), email=email, division_code=code)
    with services_at(home) as services:
        done = add_staff(services, new, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import say

    member = done.member
    say(screen(), f"{_DONE[done.what]}：{member.name}（{member.role_title}，{member.email}）")


def _role(words: str) -> "Role":
    from casework.words import ROLES
    from models.enterprise import Role

    nobody = (Role.CONTACT, Role.ROBOT)
    for role, title in ROLES.items():
        if role not in nobody and words.lower() in (role.value, title):
            return role
    known = "、".join(
        f"{title}（{role.value}）" for role, title in ROLES.items() if role not in nobody
    )
    raise misuse(f"没有“{words}”这个角色，可用的有：{known}")


@staff.command(
    "remove",
    help="停用一名工作人员：不再给他发信，办过的事仍记在他名下。",
    epilog="例：peiyu staff remove zhangsan --reason 调离",
)
def remove(
    login: Login,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Deactivate somebody."""
    from casework.refusal import Refusal
    from casework.staff import remove_staff

    with services_at(home) as services:
        done = remove_staff(services, login, reason=reason, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import say

    say(screen(), f"已停用：{done.name}（{done.role_title}）")
