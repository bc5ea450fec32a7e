"""`peiyu up`: keep the timetable, so that nobody has to remember."""

import contextlib
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import folder_of, has_data, services_at
from cli.errors import Code, StopError
from cli.first_start import first_of, played_folder, reached_at, say_who_may_enter
from cli.options import Home, Json
from cli.output import aside, print_json
from cli.watching import Teller, say_plan
from runtime import clock

if TYPE_CHECKING:
    from casework.lease import Busy
    from flows.timetable import Keeper

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        metavar="端口",
        min=0,
        max=65_535,
        show_default=False,
        help="同时在这个端口打开网页；还有 /healthz（是否正常）和 /metrics（指标），例如 8631",
    ),
]
Host = Annotated[
    str, typer.Option("--host", metavar="地址", help="在哪个地址提供，默认只有本机能看")
]
_UNFINISHED = "手头这一项没有办完，下次接着办。"


@app.command(
    "up",
    rich_help_panel="办理",
    help="守着时间表：每月第一个工作日办月度流程，每周一写摘要，每个工作日提醒，有信就发，夜里备份和清理。\n\n"
    "没开机时错过的，启动后马上补办；重复运行不会重复办理。同一份数据只由一处守着。"
    "按 Ctrl-C 停止。",
    epilog="例：peiyu up",
)
def up(
    once: Annotated[bool, typer.Option("--once", help="只办现在该办的，办完就结束")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="已有一处守着时先等候，它停了就接手")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="直接办理，不保存运行过程")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="还没有自己的数据时，先用演示数据，人员也是虚构的")
    ] = False,
    port: Port = None,
    host: Host = "127.0.0.1",
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Keep the timetable of a data folder."""
    folder = folder_of(home)
    if demo and not has_data(folder):
        folder = played_folder(folder)
    keeper, teller = _prepared(folder, plain=plain, quiet=as_json)
    _stop_on_signal(keeper.stop)
    if once:
        _do_once(keeper, teller, wait=wait)
    else:
        with _pages(folder, host, port, teller):
            _keep(keeper, teller, wait=wait)
        teller.say("已停止。")
    if as_json:
        print_json(teller.did)
    if once and teller.failed:
        raise typer.Exit(Code.PROBLEMS)


@contextlib.contextmanager
def _pages(folder: Path, host: str, port: int | None, teller: Teller) -> Iterator[None]:
    """Serve the pages meanwhile, if a port was named."""
    if port is None:
        yield
        return
    from console.serving import serving
    from flows.by_hand import begin

    with contextlib.ExitStack() as stack:
        first = first_of(folder)
        try:
            at = stack.enter_context(serving(folder, host, port, first, begin))
        except OSError as error:
            sentence = f"端口 {port} 用不了（{error.strerror or error}）"
            hint = "用 --port 换一个，例如 --port 8632"
            raise StopError(sentence, code=Code.CANNOT_RUN, hint=hint) from None
        where = f"http://{reached_at(host)}:{at}"
        teller.say(f"网页：{where}/ ，办到哪里：{where}/runs ，是否正常：{where}/healthz")
        if not teller.quiet:
            say_who_may_enter(folder, where, first)
        yield


def _prepared(folder: Path, *, plain: bool, quiet: bool) -> tuple["Keeper", Teller]:
    """Return who keeps the timetable and who tells of it; say what is missing before all else."""
    from flows.seat import Seat
    from flows.timetable import Keeper
    from runtime.timetable import timetable_of

    with services_at(folder) as services:
        zone = services.zone
        titles = timetable_of(folder).titles
    teller = Teller(now=lambda: clock.now().astimezone(zone), titles=titles, quiet=quiet)
    holder = f"{socket.gethostname()}（进程 {os.getpid()}）"
    return Keeper(seat=Seat(home=folder, holder=holder), told=teller.told, plain=plain), teller


def _do_once(keeper: "Keeper", teller: Teller, *, wait: bool) -> None:
    if _seated(keeper, teller, wait=wait):
        try:
            ended = keeper.once()
        finally:
            _leave(keeper)
        if not ended:
            _end_at_once(Code.FINE)
        if not teller.did:
            teller.say("现在没有该办的。")


def _keep(keeper: "Keeper", teller: Teller, *, wait: bool) -> None:
    """Keep the timetable until told to stop; whoever was overtaken stands by or ends."""
    while _seated(keeper, teller, wait=wait):
        if not teller.quiet:
            say_plan(keeper.home)
        ended = keeper.keep()
        _leave(keeper)
        if keeper.stop.is_set():
            if not ended:
                _end_at_once(Code.FINE)
            return
        if not (wait and ended):
            sentence = "这里久没有动静，时间表已由别处接手"
            raise StopError(sentence, code=Code.CANNOT_RUN, hint="peiyu up --wait    等候再接手")


def _seated(keeper: "Keeper", teller: Teller, *, wait: bool) -> bool:
    """Take the one seat, after waiting for it if that was asked for; False when told to stop."""
    busy = keeper.seat.take()
    if busy is None:
        keeper.lost = False
        return True
    if not wait:
        _tell_of_second(keeper, busy)
        raise teller.taken(busy)
    teller.say(f"{teller.who(busy)}。在这里等候，它停了就接手。")
    return keeper.stand_by()


def _tell_of_second(keeper: "Keeper", busy: "Busy") -> None:
    """Let whoever keeps the program know, who need not be the one who typed this."""
    from casework.alarms import note
    from policy.passing import second_keeper

    if _is_gone(busy.holder):
        return
    with contextlib.suppress(Exception), services_at(keeper.home) as services:
        note(services, second_keeper(services.today, keeper.seat.holder, busy.holder))


def _is_gone(holder: str) -> bool:
    """Say whether who has the seat is a process of this machine that died a moment ago."""
    named = re.fullmatch(r"(.+)（进程 (\d+)）", holder)
    if named is None or named[1] != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(int(named[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _leave(keeper: "Keeper") -> None:
    """Give the seat back; if that can not be written now, it ends by itself."""
    with contextlib.suppress(Exception):
        keeper.seat.leave()


def _stop_on_signal(stop: Event) -> None:
    """End after the run that is under way, if it ends soon; a second signal ends at once."""

    def end(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _end_at_once(Code.INTERRUPTED)
        stop.set()
        with contextlib.suppress(OSError):  # the terminal may be what went away
            aside().print("正在停止：等手头这一项办完…", markup=False)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)


def _end_at_once(code: Code) -> None:
    """Leave without waiting for the work's thread: what it has not recorded, it has not done."""
    with contextlib.suppress(Exception):
        aside().print(_UNFINISHED, markup=False)
        sys.stdout.flush()
    os._exit(code)
