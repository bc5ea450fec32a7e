"""Files in and out: `peiyu template`, `peiyu import`, `peiyu assess`."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app, group
from cli.door import (
    actor,
    catalogue_at,
    has_data,
    programme_of,
    services_at,
    services_or_empty,
    services_without_data,
)
from cli.errors import Code, StopError, misuse, refused
from cli.options import By, Home, Json, On
from cli.output import aside, print_json, screen
from runtime.typed import typed

if TYPE_CHECKING:
    from casework.import_roster import ImportReport
    from exchange.values import Problem

ROSTER = Path("企业名册模板.xlsx")
_SOME = 20  # changes that are printed

template = group("template", help="生成空白名册，或某个项目的示例数据文件。", panel="开始")
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="文件", show_default=False, help="存到这个文件"),
]
Force = Annotated[bool, typer.Option("--force", help="文件已存在时覆盖")]


@template.command(
    "roster",
    help=f"生成空白企业名册，默认存为“{ROSTER}”；列的含义和单位写在表里。",
    epilog="例：peiyu template roster",
)
def roster_template(output: Output = None, force: Force = False, as_json: Json = False) -> None:
    """Write the empty roster."""
    from xlsxwriter.exceptions import XlsxFileError

    from exchange.templates import write_roster_template

    target = output or ROSTER
    _may_write(target, force)
    try:
        write_roster_template(target)
    except (OSError, XlsxFileError) as error:
        raise _unwritable(target, error) from error
    if as_json:
        print_json({"file": str(target)})
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"已生成 {target}")
    next_step(console, f"填好后核对：peiyu import {typed(target)}")


@template.command(
    "facts",
    help="输出一份填好的示例数据文件（JSON）：每个数据的名称、单位和含义，供 peiyu assess 使用。",
    epilog="例：peiyu template facts hnte --output 示例.json",
)
def facts_template(
    programme: Annotated[str, typer.Argument(metavar="项目", help="例如 hnte、高企、科小")],
    output: Output = None,
    force: Force = False,
    home: Home = None,
    as_json: Json = False,  # noqa: ARG001 - the file is JSON already
) -> None:
    """Print a filled example of a facts file."""
    from exchange.facts_file import example

    text = example(programme_of(catalogue_at(home), programme)).rstrip("\n") + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    _may_write(output, force)
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(output, error) from error
    aside().print(f"已生成 {output}", markup=False)


def _unwritable(target: Path, error: Exception) -> StopError:
    reason = (isinstance(error, OSError) and error.strerror) or error
    return StopError(f"写不进 {target}，请检查文件夹和写入权限（{reason}）")


def _may_write(target: Path, force: bool) -> None:
    if target.exists() and not force:
        raise StopError(f"{target} 已存在，没有覆盖。请加 --output 换个名字，或加 --force 覆盖")


@app.command(
    "import",
    rich_help_panel="开始",
    help="读入企业名册或年度数据（.xlsx、.xls、.csv）。\n\n不加 --apply 只核对："
    "新增、变更、不变、有误各多少，错在哪一行、怎么改。"
    "有问题时另存一份带批注的文件，原文件不动。",
    epilog="例：peiyu import 企业名册.xlsx --apply",
)
def import_(
    file: Annotated[Path, typer.Argument(metavar="文件", help="名册文件")],
    apply: Annotated[bool, typer.Option("--apply", help="真的导入；有错误时整份都不导入")] = False,
    remarks: Annotated[
        Path | None,
        typer.Option("--remarks", metavar="文件", show_default=False, help="带批注的文件存到哪里"),
    ] = None,
    by: By = None,
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Read a roster; say what it would change, or change it."""
    from exchange.roster import read_roster

    if not file.is_file():
        raise misuse(f"没有文件 {file}")
    with aside().status("正在读取…"):
        roster = read_roster(file)
    # To check a file needs no data; to apply it does.
    door = services_at if apply else services_or_empty
    with door(home, on=on) as services, aside().status("正在核对…"):
        from casework.import_roster import apply as apply_roster
        from casework.import_roster import preview
        from casework.refusal import Refusal

        report = preview(services, roster)
        if apply and not report.errors and not report.already:
            done = apply_roster(services, roster, by=actor(by))
            if isinstance(done, Refusal):
                raise StopError(done.reason)
            report = done
    marked = _mark(file, report, remarks)
    if as_json:
        print_json(_form(report, marked))
    else:
        _print_report(file, report, marked, wanted=apply)
        _say_no_data(home)
    if report.errors:
        raise typer.Exit(Code.PROBLEMS)


def _say_no_data(home: Path | None) -> None:
    if not has_data(home):
        aside().print("还没有数据文件夹：正式导入之前先运行 peiyu init", markup=False)


