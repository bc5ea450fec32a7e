"""What runs by itself one day, typed by hand: `peiyu run monthly`, `sweep` and `deliver`."""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.app import group
from cli.door import actor, services_at, settings_at
from cli.errors import Code, misuse
from cli.options import Home, Json, On, read_month
from cli.output import aside, print_json, screen

if TYPE_CHECKING:
    from casework.counts import BatchCounts
    from casework.deliver import DeliveryReport
    from flows.local import Report
    from flows.progress import Progress

runs = group(
    "run",
    help="每月的流程、每周的摘要、每个工作日的提醒和发信、夜间清理。\n\n重复运行不会重复办理。",
    panel="办理",
)

Plain = Annotated[bool, typer.Option("--plain", help="直接办理，不保存运行过程；结果相同")]
Which = Literal["monthly", "digest", "sweep", "deliver", "housekeeping"]
_TITLES: dict[Which, str] = {
    "monthly": "月度流程",
    "digest": "一周摘要",
    "sweep": "提醒",
    "deliver": "发信",
    "housekeeping": "夜间清理",
}


@runs.command(
    "monthly",
    help="月度流程：逐家对照条件，建立和推进事项。\n\n列出待审，算出截止日，写好要告知的内容。",
    epilog="例：peiyu run monthly --month 2026-03",
)
def monthly(
    month: Annotated[
        str | None,
        typer.Option(
            "--month", metavar="月份", parser=read_month, show_default=False, help="默认本月"
        ),
    ] = None,
    on: On = None,
    plain: Plain = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Do a month."""
    period, day = _month_and_day(home, month, on)
    _say_early(home, day, told=on is not None)
    report = run_flow(home, "monthly", plain=plain, month=period, on=day.isoformat())
    if as_json:
        print_json({"month": period, "on": day, **counts_of(report)})
        return
    from casework.counts import BatchCounts
    from cli.tables import next_step, say

    assert isinstance(report, BatchCounts)  # noqa: S101 - which flow it was decides it
    console = screen()
    say(console, f"{period} 月度流程已办完（按 {day} 办理）", style="bold")
    say(console, _monthly_sentence(report))
    next_step(console, "peiyu status    看各阶段有多少", "peiyu run sweep    找出到点的提醒")


def _monthly_sentence(report: "BatchCounts") -> str:
    parts = (
        (report.opened, "新建事项 {} 件"),
        (report.assessed, "结论有变化 {} 件"),
        (report.moved, "推进 {} 步"),
        (report.reviews, "待审 {} 件"),
        (report.deadlines, "新的截止事项 {} 件"),
        (report.superseded, "调整截止日 {} 件"),
        (report.claims, "要告知的 {} 件"),
    )
    return "，".join(words.format(number) for number, words in parts if number) or "没有变化"


def _month_and_day(home: Path | None, month: str | None, on: dt.date | None) -> tuple[str, dt.date]:
    """Return the month and the day to act on: today, or the month's end nearest to it."""
    if on is None:
        with services_at(home) as services:
            on_or_today = services.today
    else:
        on_or_today = on
    period = month or f"{on_or_today:%Y-%m}"
    first = dt.date.fromisoformat(f"{period}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    if on is not None and not first <= on <= last:
        raise misuse(f"--on {on} 不在 {period} 这个月里")
    return period, min(max(on_or_today, first), last)


def _say_early(home: Path | None, day: dt.date, *, told: bool) -> None:
    """Say that a month is done before its time: what closes in it is closed from now on."""
    if told:
        return
    with services_at(home) as services:
        early = day > services.today
    if early:
        _notice(f"提醒：{day} 还没有到，这是提前办理，届时到期的事项会一并结束")


@runs.command(
    "sweep",
    help="提醒：找出到点的提醒，按人归到当天的信里。\n\n没开机的日子一并补上。",
    epilog="例：peiyu run sweep",
)
def sweep(on: On = None, plain: Plain = False, home: Home = None, as_json: Json = False) -> None:
    """Queue the reminders of a day."""
    report = run_flow(home, "sweep", plain=plain, on=on.isoformat() if on else None)
    if as_json:
        print_json(counts_of(report))
        return
    from casework.remind import SweepReport
    from cli.tables import next_step, say

    assert isinstance(report, SweepReport)  # noqa: S101 - which flow it was decides it
    console = screen()
    say(
        console,
        f"到点的提醒 {report.rungs} 个：写进信函 {report.spoken} 件，"
        f"由更急的代为提醒 {report.superseded} 件，没有人可告知 {report.suppressed} 件",
    )
    next_step(console, "peiyu run deliver    发出信函", "peiyu letters    看有哪些信")


@runs.command(
    "deliver",
    help="发信：把写好的信逐封发出；没有设置邮件服务器时存入文件夹。",
    epilog="例：peiyu run deliver",
)
def deliver(on: On = None, plain: Plain = False, home: Home = None, as_json: Json = False) -> None:
    """Send the letters of a day."""
    report = run_flow(home, "deliver", plain=plain, on=on.isoformat() if on else None)
    from casework.deliver import DeliveryReport

    assert isinstance(report, DeliveryReport)  # noqa: S101 - which flow it was decides it
    if as_json:
        print_json(counts_of(report))
    else:
        _print_delivery(home, report)
    if report.stopped or report.failed or report.unknown or report.held:
        raise typer.Exit(Code.PROBLEMS)


def _print_delivery(home: Path | None, report: "DeliveryReport") -> None:
    from cli.tables import next_step, say

    settings = settings_at(home)
    console = screen()
    parts = (
        (report.sent, "发出 {} 封"),
        (report.deferred, "稍后再发 {} 封"),
        (report.failed, "发不出 {} 封"),
        (report.unknown, "未收到答复 {} 封"),
        (report.held, "待确认 {} 封"),
        (report.suppressed, "无须发 {} 封"),
    )
    said = "，".join(words.format(number) for number, words in parts if number)
    say(console, said or ("一封也没有发出。" if report.stopped else "没有要发的信。"))
    if report.elsewhere:
        say(console, f"另有 {report.elsewhere} 封正由别处发送，或上次中断后还在等，最多一刻钟。")
    if report.stopped:
        say(console, f"已停止：{report.stopped}。没发的信都还在，修好后再运行一次即可", style="red")
    if report.sent and not settings.smtp.host:
        say(console, f"信函在文件夹 {settings.letters_folder}，可用邮件程序打开")
    next_step(console, "peiyu letters    看每封信的情况")


def counts_of(report: "Report") -> dict[str, object]:
    """Return a report as other programs read it."""
    from dataclasses import asdict

    return asdict(report)


def run_flow(home: Path | None, which: Which, *, plain: bool, **parameters: str | None) -> "Report":
    """Run a flow, with a bar for those who watch."""
    from flows.local import run_locally, run_plainly

    settings = settings_at(home)
    with services_at(home):  # say what is missing before anything starts
        pass
    by = actor(None).name
    with _bar(_TITLES[which]) as progress:
        if plain:
            return run_plainly(settings.home, which, progress=progress, by=by, **parameters)
        return run_locally(
            settings.home, which, progress=progress, notice=_notice, by=by, **parameters
        )


def _notice(sentence: str) -> None:
    aside().print(sentence, style="yellow", markup=False)


@contextmanager
def _bar(title: str) -> Iterator["Progress"]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = aside()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
