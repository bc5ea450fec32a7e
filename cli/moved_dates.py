"""Printing the dates that move, from when to when, and who was told the old ones."""

from typing import TYPE_CHECKING

from cli.output import screen

if TYPE_CHECKING:
    import datetime as dt

    from casework.reproject import MovedDate, Reprojection

_APPLY = "peiyu calendar reproject --apply    调整这些截止日"


def print_moved(moving: "Reprojection", *, apply: str = _APPLY) -> None:
    """Print what moves, or has moved; ``apply`` says how to let it."""
    from cli.tables import named, next_step, say, table

    console = screen()
    if not moving.moved:
        say(console, "没有截止日因此变动。")
        return
    say(console, f"{'已调整' if moving.applied else '将调整'} {len(moving.moved)} 个截止日：")
    together: dict[tuple[str, str, str], list[MovedDate]] = {}
    for each in moving.moved:
        old, new = _marked(each.old_on, each.old_flags), _marked(each.new_on, each.new_flags)
        together.setdefault((f"{each.programme}：{each.title}", old, new), []).append(each)
    made = table("事项", "原日期", "新日期", "企业", "已告知原日期")
    for (title, old, new), bound in together.items():
        told = "、".join(f"{one.name}（{one.on}）" for each in bound for one in each.told)
        made.add_row(title, old, new, named([each.enterprise for each in bound]), told or "无")
    console.print(made)
    if not moving.applied and apply:
        next_step(console, apply)


def _marked(day: "dt.date", flags: tuple[str, ...]) -> str:
    return f"{day}（{'、'.join(flags)}）" if flags else str(day)
