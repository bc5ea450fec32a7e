"""`peiyu demo`: the main job from beginning to end, on enterprises that do not exist."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.app import app
from cli.door import folder_of
from cli.errors import StopError
from cli.options import Home, Json, name_home
from cli.output import aside, print_json, screen

if TYPE_CHECKING:
    from casework.board import Board
    from casework.due import DueList
    from casework.import_roster import ImportReport
    from casework.letters_page import Outbox
    from casework.moves import Moved
    from config.settings import Settings

FILES = Path(__file__).parent / "demo"
AS_IT_CAME = FILES / "roster-with-errors.xlsx"
MENDED = FILES / "roster.xlsx"
OFFICE = {
    "name": "示例县科学技术局",
    "sender": "企业培育服务（演示）",
    "email": "peiyu@bureau.example",
}
_SOME_LETTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where the demonstration plays: its settings, and what was told so far."""

    home: Path
    settings: "Settings"
    told: dict[str, object]
    quiet: bool
    plain: bool


@app.command(
    "demo",
    rich_help_panel="开始",
    help="演示：用虚构的 150 家企业，从名册走到信函，看一个月的工作是什么样子。\n\n"
    "数据放在单独的文件夹里，不会动您自己的数据，也不会向外发送任何东西；可以反复运行。",
    epilog="例：peiyu demo",
)
def demo(
    plain: Annotated[bool, typer.Option("--plain", help="直接办理，不保存运行过程")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Play the whole story; a second time changes nothing."""
    began = monotonic()
    stage = _stage(folder_of(home) / "demo", quiet=as_json, plain=plain)
    _play(stage)
    _show(stage)
    if as_json:
        print_json(stage.told)
        return
    from cli.first_steps import say_next_steps

    _head(stage, f"演示完毕，用时 {monotonic() - began:.0f} 秒。接下来可以：")
    say_next_steps(stage.home)


def play_once(home: Path) -> None:
    """Play it where nobody did, without telling of it; what went on there since stays."""
    from casework.runs import MONTHLY
    from casework.runs_page import list_runs
    from cli.demo_story import SECOND_RUN

    stage = _stage(home, quiet=True, plain=True)
    with _services(stage) as services:
        months = list_runs(services, kind=MONTHLY, limit=1_000)
    last = f"{SECOND_RUN:%Y-%m}"
    if not any(each.slot == last and each.state == "finished" for each in months):
        _play(stage)


def _play(stage: Stage) -> None:
    _import(stage)
    _months(stage)
    _remind(stage)


def _stage(home: Path, *, quiet: bool, plain: bool) -> Stage:
    """Make the data folder. What this computer is set to for real work does not count here."""
    from cli.demo_story import COUNTY
    from config.settings import OfficeSettings, SmtpPart, load_settings
    from runtime import clock
    from runtime.build import create
    from runtime.upgrading import upgrade

    for name in [each for each in os.environ if each.upper().startswith("PEIYU_")]:
        del os.environ[name]
    settings = load_settings(home).model_copy(
        update={
            "demo": True,
            "database": "",
            "smtp": SmtpPart(),
            "office": OfficeSettings(**OFFICE, division_code=COUNTY),
        }
    )
    if (home / "peiyu.db").exists():  # an older program may have played here
        upgrade(settings, now=clock.now())
    create(settings)
    name_home(home)
    made = Stage(home=home, settings=settings, told={"home": str(home)}, quiet=quiet, plain=plain)
    _head(made, "培育演示：企业、人员、日期和数字全部是虚构的")
    _say(made, f"数据文件夹：{home}")
    return made


def _import(stage: Stage) -> None:
    """Try the roster as it came, with its errors; then apply the one that the clerk mended."""
    from casework.import_roster import apply, preview
    from casework.refusal import Refusal
    from cli.demo_story import CLERK, FIRST_RUN, register_staff, set_targets
    from cli.tables import print_problems
    from exchange.remarks import write_remarks
    from exchange.roster import read_roster

    came, mended = read_roster(AS_IT_CAME), read_roster(MENDED)
    with _services(stage) as services:
        told = services.on(FIRST_RUN)
        report = preview(told, came)
        _head(stage, "一、导入名册")
        _say(stage, _import_sentence(AS_IT_CAME.name, report))
        if not stage.quiet:
            print_problems(screen(), report.problems)
        marked = stage.home / "名册-批注.xlsx"
        write_remarks(AS_IT_CAME, report.problems, marked)
        _say(stage, "有错误的名册整份都不导入；带批注的文件：", f"  {marked}")
        register_staff(told)
        set_targets(told)
        done = apply(told, mended, by=CLERK)
        if isinstance(done, Refusal):
            raise StopError(done.reason)
        _say(stage, "经办改好以后：", _import_sentence(MENDED.name, done))
        if done.already:
            _say(stage, "这份名册上次演示时已经导入，这次不会改变任何数据。")
    stage.told["import"] = {
        "problems": len(report.problems),
        "wrong": report.wrong,
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "already": done.already,
    }


def _import_sentence(name: str, report: "ImportReport") -> str:
    return (
        f"{name}：新增 {report.new} 行，变更 {report.changed} 行，"
        f"不变 {report.unchanged} 行，有误 {report.wrong} 行"
    )


def _months(stage: Stage) -> None:
    """Run two months, with an office's work between them."""
    from casework.moves import moves_between
    from cli.demo_story import FIRST_RUN, SECOND_RUN, play

    _head(stage, "二、月度流程：对照条件，推进事项")
    first = _run(stage, "monthly", month=f"{FIRST_RUN:%Y-%m}", on=FIRST_RUN.isoformat())
    _run(stage, "sweep", on=FIRST_RUN.isoformat())
    _run(stage, "deliver", on=FIRST_RUN.isoformat())
    acts = 0
    if first.opened:
        with _services(stage) as services:
            acts, refused = play(services)
        for sentence in refused:
            raise StopError(f"演示没有照剧本走完：{sentence}")
        _say(stage, f"一月至二月，股长和经办办了 {acts} 件：审核、培训、预审、提交、公示……")
    else:
        _say(stage, "上次演示已经办过，再办一次也不会改变任何数据。")
    second = _run(stage, "monthly", month=f"{SECOND_RUN:%Y-%m}", on=SECOND_RUN.isoformat())
    with _services(stage) as services:
        moved = moves_between(services, FIRST_RUN, SECOND_RUN)
    _print_moves(stage, moved)
    stage.told["monthly"] = {"first": first, "acts": acts, "second": second}


def _remind(stage: Stage) -> None:
    """Sweep for the reminders of the morning, and deliver the letters."""
    from cli.demo_story import SECOND_RUN

    _head(stage, "三、提醒和发信")
    swept = _run(stage, "sweep", on=SECOND_RUN.isoformat())
    sent = _run(stage, "deliver", on=SECOND_RUN.isoformat())
    _say(
        stage,
        f"到点的提醒 {swept.rungs} 个：写进信函 {swept.spoken} 件，"
        f"由更急的代为提醒 {swept.superseded} 件，没有人可告知 {swept.suppressed} 件",
        f"这次发出信函 {sent.sent} 封：一个人一天最多一封",
    )
    stage.told["sweep"], stage.told["deliver"] = swept, sent


def _show(stage: Stage) -> None:
    """Show what a clerk wants to see in the morning."""
    from casework.board import board
    from casework.due import DueFilter, DueList, due
    from casework.letters_page import LetterFilter, outbox
    from cli.demo_story import SECOND_RUN

    with _services(stage) as services:
        today = services.on(SECOND_RUN)
        seen, soon = board(today), due(today, DueFilter(days=14))
        letters = outbox(today, LetterFilter(), limit=_SOME_LETTERS)
    assert isinstance(soon, DueList)  # noqa: S101 - no enterprise was asked for
    stage.told["board"] = seen
    stage.told["due"] = len(soon.lines)
    stage.told["letters"] = str(stage.settings.letters_folder)
    if not stage.quiet:
        _print(stage, seen, soon, letters)


def _print(stage: Stage, seen: "Board", soon: "DueList", letters: "Outbox") -> None:
    from cli.tables import print_board, print_due, print_letters

    _head(stage, "四、各阶段有多少事项")
    print_board(screen(), seen)
    _head(stage, "五、两周内截止的事项")
    print_due(screen(), soon.lines)
    _head(stage, "六、信函")
    print_letters(screen(), letters)
    _say(stage, f"信函在文件夹 {stage.settings.letters_folder}（.eml，用任何邮件程序打开）")


def _print_moves(stage: Stage, moved: Sequence["Moved"]) -> None:
    """Print each kind of step once: how many took it, one of them, and why that one did."""
    from rich.text import Text

    from cli.tables import table

    if stage.quiet:
        return
    steps: dict[tuple[str, str, str], list[Moved]] = {}
    for each in moved:
        step = (each.programme_title, each.from_title, each.to_title)
        steps.setdefault(step, []).append(each)
    made = table("从 → 到", "件#", "例如", "为什么", title="两个月里推进的事项")
    last = ""
    for (programme, before, after), taken in steps.items():
        one = taken[0]
        why = "；".join(one.evidence) or one.reason
        if programme != last:
            made.add_row(Text(programme, style="bold"))
        last = programme
        enterprise, told = Text(one.enterprise), Text(f"{why}（{one.actor}）")
        made.add_row(f"{before} → {after}", str(len(taken)), enterprise, told)
    screen().print(made)


def _services(stage: Stage) -> Any:  # noqa: ANN401 - a context manager of Services
    from runtime.build import opened

    return opened(stage.settings)


def _run(stage: Stage, flow: Literal["monthly", "sweep", "deliver"], **parameters: str) -> Any:  # noqa: ANN401 - each flow has its own report
    """Run a flow under the orchestrator, with a sign of life."""
    from flows.local import run_locally, run_plainly

    titles = {"monthly": "月度流程", "sweep": "提醒", "deliver": "发信"}
    when = parameters.get("month") or parameters["on"]
    run: Callable[..., Any] = run_plainly if stage.plain else run_locally
    with aside().status(f"{titles[flow]} {when} …"):
        report = run(stage.home, flow, **parameters)
    _say(stage, f"✓ {titles[flow]} {when}")
    return report


def _head(stage: Stage, words: str) -> None:
    if not stage.quiet:
        screen().print()
        screen().print(words, style="bold cyan", markup=False)


def _say(stage: Stage, *lines: str) -> None:
    from cli.tables import say

    if not stage.quiet:
        say(screen(), *lines)
