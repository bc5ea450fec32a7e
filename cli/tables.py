"""The tables that commands and the demonstration print, each with what to type next."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from casework.board import Board, ProgrammeBoard
from casework.due import DueLine, matters
from casework.letters_page import LetterLine, Outbox
from casework.words import KINDS
from cli.options import whole
from cli.wrapping import Sheet, Words
from exchange.values import Problem, Severity
from models.letter import LetterState
from policy.obligation import DeadlineKind

_SHOWN = 2  # enterprises named in one line
_SOON = 7  # days
_MOST_PROBLEMS = 200


def table(*columns: str, title: str = "") -> Sheet:
    """Return an empty table; a column whose name ends in ``#`` is aligned to the right."""
    made = Sheet(
        box=box.SIMPLE_HEAD,
        title=title or None,
        title_style="bold",
        title_justify="left",
        pad_edge=False,
    )
    for name in columns:
        right = name.endswith("#")
        made.add_column(
            name.rstrip("#"),
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
        )
    return made


def say(console: Console, *lines: str, style: str = "") -> None:
    """Print plain lines; brackets in names are no markup."""
    for line in lines:
        console.print(Text(line, style=style), soft_wrap=True)


def next_step(console: Console, *commands: str) -> None:
    """Print what to type next."""
    say(console, *(f"接下来：{whole(command)}" for command in commands), style="dim")


def print_board(console: Console, board: Board) -> None:
    """Print how many cases stand where."""
    say(console, f"{board.on} · {board.enterprises} 家企业", style="bold")
    if not board.enterprises:
        say(console, "还没有企业。")
        next_step(console, "peiyu template roster    生成空白名册，填好后用 peiyu import 导入")
        return
    for each in board.programmes:
        _print_programme(console, each)
    if not any(each.cases or any(end.cases for end in each.finals) for each in board.programmes):
        next_step(console, "peiyu run monthly    对照条件，建立事项")
    elif any(each.waiting for each in board.programmes):
        next_step(console, "peiyu cases --waiting    看哪些在等您审核")


def _print_programme(console: Console, each: ProgrammeBoard) -> None:
    late = f"，其中超期 {each.overdue} 件" if each.overdue else ""
    late += f"，已中止 {each.suspended} 件" if each.suspended else ""
    late += f"；无法申报 {each.cannot_file} 件" if each.cannot_file else ""
    running = f"办理中 {each.cases} 件；" if each.phases else ""
    title = f"{each.title}：{running}未办截止事项 {each.open_deadlines} 件{late}"
    say(console, "", title, style="bold")
    ended = "，".join(f"{end.title} {end.cases}" for end in each.finals if end.cases)
    if ended:
        say(console, f"已结束：{ended}")
    if not each.cases:
        return
    made = table("阶段类别", "阶段", "事项#", "待审#", "暂缓#", "超时限#")
    for phase in each.phases:
        name = phase.title
        for stage in phase.stages:
            marks = (stage.waiting, stage.held, stage.over_limit)
            counted = (_number(stage.cases), *map(_number, marks))
            made.add_row(name, stage.title, *counted, style="" if stage.cases else "dim")
            name = ""
    console.print(made)


def _number(number: int) -> str:
    return str(number) if number else "·"


def print_due(
    console: Console, lines: Sequence[DueLine], *, each: bool = False, explain: bool = False
) -> None:
    """Print what is due: one line for one date of one duty, or one for ``each`` enterprise."""
    if not lines:
        say(console, "没有到期的事项。")
        return
    made = table(*(["编号#"] if each else []), "截止日", "还有", "性质", "事项", "企业", "标记")
    made.columns[0].no_wrap = True
    for matter in matters(lines):
        rows = [[line] for line in matter.lines] if each else [list(matter.lines)]
        for bound in rows:
            first = bound[0]
            made.add_row(
                *([str(first.id)] if each else []),
                first.due_on.isoformat(),
                Text("已中止") if first.suspended_on else _left(first.days_left),
                KINDS[DeadlineKind(first.kind)],
                f"{first.programme_title}：{first.title}",
                named([line.enterprise for line in bound]),
                Text(marks(first) if len(bound) == 1 else "、".join(first.flags)),
            )
    console.print(made)
    if explain:
        for line in dict.fromkeys(line.explanation for line in lines):
            say(console, line, style="dim")


