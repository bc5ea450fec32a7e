"""`peiyu clock`: a date suspended and resumed, extended once, given up, and the act taken back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import group
from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json, On
from cli.output import print_json, screen

if TYPE_CHECKING:
    import datetime as dt

    from casework.clocks import ClockChange, ClockWish
    from casework.told import Told

clock = group(
    "clock",
    help="期限：中止和恢复、延期一次、免办、无法申报，以及撤销。\n\n"
    "每次办理都记下谁、为什么；截止日随之重算，提醒按新日期发。",
    panel="办理",
)

Deadline = Annotated[
    int, typer.Argument(metavar="编号", help="截止事项编号，见 peiyu case 或 peiyu due --each")
]
Why = Annotated[str, typer.Option("--reason", metavar="理由", help="理由，必填")]
Document = Annotated[
    str, typer.Option("--document", metavar="文号", help="依据的文件；法定期限中止时必填")
]
Tell = Annotated[
    bool, typer.Option("--tell", help="日期变了的，在下一封信里更正给已告知原日期的人")
]


@clock.command(
    "suspend",
    help="中止：期限停止计算，期间不提醒。法定期限要写依据的文号。",
    epilog="例：peiyu clock suspend 34 --reason 申报系统停机 --document 示例〔2026〕1号",
)
def suspend(
    deadline: Deadline,
    reason: Why,
    document: Document = "",
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let a date wait."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(deadline=deadline, act=Act.SUSPEND, reason=reason, document=document)
    _touch(wish, (by, on, home), as_json)


@clock.command(
    "resume",
    help="恢复：继续计算，截止日往后移中止的时间。",
    epilog="例：peiyu clock resume 34 --reason 系统已恢复",
)
def resume(
    deadline: Deadline,
    reason: Why,
    tell: Tell = False,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let a date go on."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(deadline=deadline, act=Act.RESUME, reason=reason, tell=tell)
    _touch(wish, (by, on, home), as_json)


@clock.command(
    "extend",
    help="延期：只能一次，在截止日之前，不超过允许的天数。按工作日计算的期限，天数是工作日。",
    epilog="例：peiyu clock extend 34 --days 10 --reason 企业书面申请",
)
def extend(
    deadline: Deadline,
    days: Annotated[int, typer.Option("--days", metavar="天数", help="延长几天")],
    reason: Why,
    document: Document = "",
    tell: Tell = False,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Extend a date, once."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(
        deadline=deadline, act=Act.EXTEND, reason=reason, days=days, document=document, tell=tell
    )
    _touch(wish, (by, on, home), as_json)


@clock.command(
    "waive",
    help="免办：这一项这一期不用办，不再提醒。",
    epilog="例：peiyu clock waive 34 --reason 县局已代为报送",
)
def waive(
    deadline: Deadline,
    reason: Why,
    document: Document = "",
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Waive a date."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(deadline=deadline, act=Act.WAIVE, reason=reason, document=document)
    _touch(wish, (by, on, home), as_json)


@clock.command(
    "cannot-file",
    help="无法申报：企业这一期报不了，不再提醒，单独计数。截止日前可以撤销。",
    epilog="例：peiyu clock cannot-file 34 --reason 财务账簿被查封",
)
def cannot_file(
    deadline: Deadline,
    reason: Why,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Say that an enterprise can not file this time."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(deadline=deadline, act=Act.CANNOT_FILE, reason=reason)
    _touch(wish, (by, on, home), as_json)


@clock.command(
    "undo",
    help="撤销：上一次办理不再算数，可以一次次往回撤销。撤销后截止日已过的不能撤销。",
    epilog="例：peiyu clock undo 34 --reason 点错了企业",
)
def undo(
    deadline: Deadline,
    reason: Why,
    tell: Tell = False,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take the newest act back."""
    from casework.clocks import ClockWish
    from policy.clocks import Act

    wish = ClockWish(deadline=deadline, act=Act.UNDO, reason=reason, tell=tell)
    _touch(wish, (by, on, home), as_json)


def _touch(
    wish: "ClockWish", where: "tuple[str | None, dt.date | None, Path | None]", as_json: bool
) -> None:
    from casework.clocks import touch_clock
    from casework.refusal import Refusal

    by, on, home = where
    with services_at(home, on=on) as services:
        done = touch_clock(services, wish, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
    else:
        _print(done)


def _print(done: "ClockChange") -> None:
    from casework.words import CLOCK_ACTS
    from cli.tables import next_step, say

    console = screen()
    undone = f"“{CLOCK_ACTS[done.undone]}”" if done.undone else ""
    say(console, f"已办理（{CLOCK_ACTS[done.act]}{undone}）：{_what(done)}", style="bold")
    say(console, done.explanation)
    if done.told:
        say(console, f"已告知原日期的人：{_names(done.told)}")
    if done.telling:
        say(console, f"将在下一封信里更正给 {done.telling} 人")
    next_step(console, f"peiyu explain --deadline {done.deadline_id}    看这个日期怎么来的")


def _what(done: "ClockChange") -> str:
    named = f"{done.enterprise}，{done.title}"
    if done.suspended_on:
        return f"{named}，{done.suspended_on} 起中止，期间不提醒"
    if done.new_on != done.old_on:
        return f"{named}，截止日 {done.old_on} → {done.new_on}"
    return f"{named}，截止日 {done.new_on}"


def _names(told: "tuple[Told, ...]") -> str:
    return "、".join(f"{each.name}（{each.on}）" for each in told)
