"""`peiyu imports`: what was imported, and taking an import back."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import group
from cli.door import actor, services_at
from cli.errors import refused
from cli.options import By, Home, Json
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.import_undo import Undoing

imports = group(
    "imports",
    help="导入过的文件：谁在什么时候导入了多少；撤销一批。\n\n导入用 peiyu import。",
    panel="工具",
)
Number = Annotated[int, typer.Argument(metavar="批次", help="编号，见 peiyu imports list", min=1)]
_SOME = 20  # of what is taken back or is not


@imports.command("list", help="列出导入过的文件，最近的在前。", epilog="例：peiyu imports list")
def list_(
    before: Annotated[
        int, typer.Option("--before", metavar="批次", show_default=False, help="只列这一批以前的")
    ] = 0,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """List the imports."""
    from casework.import_batches import list_batches

    with services_at(home) as services:
        found = list_batches(services, before=before)
        zone = services.zone
    if as_json:
        print_json(found)
        return
    from cli.tables import next_step, say, table

    console = screen()
    if not found.lines:
        say(console, "还没有导入过文件。")
        next_step(console, "peiyu import 名册.xlsx")
        return
    made = table("批次", "文件", "谁", "什么时候", "新增", "变更", "不变", "状态")
    for line in found.lines:
        counts = (f"{line.new}", f"{line.changed}", f"{line.unchanged}")
        at = f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}"
        state = "已撤销" if line.undone_at else "已导入"
        made.add_row(f"{line.number}", line.filename, line.by, at, *counts, state)
    console.print(made)
    if found.following:
        next_step(console, f"peiyu imports list --before {found.following}    更早的")


@imports.command(
    "undo",
    help="撤销一批导入。\n\n不加 --apply 只说会撤回什么、什么撤不回和为什么；"
    "之后又改过的、已有事项或截止日的，不动。全部留痕。",
    epilog="例：peiyu imports undo 3 --apply",
)
def undo_(
    number: Number,
    apply: Annotated[bool, typer.Option("--apply", help="真的撤销")] = False,
    by: By = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Take an import back, or say what that would do."""
    from casework.import_undo import preview_undo, undo
    from casework.refusal import Refusal

    with services_at(home) as services:
        done = undo(services, number, by=actor(by)) if apply else preview_undo(services, number)
    if isinstance(done, Refusal):
        raise refused(done)
    if as_json:
        print_json(done)
        return
    _print(done)


def _print(done: "Undoing") -> None:
    from cli.tables import next_step, say

    console = screen()
    title = f"第 {done.number} 批（{done.filename}）"
    counted = f"{len(done.taken)} 项，{len(done.kept)} 项撤不回"
    say(console, f"{title}：{'已' if done.done else '会'}撤回 {counted}", style="bold")
    say(console, *(f"  {each}" for each in done.taken[:_SOME]))
    if len(done.taken) > _SOME:
        say(console, f"  …还有 {len(done.taken) - _SOME} 项")
    if done.kept:
        say(console, "撤不回的：")
        say(console, *(f"  {each.enterprise}：{each.what}，{each.why}" for each in done.kept))
    if not done.done and done.taken:
        next_step(console, f"peiyu imports undo {done.number} --apply    撤销")
