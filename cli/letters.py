"""`peiyu letters`: the outbox, and what a person decides of letters that are held."""

import datetime as dt
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import Commands, app
from cli.chinese import ChineseGroup
from cli.door import actor, services_at, settings_at
from cli.errors import misuse, refused
from cli.options import By, Home, Json, Limit, read_day
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.letters_page import Outbox
    from casework.refusal import Refusal
    from casework.release import Settled
    from models.letter import LetterState

letters_group = Commands(cls=ChineseGroup, rich_markup_mode="rich")
app.add_typer(letters_group, name="letters", rich_help_panel="查询")

StateWords = Annotated[
    str | None,
    typer.Option(
        "--state", metavar="状态", show_default=False, help="待发、已发、发不出等，或其英文"
    ),
]
SendOn = Annotated[
    dt.date | None,
    typer.Option(
        "--on", metavar="日期", parser=read_day, show_default=False, help="只看这一天的信"
    ),
]
Recipient = Annotated[
    str | None,
    typer.Option("--to", metavar="收件人", show_default=False, help="姓名、邮箱或企业的一部分"),
]
Numbers = Annotated[
    list[int] | None,
    typer.Argument(metavar="编号", show_default=False, help="信函编号，可以写几个"),
]
All = Annotated[bool, typer.Option("--all", help="全部待确认的信")]


