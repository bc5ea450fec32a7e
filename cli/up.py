"""`peiyu up`: keep the timetable, so that nobody has to remember."""

import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import folder_of, services_at
from cli.errors import Code
from cli.options import Home, Json
from cli.output import aside, print_json, screen

if TYPE_CHECKING:
    from flows.local import Report
    from policy.timetable import RunKind

_TITLES = {"monthly": "月度流程", "sweep": "提醒", "deliver": "发信"}


@app.command(
    "up",
    rich_help_panel="办理",
    help="守着时间表：每月第一个工作日办月度流程，每个工作日提醒，有信就发。\n\n"
    "没开机时错过的，启动后马上补办；重复运行不会重复办理。按 Ctrl-C 停止。",
    epilog="例：peiyu up",
)
def up(
    once: Annotated[bool, typer.Option("--once", help="只办现在该办的，办完就结束")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="直接办理，不保存运行记录")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Keep the timetable of a data folder."""
    from flows.timetable import Keeper, timetable_of

    folder = folder_of(home)
    with services_at(home):  # say what is missing before anything starts
        timetable_of(folder)
    teller = _Teller(folder=folder, quiet=as_json)
    keeper = Keeper(home=folder, told=teller.told, plain=plain)
    if not as_json:
        _say_plan(folder)
    if once:
        keeper.look()
    else:
        _stop_on_signal(keeper.stop)
        keeper.keep()
        teller.say("已停止。")
    if as_json:
        print_json(teller.did)
    if once and teller.failed:
        raise typer.Exit(Code.PROBLEMS)


@dataclass(slots=True, kw_only=True)
class _Teller:
    """Hears of every run: one line on the screen, or one object at the end."""

    folder: Path
    quiet: bool
    did: list[dict[str, object]] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any("error" in each for each in self.did)

    def told(self, kind: "RunKind", outcome: "Report | Exception") -> None:
        from flows.timetable import local_now

        self.did.append(_form(kind, outcome))
        with services_at(self.folder) as services:
            now = local_now(services)
        self.say(f"{now:%m-%d %H:%M}  {_TITLES[kind]}  {_summary(outcome)}")

    def say(self, sentence: str) -> None:
        if not self.quiet:
            screen().print(sentence, markup=False)


def _stop_on_signal(stop: Event) -> None:
    """End after the run that is under way; a second Ctrl-C ends at once."""

    def end(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)
        aside().print("正在停止：等手头这一项办完…", markup=False)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)


def _say_plan(folder: Path) -> None:
    """Print when each run comes next."""
    from casework.due_now import done_so_far
    from cli.tables import say
    from flows.timetable import local_now, timetable_of
    from policy.timetable import RunKind, next_at

    table = timetable_of(folder)
    with services_at(folder) as services:
        now, done, calendar = local_now(services), done_so_far(services), services.calendar()
    say(screen(), f"时间表（{folder}），按 Ctrl-C 停止：", style="bold")
    for kind in (RunKind.MONTHLY, RunKind.SWEEP):
        at = next_at(kind, table, calendar, now, done)
        when = "现在" if at <= now else f"{at:%Y-%m-%d %H:%M}"
        say(screen(), f"  {_TITLES[kind]}  下一次：{when}")
    hours = f"{table.deliver_from:%H:%M}–{table.deliver_to:%H:%M}"
    minutes = int(table.deliver_every.total_seconds() // 60)
    say(screen(), f"  {_TITLES['deliver']}  工作日 {hours}，有信待发时每 {minutes} 分钟一次")


def _summary(report: "Report | Exception") -> str:
    from casework.counts import BatchCounts
    from casework.remind import SweepReport

    match report:
        case BatchCounts():
            return f"推进 {report.moved} 步，待审 {report.reviews} 件，新截止 {report.deadlines} 件"
        case Exception():
            return f"没有办成，稍后再试：{report}"
        case SweepReport():
            return f"到点的提醒 {report.rungs} 个，写进信函 {report.spoken} 件"
        case _:
            stopped = f"；已停止：{report.stopped}" if report.stopped else ""
            return f"发出 {report.sent} 封，稍后再发 {report.deferred} 封{stopped}"


def _form(kind: "RunKind", outcome: "Report | Exception") -> dict[str, object]:
    if isinstance(outcome, Exception):
        return {"run": kind, "error": str(outcome)}
    return {"run": kind, **asdict(outcome)}
