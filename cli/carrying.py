"""Carrying all data to another database: `peiyu copy`, and what a restore shares with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import settings_at
from cli.errors import misuse, refused
from cli.options import Home, Json, read_address
from cli.output import aside, print_json, screen
from runtime import clock

if TYPE_CHECKING:
    from models.copies import Told

To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="地址",
        callback=read_address,
        help="目标数据库的地址；写 - 则另外输入，密码不会留在命令里",
    ),
]


@app.command(
    "copy",
    rich_help_panel="维护",
    help="搬家：把全部数据复制到另一个空的数据库，逐表核对行数和内容。\n\n"
    "例如从一个文件搬到 PostgreSQL，也可以反过来。原来的数据只读不改。",
    epilog="例：peiyu copy --to - --switch，再输入 postgresql://用户名:密码@主机:5432/库名",
)
def copy(
    to: To,
    switch: Annotated[
        bool, typer.Option("--switch", help="复制好以后写进设置，从此用新的数据库")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="有人守着时间表也复制；复制期间的改动不在内")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Copy all data into another database."""
    from casework.refusal import Refusal
    from runtime.address import full_address
    from runtime.moving import copy_data
    from runtime.settings_file import write_database

    settings, target = settings_at(home), full_address(to)
    if switch and force:
        raise misuse("--switch 不能和 --force 同用：复制期间的改动会丢失")
    if switch:
        refuse_environment()
    with progress("复制") as told:
        done = copy_data(settings, target, now=clock.now(), force=force, told=told)
    if isinstance(done, Refusal):
        raise refused(done)
    if switch:
        write_database(settings.home / "peiyu.toml", target)
    if as_json:
        print_json({"rows": done.rows, "total": done.total, "switched": switch})
        return
    from cli.tables import next_step, say

    say(screen(), f"已复制并核对：{len(done.rows)} 张表，共 {done.total} 行", style="bold")
    if switch:
        say(screen(), f"设置 {settings.home / 'peiyu.toml'} 已改为新的数据库；原来的数据还在原处")
        next_step(screen(), "peiyu doctor    检查各项是否正常")
    else:
        where = settings.home / "peiyu.toml"
        say(screen(), f"要改用它，请在 {where} 里把 database 写成刚才 --to 的地址")


def refuse_environment() -> None:
    """End where the settings file would be written and not heard."""
    if os.environ.get("PEIYU_DATABASE"):
        raise misuse("环境变量 PEIYU_DATABASE 已指定数据库，写进设置不起作用；请先取消它，或改它")


@contextmanager
def progress(title: str) -> Iterator["Told"]:
    """Show how many rows of which table went in, to those who watch."""
    from rich.progress import Progress, TextColumn

    console = aside()
    with Progress(
        TextColumn("{task.description}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda table, rows: bar.update(task, description=f"{title}：{table} {rows} 行")
