"""Keeping the data safe: `peiyu backup`, `restore` and `upgrade`."""

import datetime as dt
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.carrying import progress, refuse_environment
from cli.door import actor, services_at, settings_at
from cli.errors import refused
from cli.options import By, Home, Json, read_address
from cli.output import print_json, screen
from runtime import clock
from runtime.typed import typed

if TYPE_CHECKING:
    from config.settings import Settings
    from runtime.backup import Backup
    from runtime.restore import Restored

_PANEL = "维护"
_MEGABYTE = 1024**2
_OWN_FILE = "sqlite"


@app.command(
    "backup",
    rich_help_panel=_PANEL,
    help="备份：把数据库、设置和自己加的项目文件存成一个文件，并当场核对。\n\n"
    "不用停下别的程序。已存入文件夹的信函不在内，信函记录在内。备份文件里有密码，请妥善保管。",
    epilog="例：peiyu backup --to /mnt/u盘/培育备份",
)
def backup(
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="文件夹",
            show_default=False,
            help="备份放在哪里，默认是数据文件夹里的 backups",
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="只列出已有的备份")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Make a backup, or list those there are."""
    from runtime.backup import list_backups, make_backup

    settings = settings_at(home)
    if listed:
        _print_backups(list_backups(to or settings.backups_folder), as_json=as_json)
        return
    with progress("备份") as told:
        started = clock.now()
        made = make_backup(settings, now=_local(settings), folder=to, told=told)
    _note(home, made, started)
    if as_json:
        print_json(_fields(made))
        return
    from cli.tables import next_step, say

    say(screen(), f"已备份并核对：{made.file}（{_size(made)}，{_rows(made)} 行）", style="bold")
    next_step(screen(), f"peiyu restore {typed(made.file)}    需要时从它恢复")


def _note(home: Path | None, made: "Backup", started: dt.datetime) -> None:
    """Note it as a run; tables of another version than the program's can not be told."""
    from casework import runs
    from runtime.build import CannotRunError

    counts = json.dumps({"file": str(made.file), "bytes": made.size, "rows": _rows(made)})
    with suppress(CannotRunError), services_at(home) as services:
        by = replace(services, started_by=actor(None).name)
        with runs.noted(by, runs.BACKUP, started) as done:
            done(counts)


@app.command(
    "restore",
    rich_help_panel=_PANEL,
    help="恢复：从备份文件恢复到数据文件夹。原来的数据移到一旁，不删除。\n\n"
    "已有设置的文件夹保留自己的设置。备份之后可能已经发出的信不会再发，先列为待确认。"
    "恢复到 PostgreSQL 时，目标数据库必须是空的。",
    epilog="例：peiyu restore var/backups/peiyu-20260302-010000.zip",
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="备份文件", help="peiyu backup 做的文件")],
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="地址",
            show_default=False,
            callback=read_address,
            help="恢复到另一个数据库，并写进设置；写 sqlite 表示数据文件夹里的文件，"
            "写 - 则另外输入地址",
        ),
    ] = None,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Restore a backup."""
    from casework.refusal import Refusal
    from runtime.address import full_address
    from runtime.restore import Wish
    from runtime.restore import restore as restore_from

    settings = settings_at(home)
    place = None
    if database is not None:
        refuse_environment()
        place = "" if database == _OWN_FILE else full_address(database)
    wish = Wish(file=file, now=_local(settings), by=actor(by), database=place)
    with progress("恢复") as told:
        done = restore_from(settings, wish, told)
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    _print_restored(done)


def _print_restored(done: "Restored") -> None:
    from cli.tables import next_step, say

    console, ended = screen(), done.ended
    say(console, f"已恢复到 {done.made_at} 的备份，共 {done.rows} 行", style="bold")
    if done.aside:
        say(console, f"原来的数据移到了 {done.aside}")
    if done.kept_settings:
        say(console, "文件夹里原有的设置 peiyu.toml 没有改动")
    say(
        console,
        f"可能已经发出的信 {done.held} 封，列为待确认，不会自动再发。",
        "备份以后、恢复以前到点的提醒，以及补录期间的进展，也会先列为待确认。",
    )
    say(
        console,
        f"登录 {ended.sign_ins} 处、令牌 {ended.tokens} 个、日历订阅地址 {ended.feeds} 个、"
        f"没有用过的账号链接 {ended.invitations} 个都已作废：请大家重新登录，"
        "令牌、订阅地址和链接要重新生成。",
    )
    next_step(
        console,
        "peiyu doctor    检查各项是否正常",
        "peiyu letters --state held    逐封确认发还是不发",
        "peiyu letters resume    丢失的几天补录完以后，恢复照常发信",
    )


@app.command(
    "upgrade",
    rich_help_panel=_PANEL,
    help="升级：换上新版程序以后，把数据库升级到新版。\n\n"
    "先自动备份；升级不成功时，数据一点不变。已是最新时什么也不做。",
    epilog="例：peiyu upgrade",
)
def upgrade(home: Home = None, as_json: Json = False) -> None:
    """Bring the tables up to date, after a backup."""
    from casework.refusal import Refusal
    from runtime.upgrading import upgrade as bring_up_to_date

    settings = settings_at(home)
    done = bring_up_to_date(settings, now=_local(settings))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    if done.backup is None:
        say(screen(), "已是最新，不用升级。")
        return
    say(screen(), f"已升级：{done.before} → {done.after}", style="bold")
    say(screen(), f"升级前的备份：{done.backup}")
    next_step(screen(), "peiyu doctor    检查各项是否正常")


def _print_backups(found: "tuple[Backup, ...]", *, as_json: bool) -> None:
    if as_json:
        print_json({"backups": [_fields(each) for each in found]})
        return
    from cli.tables import next_step, say, table

    if not found:
        say(screen(), "还没有备份。")
        next_step(screen(), "peiyu backup    现在就备份")
        return
    made = table("时间", "程序版本", "行数#", "大小#", "文件")
    for each in found:
        told = each.manifest
        when = f"{told.moment:%Y-%m-%d %H:%M}"
        made.add_row(when, told.program, str(_rows(each)), _size(each), str(each.file))
    screen().print(made)


def _fields(made: "Backup") -> dict[str, object]:
    told = made.manifest
    return {
        "file": str(made.file),
        "bytes": made.size,
        "made_at": told.made_at,
        "program": told.program,
        "revision": told.revision,
        "rows": told.rows,
    }


def _rows(made: "Backup") -> int:
    return sum(made.manifest.rows.values())


def _size(made: "Backup") -> str:
    small = made.size < _MEGABYTE
    return f"{made.size / 1024:.0f} KB" if small else f"{made.size / _MEGABYTE:.1f} MB"


def _local(settings: "Settings") -> dt.datetime:
    from runtime.build import zone_of

    return clock.now().astimezone(zone_of(settings))
