"""`peiyu audit verify`: whether the records of who did what are as they were written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import group
from cli.door import services_at
from cli.errors import Code, misuse
from cli.options import Home, Json
from cli.output import print_json, screen

if TYPE_CHECKING:
    from casework.audit_export import Proof
    from models.audit import Chain

audit = group("audit", help="操作记录：谁做了什么，有没有被改动。", panel="工具")


@audit.command(
    "verify",
    help="核验操作记录有没有被改动；写了文件，就核验从网页“审计”导出的带印记的记录，不需要数据库。\n\n"
    "有问题时退出码是 1。",
    epilog="例：peiyu audit verify 操作记录-2026-03-02.jsonl",
)
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="文件", show_default=False, help="导出的 .jsonl 文件"),
    ] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Go through the whole chain, or through a file of it."""
    sound = _file(file, as_json=as_json) if file else _database(home, as_json=as_json)
    if not sound:
        raise typer.Exit(Code.PROBLEMS)


def _database(home: Path | None, *, as_json: bool) -> bool:
    from casework.audit_page import state_of_chain

    with services_at(home) as services:
        chain = state_of_chain(services)
    if as_json:
        print_json(chain)
    else:
        _say(*_of_chain(chain), bad=chain.broken is not None)
    return chain.broken is None


def _of_chain(chain: "Chain") -> tuple[str, ...]:
    if chain.broken is not None:
        return (f"第 {chain.broken} 条被改动过，或者它前面的缺了；它前面的 {chain.entries} 条完整",)
    if not chain.entries:
        return ("还没有操作记录",)
    end = f"最后一条的印记：{chain.last_seal}"
    return f"全部 {chain.entries} 条连续完整，核验到第 {chain.last} 条", end


def _file(file: Path, *, as_json: bool) -> bool:
    from casework.audit_export import prove

    try:
        with file.open(encoding="utf-8-sig") as lines:
            proof = prove(lines)
    except UnicodeDecodeError:
        raise misuse(f"“{file}”不是导出的带印记的记录（.jsonl）") from None
    if as_json:
        print_json(proof)
    else:
        _say(_of_proof(proof), bad=bool(proof.wrong))
    return not proof.wrong


def _of_proof(proof: "Proof") -> str:
    if proof.wrong:
        named = "、".join(map(str, proof.wrong[:20]))
        return f"第 {named} 行被改动过，或者和前一行对不上（共 {len(proof.wrong)} 行）"
    parted = f"；按条件导出，中间有 {proof.gaps} 处不在文件里" if proof.gaps else "，首尾相连"
    return f"{proof.entries} 条都和写下时一样{parted}"


def _say(*sentences: str, bad: bool) -> None:
    from cli.tables import say

    say(screen(), *sentences, style="red" if bad else "green")
