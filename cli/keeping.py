"""Looking after the program itself: `peiyu runs` and `peiyu watch`."""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import folder_of, services_at, settings_at
from cli.errors import Code, misuse
from cli.options import Home, Json
from cli.output import print_json, screen

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from casework.runs_page import RunLine
    from casework.watch import Watched

_MOST_RUNS = 1_000
_MOST_MINUTES = 7 * 24 * 60
_STYLES = {"running": "cyan", "failed": "red"}


@app.command(
    "runs",
    rich_help_panel="查询",
    help="办过哪些：每次月度流程、提醒、发信，什么时候、谁开始的、办到哪里、办了多久。\n\n"
    "没办成的写明原因；中断的下次会接着办。",
    epilog="例：peiyu runs --kind monthly",
)
def runs(
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="种类", show_default=False, help="月度流程、提醒、发信等，或其英文"
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="个数", min=1, max=_MOST_RUNS, help="最多列多少")
    ] = 20,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List what ran."""
    from casework.alarms import open_alarms
    from casework.runs_page import list_runs

    wanted = None if kind is None else _kind(kind)
    with services_at(home) as services:
        found, alarms = list_runs(services, kind=wanted, limit=limit), open_alarms(services)
        zone = services.zone
    if as_json:
        print_json({"runs": found, "alarms": [_alarm(each) for each in alarms]})
        return
    from cli.tables import next_step, say

    console = screen()
    if found:
        _print_runs(found, zone)
    else:
        say(console, "还没有办过。")
        next_step(
            console, "peiyu run monthly    办本月的流程", "peiyu up    守着时间表，到点自动办"
        )
    for alarm in alarms:
        say(console, f"告警：{alarm.sentence}", style="red")
        next_step(console, alarm.hint)


def _alarm(alarm: object) -> dict[str, object]:
    return {
        name: getattr(alarm, name)
        for name in ("key", "kind", "sentence", "hint", "raised_at", "cleared_at")
    }


def _kind(words: str) -> str:
    from casework.words import RUN_KINDS

    for kind, title in RUN_KINDS.items():
        if words in (kind, title):
            return kind
    known = "、".join(f"{title}（{kind}）" for kind, title in RUN_KINDS.items())
    raise misuse(f"没有“{words}”这个种类，可用的有：{known}")


def _print_runs(found: "Iterable[RunLine]", zone: "ZoneInfo") -> None:
    from rich.text import Text

    from casework.runs_page import result_of, took
    from cli.tables import table

    made = table("开始", "种类", "哪一期", "状态", "用时", "谁开始的", "结果")
    for each in found:
        state = Text(each.state_title, "red" if each.cut_off else _STYLES.get(each.state, ""))
        made.add_row(
            f"{each.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
            each.title,
            each.slot,
            state,
            took(each.seconds),
            each.started_by,
            Text(result_of(each)),
        )
    screen().print(made)


@app.command(
    "watch",
    rich_help_panel="工具",
    help="巡查：该办的有没有按时办，没有就记下告警，写信告诉运维。\n\n"
    "适合由系统的定时任务在另一处运行，每小时一次。发现问题时退出码是 1。",
    epilog="例：peiyu watch --every 60",
)
def watch_(
    every: Annotated[
        int | None,
        typer.Option(
            "--every",
            metavar="分钟",
            min=1,
            max=_MOST_MINUTES,
            show_default=False,
            help="定时任务每隔多少分钟运行一次；写明后，巡查停了也会有告警",
        ),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Look for what is silent; tell whoever keeps the program."""
    from casework.alarms import note
    from casework.heartbeat import WATCH, beat
    from casework.watch import send_alarms, watch
    from flows.server import away
    from policy.passing import tasks_away
    from runtime.timetable import timetable_of

    table = timetable_of(folder_of(home))
    with services_at(home) as services:
        if every is not None:
            beat(services, WATCH, every=dt.timedelta(minutes=every))
        gone = away(settings_at(home).prefect)
        told = [tasks_away(services.today, gone)] if gone else []
        for each in told:
            note(services, each)
        found = watch(services, table)
        seen = replace(found, troubles=(*found.troubles, *told))
        sent = send_alarms(services, table)
    if as_json:
        print_json({**_fields(seen), "sent": sent})
    else:
        _print_watched(seen, sent)
    if seen.troubles:
        raise typer.Exit(Code.PROBLEMS)


def _fields(seen: "Watched") -> dict[str, object]:
    return {"troubles": seen.troubles, "raised": seen.raised, "cleared": seen.cleared}


def _print_watched(seen: "Watched", sent: int) -> None:
    from cli.tables import next_step, say

    console = screen()
    for sentence in seen.cleared:
        say(console, f"已恢复：{sentence}")
    for each in seen.troubles:
        say(console, f"告警：{each.sentence}", style="red" if each.grave else "yellow")
        next_step(console, each.hint)
    if sent:
        say(console, f"已写信告诉运维，{sent} 封")
    if not seen.troubles:
        say(console, "都按时办了。")
