"""`peiyu calendar`: days that the office decides, the yearly list, and the dates that move."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import group
from cli.door import actor, own_calendars, services_at
from cli.errors import Code, StopError, misuse, refused
from cli.moved_dates import print_moved
from cli.options import By, Home, Json, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.calendar_days import OverrideLine, Read
    from casework.reproject import Reprojection
    from casework.services import Services

calendar = group(
    "calendar",
    help="放假安排：单独的放假日，国务院通知，调整截止日。",
    panel="工具",
)

Day = Annotated[dt.date, typer.Argument(metavar="日期", parser=read_day, help="例如 2026-09-28")]
Why = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，必填")]
Preview = Annotated[bool, typer.Option("--preview", help="只列出哪些截止日会变，不登记")]
Tell = Annotated[
    bool, typer.Option("--tell", help="在下一封信里更正给已告知原日期的人，和 --apply 同用")
]
Apply = Annotated[bool, typer.Option("--apply", help="真的保存；不加只预览")]


@calendar.command("list", help="列出单独登记的日子。", epilog="例：peiyu calendar list")
def list_days(home: Home = None, as_json: Json = False) -> None:
    """List the days that our own staff decided."""
    from casework.calendar_days import list_overrides

    with services_at(home) as services:
        lines = list_overrides(services)
    if as_json:
        print_json({"days": lines})
        return
    from cli.tables import next_step, say, table

    console = screen()
    if not lines:
        say(console, "没有单独登记的日子，全部按放假安排。")
        next_step(console, "peiyu calendar add 2026-09-28 --off --reason 理由    登记一天")
        return
    made = table("日期", "星期", "安排", "理由", "登记人")
    for line in lines:
        made.add_row(str(line.day), line.weekday, _works(line), line.reason, line.by)
    console.print(made)


def _works(line: "OverrideLine") -> str:
    return "上班" if line.working else "放假"


@calendar.command(
    "add",
    help="登记某天放假或上班，优先于放假安排。先加 --preview 看哪些截止日会变、谁已知道原日期。",
    epilog="例：peiyu calendar add 2026-09-28 --off --reason 县政府通知停工一天",
)
def add(
    day: Day,
    reason: Why,
    off: Annotated[bool, typer.Option("--off", help="这天放假")] = False,
    work: Annotated[bool, typer.Option("--work", help="这天上班")] = False,
    preview: Preview = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Declare a day off or worked, and say which dates move because of it."""
    from casework.calendar_days import declare_day
    from casework.refusal import Refusal

    if off is work:
        raise misuse("请写明 --off（放假）或 --work（上班），只写一个")
    with services_at(home) as services:
        if preview:
            _preview(services, day, work, as_json)
            return
        done = declare_day(services, day, working=work, reason=reason, by=actor(by))
        if isinstance(done, Refusal):
            raise refused(done)
        _say_change(services, f"已登记：{day}（{done.weekday}）{_works(done)}", done, as_json)


