"""The letters: one folder of templates and one typed function each."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec, TypeAlias

from notifications.agenda import sections
from notifications.rendering import render
from notifications.values import DueItem, MoveItem, Office, Rendered, ReviewItem

__all__ = [
    "LETTERS",
    "DueItem",
    "DuplicateLetterError",
    "MoveItem",
    "Office",
    "Rendered",
    "ReviewItem",
    "enterprise_daily",
    "letter",
    "staff_daily",
]

Context: TypeAlias = Mapping[str, object]
Given = ParamSpec("Given")

LETTERS: dict[str, Callable[..., Rendered]] = {}


class DuplicateLetterError(Exception):
    """Two functions claim the same letter."""


def letter(name: str) -> Callable[[Callable[Given, Context]], Callable[Given, Rendered]]:
    """Register a letter: the function says what is in it, the folder of its name how it reads."""

    def register(says: Callable[Given, Context]) -> Callable[Given, Rendered]:
        @wraps(says)
        def written(*args: Given.args, **kwargs: Given.kwargs) -> Rendered:
            return render(name, says(*args, **kwargs))

        if LETTERS.setdefault(name, written) is not written:
            raise DuplicateLetterError(name)
        return written

    return register


@letter("enterprise_daily")
def enterprise_daily(  # noqa: PLR0913 - a letter names everything it says
    *,
    to_name: str,
    enterprise: str,
    on: dt.date,
    due: Sequence[DueItem],
    moves: Sequence[MoveItem],
    office: Office,
    demo: bool = False,
) -> Context:
    """To an enterprise's contact: what is due, the gravest first, and what has moved."""
    return {
        "to_name": to_name,
        "enterprise": enterprise,
        "on": on,
        "sections": sections(due),
        "due_count": len(due),
        "moves": sorted(moves, key=lambda move: (move.on, move.programme)),
        "flags": _flags(due),
        "office": office,
        "demo": demo,
    }


@letter("staff_daily")
def staff_daily(  # noqa: PLR0913 - a letter names everything it says
    *,
    to_name: str,
    on: dt.date,
    overdue: Sequence[DueItem] = (),
    due: Sequence[DueItem] = (),
    reviews: Sequence[ReviewItem] = (),
    moves_count: int = 0,
    sent_count: int = 0,
    troubled_count: int = 0,
    office: Office,
    demo: bool = False,
) -> Context:
    """To a clerk, a head or a leader: what is overdue, due and waiting for a decision.

    The counts speak of the last run: cases moved, letters sent, letters that did not arrive.
    """
    items = [*overdue, *due]
    return {
        "to_name": to_name,
        "on": on,
        "sections": sections(items),
        "overdue_count": sum(item.days_left < 0 for item in items),
        "due_count": sum(item.days_left >= 0 for item in items),
        "reviews": sorted(reviews, key=lambda review: review.waiting_since),
        "moves_count": moves_count,
        "sent_count": sent_count,
        "troubled_count": troubled_count,
        "flags": _flags(items),
        "office": office,
        "demo": demo,
    }


_FLAGS = {
    "预计": "本年通知尚未发布，按往年日期推算，以正式通知为准",
    "暂估": "放假安排尚未公布，按周一至周五推算，公布后可能变动",
    "待核实": "依据尚未与文件原文核对",
}


def _flags(items: Sequence[DueItem]) -> Mapping[str, str]:
    """Return what each flag in this letter means."""
    used = {flag for item in items for flag in item.flags}
    return {flag: meaning for flag, meaning in _FLAGS.items() if flag in used}
