"""Setting up and looking after: `peiyu init`, `peiyu check`, `peiyu doctor`."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import folder_of, has_data, services_at, settings_at
from cli.errors import Code, misuse, refused
from cli.options import Database, Home, Json, On, whole
from cli.output import print_json, screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from casework.doctor import Check
    from casework.reproject import Reprojection
    from config.problems import CheckProblem
    from config.settings import Settings


@app.command(
    "init",
    rich_help_panel="开始",
    help="建立数据文件夹：一个数据库文件和一份设置。\n\n已有的数据不动。"
    "数据放在 PostgreSQL 时用 --database 写明地址，它会写进设置。",
    epilog="例：peiyu init --home 培育数据",
)
def init(database: Database = None, home: Home = None, as_json: Json = False) -> None:
    """Make the data folder, its settings and the tables."""
    from runtime.build import create
    from runtime.settings_file import write_database

    settings = settings_at(home)
    if database is not None:
        settings = _choose(settings, database)
    create(settings)
    if database is not None:
        write_database(settings.home / "peiyu.toml", settings.database)
    if as_json:
        print_json({"home": str(settings.home), "settings": str(settings.home / "peiyu.toml")})
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"数据文件夹已备好：{settings.home}", style="bold")
    next_step(
        console,
        "peiyu template roster    生成空白企业名册",
        "peiyu import 企业名册模板.xlsx    核对填好的名册，无误后加 --apply",
        "peiyu doctor    检查还缺什么设置",
    )


def _choose(settings: "Settings", database: str) -> "Settings":
    """Return settings with another place for the data, unless there is some data already."""
    from casework.refusal import Refusal
    from runtime.settings_file import choose_database

    chosen = choose_database(settings, database)
    if isinstance(chosen, Refusal):
        raise refused(chosen)
    return chosen


@app.command(
    "check",
    rich_help_panel="开始",
    help="检查项目、提醒、通知和放假安排文件，列出全部问题。\n\n"
    "改了规则或通知，加 --moves 看哪些截止日会变、谁已知道原日期；什么都不改动。",
    epilog="例：peiyu check --moves",
)
def check(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="文件夹",
            show_default=False,
            help="要检查的文件夹，默认是随程序附带的和自己加的",
        ),
    ] = None,
    moves: Annotated[
        bool, typer.Option("--moves", help="文件没有问题时，再列出哪些截止日会因此变动")
    ] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Print every problem of every file."""
    from config.checks import check_everything

    rooms = _rooms(folders, home)
    problems = [*check_everything(*rooms), *_templates()]
    counts = _counts(rooms)
    moving = _moving(rooms, home) if moves and not problems else None
    if as_json:
        moved = {"moving": moving.moved} if moving else {}
        print_json({"problems": [_problem(each) for each in problems], **counts, **moved})
    else:
        _print_checked(problems, counts, moving)
    if problems:
        raise typer.Exit(Code.PROBLEMS)


def _print_checked(
    problems: "Sequence[CheckProblem]", counts: dict[str, int], moving: "Reprojection | None"
) -> None:
    from cli.moved_dates import print_moved
    from cli.tables import say

    if problems:
        say(screen(), *map(str, problems), f"共 {len(problems)} 处问题", style="red")
        return
    say(
        screen(),
        f"没有问题：{counts['programmes']} 个项目、{counts['criteria']} 项条件、"
        f"{counts['obligations']} 项截止事项、{counts['ladders']} 种提醒、"
        f"{counts['years']} 年放假安排",
    )
    if moving is not None:
        print_moved(moving)


def _moving(rooms: tuple[Path, ...], home: Path | None) -> "Reprojection":
    """Return which dates move once these files are in force."""
    from casework.reproject import reproject
    from config.calendar_files import load_calendar
    from config.catalogue import load_catalogue

    if not has_data(home):
        raise misuse("还没有数据，没有截止日可以比较")
    catalogue, _ = load_catalogue(*rooms)
    calendar, _ = load_calendar(*(room / "calendars" for room in rooms))
    with services_at(home) as services:
        return reproject(replace(services, catalogue=catalogue, gazetted=calendar), apply=False)