@calendar.command(
    "remove",
    help="取消单独登记的一天，恢复按放假安排。加 --preview 只看哪些截止日会变。",
    epilog="例：peiyu calendar remove 2026-09-28 --reason 通知已撤销",
)
def remove(
    day: Day,
    reason: Why,
    preview: Preview = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take a declared day back."""
    from casework.calendar_days import forget_day
    from casework.refusal import Refusal

    with services_at(home) as services:
        if preview:
            _preview(services, day, None, as_json)
            return
        done = forget_day(services, day, reason=reason, by=actor(by))
        if isinstance(done, Refusal):
            raise refused(done)
        _say_change(services, f"已取消：{day}（{done.weekday}）恢复按放假安排", done, as_json)


def _preview(services: "Services", day: dt.date, working: bool | None, as_json: bool) -> None:
    """Say what would move if a day were declared, or (None) no longer were; nothing is kept."""
    from casework.calendar_days import supposing
    from casework.reproject import reproject

    moving = reproject(supposing(services, day, working), apply=False)
    if as_json:
        print_json(moving)
        return
    from cli.tables import say

    say(screen(), f"预览，没有登记：{day}", style="bold")
    print_moved(moving, apply="")


def _say_change(services: "Services", sentence: str, line: "OverrideLine", as_json: bool) -> None:
    from casework.reproject import reproject

    moving = reproject(services, apply=False)
    if as_json:
        print_json({"day": line, "moving": moving.moved})
        return
    from cli.tables import say

    console = screen()
    say(console, sentence)
    print_moved(moving)


@calendar.command(
    "load",
    help="录入国务院办公厅放假安排：把通知原文存成文本文件，或用 - 从键盘粘贴。"
    "不加 --apply 只核对。",
    epilog="例：peiyu calendar load 2027 通知.txt --apply",
)
def load(
    year: Annotated[int, typer.Argument(metavar="年份", min=2000, max=2100, help="例如 2027")],
    file: Annotated[Path, typer.Argument(metavar="文件", help="通知原文（UTF-8 文本），或 -")],
    apply: Apply = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Read the State Council's notice, show what was understood, and keep it when told to."""
    from casework.calendar_days import read_notice

    read = read_notice(_text_of(file), year)
    moving = None if read.problems else _keep(home, read, apply=apply, by=by)
    applied = apply and not read.problems
    if as_json:
        moved = moving.moved if moving else ()
        print_json(
            {"year": read.year, "problems": read.problems, "applied": applied, "moving": moved}
        )
    else:
        _print_read(read, moving, applied=applied)
    if read.problems:
        raise typer.Exit(Code.PROBLEMS)


def _keep(home: Path | None, read: "Read", *, apply: bool, by: str | None) -> "Reprojection":
    """Keep the notice if it is to be kept; return what moves, or would move, because of it."""
    from casework.calendar_days import keep_notice, with_year
    from casework.refusal import Refusal
    from casework.reproject import reproject

    with services_at(home) as services:
        if apply:
            kept = keep_notice(services, read, own_calendars(home), by=actor(by))
            if isinstance(kept, Refusal):
                raise refused(kept)
        return reproject(with_year(services, read), apply=False)


def _text_of(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    try:
        content = file.read_bytes()
    except OSError:
        raise misuse(f"打不开文件 {file}") from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StopError(f"{file} 不是文本文件，请把通知原文另存为 .txt")


def _print_read(read: "Read", moving: "Reprojection | None", *, applied: bool) -> None:
    from cli.tables import next_step, say, table

    console = screen()
    say(console, read.year.title, style="bold")
    made = table("节日", "从", "至", "天数#")
    for each in read.year.holiday:
        made.add_row(each.name, str(each.first), str(each.last), str(len(each.days)))
    console.print(made)
    say(console, f"调休上班：{'、'.join(map(str, read.year.work)) or '无'}")
    if read.problems:
        say(console, "没有保存，请核对：", *(f"  {each}" for each in read.problems), style="red")
        return
    if applied:
        say(console, f"已保存 {read.year.year} 年放假安排。", style="bold")
    else:
        next_step(console, "核对无误后加 --apply 保存")
    if moving is not None:
        print_moved(moving)


@calendar.command(
    "reproject",
    help="放假安排、规则或通知变化后重算未办的截止日。\n\n"
    "不加 --apply 只列出会变的日期和已告知原日期的人；更正信只在加 --tell 时发。",
    epilog="例：peiyu calendar reproject --apply --tell",
)
def project_again(
    apply: Apply = False, tell: Tell = False, home: Home = None, as_json: Json = False
) -> None:
    """Project live deadlines again: which move, and who was told the old date."""
    from casework.reproject import reproject

    if tell and not apply:
        raise misuse("--tell 要和 --apply 同用：先不加它们，看看哪些日期会变")
    with services_at(home) as services:
        moving = reproject(services, apply=apply, tell=tell)
    if as_json:
        print_json(moving)
    else:
        print_moved(moving)