@letters_group.callback(
    invoke_without_command=True,
    help="信函：待发、已发、发不出的各有多少，发给谁，说明是什么。",
    epilog="例：peiyu letters --state failed",
)
def letters(
    ctx: typer.Context,
    state: StateWords = None,
    send_on: SendOn = None,
    to: Recipient = None,
    limit: Limit = 50,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Show the outbox."""
    if ctx.invoked_subcommand:
        return
    from casework.letters_page import LetterFilter, outbox

    wanted = LetterFilter(state=_state(state), send_on=send_on, words=to or "")
    with services_at(home) as services:
        found = outbox(services, wanted, limit=limit)
    folder = _folder(home)
    if as_json:
        print_json({"folder": folder, **_fields(found)})
        return
    from cli.tables import next_step, print_letters, say

    console = screen()
    print_letters(console, found)
    if folder:
        say(console, f"信函存入文件夹 {folder}", style="dim")
    if any(letter.state in ("held", "unknown") for letter in found.letters):
        next_step(
            console,
            "peiyu letters arrived 编号    核实对方已收到",
            "peiyu letters release 编号    再发一次",
            "peiyu letters suppress 编号 --reason 理由    不再发",
        )
    if not found.letters:
        next_step(console, "peiyu run sweep    找出到点的提醒", "peiyu run deliver    发出信函")


def _fields(found: "Outbox") -> dict[str, object]:
    return {each.name: getattr(found, each.name) for each in fields(found)}


def _folder(home: Path | None) -> str:
    settings = settings_at(home)
    return "" if settings.smtp.host else str(settings.letters_folder)


def _state(words: str | None) -> "LetterState | None":
    from casework.words import LETTERS

    if words is None:
        return None
    found = [state for state, title in LETTERS.items() if words in (state.value, title)]
    if not found:
        known = "、".join(f"{title}（{state.value}）" for state, title in LETTERS.items())
        raise misuse(f"没有“{words}”这个状态，可用的有：{known}")
    return found[0]


@letters_group.command(
    "release",
    help="再发待确认或发不出的信：可能已经发出或送达，由您确认要再发。\n\n"
    "下次发信时发出，一个人一天仍最多一封。",
    epilog="例：peiyu letters release 12 15",
)
def release(
    numbers: Numbers = None,
    everything: All = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Let held letters leave."""
    from casework.release import release as release_letters

    with services_at(home) as services:
        done = release_letters(services, _wanted(numbers, everything=everything), by=actor(by))
    _told(done, "{} 封信已列入待发", as_json=as_json)


@letters_group.command(
    "suppress",
    help="不发待确认的信：对方已经收到过，或不必再说。\n\n要写理由，全部留痕。",
    epilog="例：peiyu letters suppress --all --reason 恢复以前都已发出",
)
def suppress(
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由")],
    numbers: Numbers = None,
    everything: All = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Decide that held letters are never sent."""
    from casework.release import suppress as suppress_letters

    wanted = _wanted(numbers, everything=everything)
    with services_at(home) as services:
        done = suppress_letters(services, wanted, reason=reason, by=actor(by))
    _told(done, "{} 封信不再发", as_json=as_json)


@letters_group.command(
    "arrived",
    help="核实对方已经收到：待确认的信，或两次都没有收到对方邮件服务器答复的信。\n\n"
    "记为已发，不再发；全部留痕。",
    epilog="例：peiyu letters arrived 12 15",
)
def arrived(
    numbers: Numbers = None,
    everything: All = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Note that letters have arrived after all."""
    from casework.release import arrived as note_arrived

    with services_at(home) as services:
        done = note_arrived(services, _wanted(numbers, everything=everything), by=actor(by))
    _told(done, "{} 封信记为已送达", as_json=as_json)


@letters_group.command(
    "resume",
    help="补录完毕：恢复备份以后，丢失的那几天已经补办，新的进展照常发信。\n\n"
    "补录期间办理的进展可能以前已经说过，都先列为待确认。",
    epilog="例：peiyu letters resume",
)
def resume(by: By = None, home: Home = None, as_json: Json = False) -> None:
    """Say that what was lost is made up for."""
    from casework.refusal import Refusal
    from casework.release import caught_up

    with services_at(home) as services:
        done = caught_up(services, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json({"restored_on": done})
        return
    from cli.tables import next_step, say

    say(screen(), "已记下：补录完毕，新的进展照常发信。")
    next_step(screen(), "peiyu letters --state held    看还有没有待确认的信")


def _wanted(numbers: list[int] | None, *, everything: bool) -> list[int] | None:
    if bool(numbers) is everything:
        raise misuse("请写明信函编号，或用 --all 表示全部待确认的信")
    return numbers or None


def _told(done: "Settled | Refusal", words: str, *, as_json: bool) -> None:
    from casework.refusal import Refusal

    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    say(screen(), words.format(len(done.letters)))
    next_step(screen(), "peiyu letters    看每封信的情况")


@letters_group.command(
    "bounced",
    help="退信：读一个邮箱文件夹（Maildir 或 mbox），认出本局信函的退信。\n\n"
    "邮箱不存在的不再发，列入“发不出”；自动回复不算。同一份退信读几次都一样，文件夹不改动。",
    epilog="例：peiyu letters bounced /var/mail/peiyu",
)
def bounced(
    folder: Annotated[Path, typer.Argument(metavar="文件夹", exists=True, help="Maildir 或 mbox")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take in reports of mail that came back."""
    from casework.bounces import take_in
    from notifications.bounces import messages_in, read_bounce

    domain = settings_at(home).office.email.rpartition("@")[2]
    read = (read_bounce(raw, domain=domain) for _, raw in messages_in(folder))
    with services_at(home) as services:
        done = take_in(services, [each for each in read if each], by=actor(by))
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"新的退信 {len(done.letters)} 封" if done.letters else "没有新的退信。")
    for each in done.letters:
        what = "邮箱不存在，不再发" if each.hard else "没有送到，邮箱仍可用"
        say(console, f"  {each.to}（{each.email}）：{what}；对方说：{each.said or each.status}")
    for fake in done.forged:
        what = f"  不算数：冒充 {fake.to}（{fake.email}）的退信，没有按发信时的退信地址退回"
        say(console, what, style="yellow")
    if any(each.hard for each in done.letters):
        next_step(console, "peiyu letters --state 发不出    看是哪些信")


@letters_group.command(
    "trust",
    help="恢复一个被退过信的邮箱：确认没有错，以后照常发。\n\n要写理由，全部留痕。",
    epilog="例：peiyu letters trust zhang@example.cn --reason 对方已修好",
)
def trust(
    email: Annotated[str, typer.Argument(metavar="邮箱", help="被退信的邮箱")],
    reason: Annotated[str, typer.Option("--reason", metavar="理由", help="理由")],
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write to a mailbox again."""
    from casework.bounces import trust as trust_again
    from casework.refusal import Refusal
    from cli.tables import say

    with services_at(home) as services:
        done = trust_again(services, email, reason=reason, by=actor(by))
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json({"email": done})
    else:
        say(screen(), f"已恢复：{done}，以后照常发信")
