"""What runs by itself around the daily work, typed by hand: the week's digest, housekeeping."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Home, Json, On
from cli.output import print_json, screen
from cli.running import Plain, counts_of, run_flow, runs

if TYPE_CHECKING:
    from casework.digest import DigestReport
    from casework.housekeeping import HousekeepingReport


@runs.command(
    "digest",
    help="一周摘要：给每位经办和股长写一份，放进当天的那封信。\n\n"
    "列出已经超期、本周到期、等本局审核、等补数据或登记、没有办成的各有多少；没有要说的就不写。",
    epilog="例：peiyu run digest",
)
def digest(on: On = None, plain: Plain = False, home: Home = None, as_json: Json = False) -> None:
    """Sum up the week."""
    report = run_flow(home, "digest", plain=plain, on=on.isoformat() if on else None)
    if as_json:
        print_json(counts_of(report))
        return
    from casework.digest import DigestReport
    from cli.tables import next_step, say

    assert isinstance(report, DigestReport)  # noqa: S101 - which flow it was decides it
    say(screen(), digest_sentence(report))
    next_step(screen(), "peiyu run deliver    发出信函")


@runs.command(
    "housekeeping",
    help="夜间清理：清掉过期的运行记录、没有写进信函的提醒和信函文件，收回数据库里空出的地方。\n\n"
    "多久算过期，写在 peiyu.toml 的 [keep]。事项、截止日、流转、操作记录和发过的信，从不清理。",
    epilog="例：peiyu run housekeeping --dry-run",
)
def housekeeping(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会清掉多少，什么也不动")] = False,
    on: On = None,
    plain: Plain = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Tidy the data folder."""
    report = run_flow(
        home,
        "housekeeping",
        plain=plain,
        on=on.isoformat() if on else None,
        dry_run="yes" if dry_run else None,
    )
    if as_json:
        print_json(counts_of(report))
        return
    from casework.housekeeping import HousekeepingReport
    from cli.tables import say

    assert isinstance(report, HousekeepingReport)  # noqa: S101 - which flow it was decides it
    say(screen(), housekeeping_sentence(report))


def digest_sentence(report: "DigestReport") -> str:
    """Say in one line what a digest did."""
    if not report.staff:
        return "没有登记经办或股长，没有写摘要。"
    return f"{report.week} 的摘要写给 {report.told} 人，共 {report.staff} 位经办和股长"


def housekeeping_sentence(report: "HousekeepingReport") -> str:
    """Say in one line what was tidied, or would be."""
    parts = (
        (report.runs + report.batches, "运行记录 {} 条"),
        (report.unsaid, "没有写进信函的提醒 {} 条"),
        (report.letter_files, "信函文件 {} 个"),
        (report.uploads, "没有导入的文件和过期的导入记录 {} 份"),
        (report.calls, "给别的程序的通知和应答 {} 条"),
        (report.history, "运行过程 {} 次"),
    )
    said = "，".join(words.format(number) for number, words in parts if number)
    freed = f"，收回 {report.freed_bytes / 1024**2:.1f} MB" if report.freed_bytes >= _SHOWN else ""
    if report.dry_run:
        return f"会清掉：{said}。什么也没有动。" if said else "没有要清掉的。"
    return f"已清掉：{said}{freed}" if said else f"没有要清掉的{freed}"


_SHOWN = 100 * 1024