def marks(line: DueLine) -> str:
    """Return what else there is to know of a date: how sure it is, kept quiet, answered."""
    quiet = [f"暂缓提醒到 {line.snoozed_until}"] if line.snoozed_until else []
    return "、".join((*line.flags, *quiet, *line.answers))


def countdown(days_left: int) -> str:
    """Return how far away a date is."""
    if days_left == 0:
        return "今天"
    return f"{days_left} 天" if days_left > 0 else f"超期 {-days_left} 天"


def _left(days_left: int) -> Text:
    return Text(countdown(days_left), style=_lamp(days_left))


def _lamp(days_left: int) -> str:
    if days_left < 0:
        return "bold red"
    return "yellow" if days_left <= _SOON else ""


def named(names: Sequence[str]) -> str:
    """Name some enterprises, and say how many there are."""
    some = "、".join(names[:_SHOWN])
    return some if len(names) <= _SHOWN else f"{some} 等 {len(names)} 家"


def print_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Print what is wrong in a file, cell by cell: where it stands, then how to mend it."""
    for each in problems[:_MOST_PROBLEMS]:
        warning = each.severity is Severity.WARNING
        style = "yellow" if warning else "red"
        row = f"第 {each.row} 行" if each.row else ""
        place = " ".join(filter(None, (each.sheet, row, each.column)))
        head = f"{'提醒' if warning else '错误'} {place}".rstrip()
        value = f"：{each.value}" if each.value and each.value != each.column else ""
        console.print(Text.assemble((head, style), value), soft_wrap=True)
        if console.is_terminal:
            console.print(Padding(Text(each.message), (0, 0, 0, 5), expand=False))
        else:  # one line each for those who search and cut
            say(console, f"     {each.message}")
    rest = len(problems) - _MOST_PROBLEMS
    if rest > 0:
        say(console, f"还有 {rest} 处没有列出，全部写在批注文件里")


def print_letters(console: Console, box_: Outbox) -> None:
    """Print the outbox: counts by state, the letters, and what nobody could be told."""
    counts = "，".join(f"{each.title} {each.letters} 封" for each in box_.counts if each.letters)
    say(console, counts or "还没有信函。", style="bold")
    if box_.letters:
        console.print(_letter_table(box_.letters))
    elif counts:
        say(console, "其中没有符合条件的信函。")
    if box_.more > 0:
        say(console, f"还有 {box_.more} 封没有列出，可以用 --state、--on、--to 缩小范围")
    if box_.unsaid:
        say(console, "没有人可以告知的：", style="bold")
        for line in box_.unsaid:
            say(console, f"  {line.kind_title} {line.items} 件：{line.reason}")


def _letter_table(letters: Sequence[LetterLine]) -> Sheet:
    """Return one line for each letter; why only where something is wrong or unusual."""
    told = any(each.state != LetterState.SENT.value for each in letters)
    made = table("编号#", "日期", "状态", "收件人", "主题", "件#", *(["说明"] if told else []))
    for column in made.columns[3:5]:
        column.no_wrap, column.overflow, column.ratio = True, "ellipsis", 1
    made.columns[4].ratio = 2
    if told:
        made.columns[-1].ratio = 2
    for each in letters:
        to = f"{each.to}（{each.enterprise or each.role_title}）"
        row = (str(each.id), each.send_on.isoformat(), each.state_title, Text(to))
        why = "" if each.state == LetterState.SENT.value else each.reason
        made.add_row(*row, Text(each.subject), str(each.items), *([Text(why)] if told else []))
    made.expand = True
    return made


def print_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns; empty values are left out."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(no_wrap=True, style="dim")
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            made.add_row(name, Words(value))
    console.print(made)
