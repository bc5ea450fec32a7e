"""Who may enter when `peiyu up` starts: the first administrator, or the demonstration's people."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cli.door import services_at
from cli.output import aside, screen
from runtime import clock

if TYPE_CHECKING:
    from casework.services import Services
    from console.house import FirstStart

_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened at


def played_folder(folder: Path) -> Path:
    """Return the folder of the demonstration, after playing it once where nobody did."""
    from cli.demonstration import play_once

    home = folder / "demo"
    aside().print("还没有自己的数据：用演示数据，第一次要准备一会儿…", markup=False)
    play_once(home)
    return home


def first_of(folder: Path) -> "FirstStart | None":
    """Return a link for the first administrator, where nobody can sign in yet."""
    from casework.first_admin import nobody_can_sign_in
    from console.house import FirstStart

    with services_at(folder) as services:
        demo = services.demo
        return FirstStart(clock.now) if nobody_can_sign_in(services) and not demo else None


def reached_at(host: str) -> str:
    """Return by what a browser on this machine reaches a host."""
    return "127.0.0.1" if host in _EVERYWHERE else host


def say_who_may_enter(folder: Path, where: str, first: "FirstStart | None") -> None:
    """Print the links of this start: each works once."""
    from cli.tables import say

    with services_at(folder) as services:
        if services.demo:
            say(screen(), *_of_demo(services, where))
        elif first is not None:
            until = first.until.astimezone(services.zone)
            say(screen(), *_of_first(where, first.secret, until))


def _of_first(where: str, secret: str, until: dt.datetime) -> tuple[str, ...]:
    return (
        "还没有人能登录。第一位系统管理员请在浏览器里打开：",
        f"  {where}/welcome/{secret}",
        f"  {until:%H:%M} 以前有效，只能用一次；重新启动就换一个",
    )


def _of_demo(services: "Services", where: str) -> Iterator[str]:
    """Yield a link for each invented person who chose no password yet."""
    from casework.accounts import Invitation, invite
    from casework.people import people
    from cli.demo_story import CLERK, register_everybody

    register_everybody(services)
    yield "演示人员（虚构）。打开链接设一个密码，再用登录名登录；链接只能用一次："
    for person in people(services):
        name = f"  {person.role_title}  登录名 {person.login}"
        if person.password_at:
            yield f"{name}  已设密码"
            continue
        made = invite(services, person.login, by=CLERK)
        if isinstance(made, Invitation):
            yield f"{name}  {where}/welcome/{made.secret}"