def _mark(file: Path, report: "ImportReport", remarks: Path | None) -> Path | None:
    """Hand the user's file back with remarks; never over the original."""
    from exchange.remarks import write_remarks

    if not any(each.sheet for each in report.problems):  # else there is no cell to mark
        return None
    target = remarks or _free(file.with_name(f"{file.stem}-批注.xlsx"))
    if target.resolve() == file.resolve():
        raise misuse("带批注的文件不能存到原文件上，请换个名字")
    try:
        write_remarks(file, report.problems, target)
    except OSError as error:
        words = error.strerror or error
        aside().print(
            f"带批注的文件写不进 {target}（{words}），可用 --remarks 换地方", markup=False
        )
        return None
    return target


def _free(target: Path) -> Path:
    """Return the name, or the next one: somebody may have mended the copy of last time."""
    from exchange.remarks import is_untouched

    names = (target.with_stem(f"{target.stem}{n}") for n in count(2))
    return next(each for each in chain((target,), names) if not each.exists() or is_untouched(each))


def _form(report: "ImportReport", marked: Path | None) -> dict[str, object]:
    counts = {name: getattr(report, name) for name in ("new", "changed", "unchanged", "wrong")}
    more = {"applied": report.applied, "already": report.already, "batch": report.batch}
    file = str(marked) if marked else None
    return counts | {"problems": report.problems, "remarks": file} | more


def _print_report(file: Path, report: "ImportReport", marked: Path | None, *, wanted: bool) -> None:
    from cli.tables import next_step, print_problems, say

    console = screen()
    say(
        console,
        f"{file.name}：新增 {report.new} 行，变更 {report.changed} 行，"
        f"不变 {report.unchanged} 行，有误 {report.wrong} 行",
        style="bold",
    )
    if report.problems:
        print_problems(console, report.problems)
    if marked:
        say(console, f"带批注的文件：{marked}")
    _print_changes(report)
    if report.errors:
        say(console, "什么都没有导入。" if wanted else "有错误时不能导入。", style="red")
        mended = "按批注改好后" if marked else "改好后"
        next_step(console, f"{mended}再运行 peiyu import")
    elif report.already:
        say(console, "这份文件已经导入过，没有变化。")
    elif report.applied:
        say(console, f"已导入，第 {report.batch} 批；撤销用 peiyu imports undo {report.batch}")
        next_step(console, "peiyu run monthly    对照条件，推进事项")
    elif report.new or report.changed:
        next_step(console, f"peiyu import {typed(file)} --apply    导入")
    else:
        say(console, "没有要导入的内容。")


def _print_changes(report: "ImportReport") -> None:
    from cli.tables import say

    if not report.changes:
        return
    console = screen()
    say(console, f"对已有企业的变更 {len(report.changes)} 项：")
    say(console, *(f"  {each}" for each in report.changes[:_SOME]))
    if len(report.changes) > _SOME:
        say(console, f"  …还有 {len(report.changes) - _SOME} 项")


@app.command(
    "assess",
    rich_help_panel="查询",
    help="用一份数据文件对照项目条件，逐条说明还差多少。\n\n不需要数据文件夹。",
    epilog="例：peiyu assess hnte --facts 示例.json --on 2026-06-01",
)
def assess(
    programme: Annotated[str, typer.Argument(metavar="项目", help="例如 hnte、高企、科小")],
    facts: Annotated[
        Path, typer.Option("--facts", metavar="文件", help="数据文件，见 peiyu template facts")
    ],
    on: On = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Judge one enterprise from a file."""
    from casework.judge import judge
    from casework.refusal import Refusal
    from exchange.facts_file import read_facts
    from exchange.values import Severity

    with services_without_data(home) as services:
        chosen = programme_of(services.catalogue, programme)
        day = on or services.today
        frame, problems = read_facts(_text_of(facts), chosen, cycle=day.year)
        if any(each.severity is Severity.ERROR for each in problems):
            _print_wrong(facts, problems, as_json)
            raise typer.Exit(Code.PROBLEMS)
        judged = judge(services, chosen.key, frame, on=day)
    if isinstance(judged, Refusal):
        raise refused(judged)
    for each in problems:
        aside().print(f"提醒：{each.column} {each.message}", markup=False, style="yellow")
    if as_json:
        print_json(judged.as_json())
        return
    from cli.case_tables import print_judged

    print_judged(screen(), judged)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        told = (
            f"{file} 不是 UTF-8 编码的 JSON 文件；示例见 peiyu template facts，名册用 peiyu import"
        )
        raise StopError(told) from error
    except OSError:
        raise misuse(f"打不开文件 {file}") from None


def _print_wrong(file: Path, problems: "Sequence[Problem]", as_json: bool) -> None:
    if as_json:
        print_json({"error": f"{file.name} 有 {len(problems)} 处错误", "problems": problems})
        return
    from cli.tables import print_problems, say

    console = screen()
    say(console, f"{file.name} 有 {len(problems)} 处错误，没有判断：")
    print_problems(console, problems)
