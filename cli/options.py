"""Options that several commands share, each with its Chinese help, and how they are read."""

import datetime as dt
import re
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from runtime.typed import typed

DEFAULT_HOME = Path("var")
_MOST_LINES = 5_000
_DAY = re.compile(r"(\d{4})(?:[-/.年])?(\d{1,2})(?:[-/.月])?(\d{1,2})日?")
_END_OF_COMMAND = re.compile(r" {4}|[；，。]")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")


def read_day(text: str) -> dt.date:
    """Return the date that somebody typed: 2026-03-02, 2026/3/2, 20260302, 2026年3月2日."""
    found = _DAY.fullmatch(text.strip())
    try:
        return dt.date(*map(int, found.groups())) if found else dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，请写成 2026-03-02 这样") from None


def read_month(text: str) -> str:
    """Return the month that somebody typed, as YYYY-MM."""
    found = _MONTH.fullmatch(text.strip())
    try:
        return f"{dt.date(int(found[1]), int(found[2]), 1):%Y-%m}" if found else _no_month(text)
    except ValueError:
        return _no_month(text)


def _no_month(text: str) -> str:
    raise typer.BadParameter(f"“{text}”不是月份，请写成 2026-03 这样")


_typed: list[Path] = []  # the data folder that was typed, so that hints can name it too


def name_home(home: Path | None) -> None:
    """Remember which data folder was typed, or that none was."""
    _typed[:] = [home] if home else []


def named_home() -> str:
    """Return what a hint adds to a command, so that it can be typed as it stands."""
    return "".join(f" --home {typed(home)}" for home in _typed)


def whole(line: str) -> str:
    """Return a command with the data folder that was typed, before what it is for."""
    end = _END_OF_COMMAND.search(line)
    at = end.start() if end else len(line)
    words, purpose = line[:at], line[at:]
    homeless = words.startswith("peiyu template roster") or " --home " in words
    if homeless or not words.startswith("peiyu "):
        return line
    return f"{words}{named_home()}{purpose}"


def read_address(value: str | None) -> str | None:
    """Return a database's address; for `-` it is asked for, or read from standard input.

    What stands in a command is seen by everybody on the machine, its password too.
    """
    if value != "-":
        return value
    asked = getpass("数据库地址（输入时不显示）：") if sys.stdin.isatty() else sys.stdin.readline()
    if not asked.strip():
        raise typer.BadParameter("没有读到数据库地址")
    return asked.strip()


def _home(ctx: typer.Context, value: Path | None) -> Path:
    """Return the folder named after the command, else before it, else the usual one."""
    typed = value or _typed_above(ctx)
    name_home(typed)
    before = ctx.find_root().params.get("home")
    return typed or (before if isinstance(before, Path) else DEFAULT_HOME)


def _typed_above(ctx: typer.Context) -> Path | None:
    """Return the folder typed before the command: after `peiyu`, or after a group's name."""
    above = ctx.parent
    while above is not None:
        if getattr(above.get_parameter_source("home"), "name", "") == "COMMANDLINE":
            found = above.params.get("home")
            return found if isinstance(found, Path) else None
        above = above.parent
    return None


Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="文件夹",
        callback=_home,
        show_default=False,
        help="数据文件夹，默认是 var，也可以用环境变量 PEIYU_HOME 指定",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="只输出 JSON，供其他程序读取")]
On = Annotated[
    dt.date | None,
    typer.Option(
        "--on", metavar="日期", parser=read_day, show_default=False, help="按这一天办理，默认今天"
    ),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="姓名", show_default=False, help="谁办的，默认取电脑的登录名"),
]
ProgrammeName = Annotated[
    str | None,
    typer.Option(
        "--programme", "-p", metavar="项目", show_default=False, help="项目，例如 hnte、高企、科小"
    ),
]
Target = Annotated[str, typer.Argument(metavar="事项", help="事项编号、统一社会信用代码或企业名称")]
Cycle = Annotated[
    int | None,
    typer.Option("--cycle", metavar="年度", show_default=False, help="只看这一年度"),
]
Enterprise = Annotated[
    str | None,
    typer.Option(
        "--enterprise", "-e", metavar="企业", show_default=False, help="代码、名称或名称的一部分"
    ),
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="个数", min=1, max=_MOST_LINES, help="最多列多少")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="地址",
        show_default=False,
        callback=read_address,
        help="数据放在哪里，例如 postgresql://用户名:密码@主机:5432/库名；"
        "写 - 则另外输入，密码不会留在命令里",
    ),
]
