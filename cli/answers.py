"""What enterprises answered, and keeping a date quiet: `peiyu answers`, `peiyu snooze`."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import Commands, app
from cli.chinese import ChineseGroup
from cli.door import actor, services_at
from cli.errors import misuse, refused
from cli.options import By, Enterprise, Home, Json, Limit, On, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.answers_page import AnswerLine, AnswerList
    from casework.refusal import Refusal
    from casework.settle import SettledAnswer
    from casework.snoozing import Snoozed

answers_group = Commands(cls=ChineseGroup, rich_markup_mode="rich")
app.add_typer(answers_group, name="answers", rich_help_panel="办理")

Number = Annotated[int, typer.Argument(metavar="编号", help="答复编号，见 peiyu answers")]
Until = Annotated[
    dt.date | None,
    typer.Option(
        "--until", metavar="日期", parser=read_day, show_default=False, help="到哪天再提醒"
    ),
]


@answers_group.callback(
    invoke_without_command=True,
    help="企业的答复：已知悉、已办理（凭证号）、需要帮助；等您处理的在前。\n\n"
    "企业点开信里的“答复”链接填写；设置了 console.public_url，信里才有链接。",
    epilog="例：peiyu answers --enterprise 示例科技",
)
def answers(
    ctx: typer.Context,
    enterprise: Enterprise = None,
    limit: Limit = 50,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List what enterprises answered."""
    if ctx.invoked_subcommand:
        return
    from casework.answers_page import list_answers
    from casework.refusal import Refusal

    with services_at(home) as services:
        found = list_answers(services, enterprise=enterprise, limit=limit)
        zone = services.zone
    if isinstance(found, Refusal):
        raise refused(found)
    if as_json:
        print_json(found)
    else:
        _print_answers(found, zone)


def _print_answers(found: "AnswerList", zone: dt.tzinfo) -> None:
    from rich.text import Text

    from cli.tables import next_step, say, table

    console = screen()
    if not found.answers:
        say(console, "还没有企业答复。")
        return
    say(console, f"等您处理 {found.waiting} 件", style="bold")
    made = table("编号#", "时间", "答复", "企业", "事项", "截止日", "处理")
    for each in found.answers:
        made.add_row(
            str(each.id),
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}",
            Text(_said(each)),
            Text(each.enterprise),
            Text(each.title),
            str(each.due_on),
            Text(_outcome(each)),
        )
    console.print(made)
    if found.more:
        say(console, f"还有 {found.more} 件没有列出，可以用 --enterprise、--limit")
    waiting = {each.kind for each in found.answers if each.waiting}
    if "done" in waiting:
        next_step(
            console,
            "peiyu answers confirm 编号    凭证号无误，办结",
            "peiyu answers return 编号 --reason 理由    凭证号不符，退回",
        )
    if "help" in waiting:
        next_step(console, "peiyu answers handled 编号 --reason 怎么办的    帮助过了")


def _said(line: "AnswerLine") -> str:
    more = line.receipt or line.words
    return f"{line.kind_title}{'：' if more else ''}{more}"


def _outcome(line: "AnswerLine") -> str:
    return "，".join(filter(None, (line.state_title, line.settled_by, line.reason)))


@answers_group.command(
    "confirm",
    help="凭证号核对无误：登记办结，不再提醒。\n\n"
    "相当于用 peiyu record 登记这件事，凭据就是企业填的凭证号。",
    epilog="例：peiyu answers confirm 7",
)
def confirm(
    number: Number,
    happened_on: Annotated[
        dt.date | None,
        typer.Option(
            "--on",
            metavar="日期",
            parser=read_day,
            show_default=False,
            help="哪天办的，默认是企业答复的那天",
        ),
    ] = None,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Find a receipt right."""
    from casework.settle import confirm as confirm_answer

    with services_at(home) as services:
        done = confirm_answer(services, number, by=actor(by), on=happened_on)
    _told(done, "已核对，已登记", as_json=as_json)


@answers_group.command(
    "return",
    help="凭证号不符：退回，企业下一封信会说明理由，这件事照常提醒。",
    epilog="例：peiyu answers return 7 --reason 受理编号查不到",
)
def return_(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由，企业会看到")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Find a receipt wrong."""
    from casework.settle import give_back

    with services_at(home) as services:
        done = give_back(services, number, reason=reason, by=actor(by))
    _told(done, "已退回，下一封信告知企业", as_json=as_json)


@answers_group.command(
    "handled",
    help="企业需要的帮助已经给了，写明怎么办的。",
    epilog="例：peiyu answers handled 8 --reason 已电话说明填报步骤",
)
def handled(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="经过", help="怎么办的")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Note that help was given."""
    from casework.settle import handled as note_handled

    with services_at(home) as services:
        done = note_handled(services, number, reason=reason, by=actor(by))
    _told(done, "已记下", as_json=as_json)


def _told(done: "SettledAnswer | Refusal", words: str, *, as_json: bool) -> None:
    from casework.refusal import Refusal

    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"{words}：{done.enterprise}，{done.title}", style="bold")
    say(console, *(f"已销去截止事项：{title}" for title in done.closed))
    if done.moved:
        say(console, f"事项推进了 {done.moved} 步")
    next_step(console, "peiyu answers    看还有没有要处理的")


@app.command(
    "snooze",
    rich_help_panel="办理",
    help="暂缓提醒：一个截止事项到某天以前先不提醒，要写理由。\n\n"
    "到那天，错过的提醒里最急的补说一次。法定截止日前的最后一次提醒照常发，"
    "也不能暂缓到截止日以后。用 --undo 提前结束。",
    epilog="例：peiyu snooze 34 --until 2026-04-20 --reason 企业负责人出差，4月20日回来办",
)
def snooze(
    deadline: Annotated[
        int, typer.Argument(metavar="编号", help="截止事项编号，见 peiyu case 或 peiyu due")
    ],
    until: Until = None,
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="结束暂缓，照常提醒")] = False,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Keep a date quiet for a while, or end that."""
    from casework.refusal import Refusal
    from casework.snoozing import snooze as keep_quiet
    from casework.snoozing import unsnooze

    if (until is None) is not undo:
        raise misuse("请用 --until 写到哪天再提醒，或用 --undo 结束暂缓")
    with services_at(home, on=on) as services:
        done = (
            keep_quiet(services, deadline, until, reason=reason, by=actor(by))
            if until
            else unsnooze(services, deadline, reason=reason, by=actor(by))
        )
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
    else:
        _print_snoozed(done)


def _print_snoozed(done: "Snoozed") -> None:
    from cli.tables import next_step, say

    console = screen()
    about = f"{done.enterprise}，{done.title}，截止 {done.due_on}"
    if done.until is None:
        say(console, f"照常提醒：{about}", style="bold")
        say(console, *([f"补上提醒 {done.items} 份，下次发信发出"] if done.items else []))
    else:
        say(console, f"暂缓提醒到 {done.until}：{about}", style="bold")
        say(console, *([f"还没发出的提醒收回 {done.items} 份"] if done.items else []))
        say(console, *(["这是法定期限，截止前最后一次提醒照常发"] if done.statutory else []))
    next_step(console, f"peiyu explain --deadline {done.deadline_id}    看什么时候提醒谁")