def _templates() -> Iterator["CheckProblem"]:
    from config.problems import CheckProblem
    from notifications.letters import damaged_template

    if said := damaged_template():
        yield CheckProblem(file="notifications/templates", key="", message=said)


def _rooms(folders: list[Path] | None, home: Path | None) -> tuple[Path, ...]:
    from config.settings import CONFIG_ROOM

    for folder in folders or ():
        if not folder.is_dir():
            raise misuse(f"没有文件夹 {folder}")
    own = folder_of(home) / "config"
    return tuple(folders or ([CONFIG_ROOM, own] if own.is_dir() else [CONFIG_ROOM]))


def _counts(rooms: tuple[Path, ...]) -> dict[str, int]:
    from config.calendar_files import load_years
    from config.catalogue import load_catalogue

    catalogue, _ = load_catalogue(*rooms)
    years, _ = load_years(*(room / "calendars" for room in rooms))
    programmes = catalogue.programmes.values()
    return {
        "programmes": len(programmes),
        "criteria": sum(len(each.criteria) for each in programmes),
        "obligations": sum(len(each.obligations) for each in programmes),
        "ladders": len(catalogue.ladders),
        "years": len(years),
    }


def _problem(problem: "CheckProblem") -> dict[str, str]:
    return {"file": problem.file, "key": problem.key, "message": problem.message}


@app.command(
    "doctor",
    rich_help_panel="工具",
    help="检查整套系统，逐项说明怎么办。\n\n包括数据库、放假安排、工作人员、邮件服务器、时间表、没办成的、备份、时钟、操作记录、磁盘。",
    epilog="例：peiyu doctor",
)
def doctor(home: Home = None, on: On = None, as_json: Json = False) -> None:
    """Go through everything that can be amiss."""
    from casework.doctor import Level

    checks = tuple(replace(each, hint=whole(each.hint)) for each in _checks(home, on))
    if as_json:
        print_json({"checks": checks})
    else:
        _print_checks(checks)
    if any(each.level is Level.BAD for each in checks):
        raise typer.Exit(Code.PROBLEMS)


def _checks(home: Path | None, on: dt.date | None) -> tuple["Check", ...]:
    from casework.check import bad, ok
    from casework.doctor import disk, examine, mail
    from flows.server import away
    from runtime.build import CannotRunError, opened
    from runtime.surroundings import around_data, with_data

    around = None
    try:
        settings = settings_at(home)
        around = replace(around_data(settings), tasks_trouble=away(settings.prefect))
        with opened(settings) as services:
            around = with_data(around, settings, services)
            there = ok("数据库", f"能打开：{_where(settings)}")
            return there, *examine(services.on(on), around)
    except CannotRunError as error:
        rest = (mail(around), disk(around)) if around else ()
        return bad("数据库" if around else "设置", str(error), error.hint), *rest


def _where(settings: "Settings") -> str:
    return "PostgreSQL" if settings.database else str(settings.home / "peiyu.db")


def _print_checks(checks: tuple["Check", ...]) -> None:
    from rich.text import Text

    from casework.doctor import Level
    from cli.tables import say, table

    marks = {
        Level.OK: Text("正常", "green"),
        Level.WARN: Text("留意", "yellow"),
        Level.BAD: Text("要处理", "bold red"),
    }
    made = table("", "项目", "情况", "怎么办")
    for each in checks:
        made.add_row(marks[each.level], each.name, Text(each.sentence), Text(each.hint))
    console = screen()
    console.print(made)
    bad = sum(each.level is Level.BAD for each in checks)
    warn = sum(each.level is Level.WARN for each in checks)
    say(console, f"{bad} 项要处理，{warn} 项请留意" if bad or warn else "一切正常")
