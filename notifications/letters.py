"""The letters: one folder of templates and one typed function each."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec, TypeAlias

from notifications.agenda import sections
from notifications.calendar_file import FILE_NAME, dates_to_keep
from notifications.rendering import damaged, one_letter, render
from notifications.values import (
    AlarmItem,
    AnswerItem,
    DueItem,
    Head,
    MonthFigure,
    MonthLine,
    MonthSummary,
    MoveItem,
    Office,
    Rendered,
    ReviewItem,
    Summaries,
    WeekLine,
    WeekRows,
    WeekSection,
    WeekSummary,
)
from policy.answers import AnswerKind

__all__ = [
    "LETTERS",
    "AlarmItem",
    "AnswerItem",
    "DueItem",
    "DuplicateLetterError",
    "Head",
    "MonthFigure",
    "MonthLine",
    "MonthSummary",
    "MoveItem",
    "Office",
    "Rendered",
    "ReviewItem",
    "Summaries",
    "WeekLine",
    "WeekRows",
    "WeekSection",
    "WeekSummary",
    "damaged_template",
    "enterprise_daily",
    "letter",
    "robot_daily",
    "staff_daily",
]

Context: TypeAlias = Mapping[str, object]
_NOTHING = Summaries()
Given = ParamSpec("Given")

_SPOKEN = 10  # kinds of matters that a robot names

LETTERS: dict[str, Callable[..., Rendered]] = {}


class DuplicateLetterError(Exception):
    """Two functions claim the same letter."""


def damaged_template() -> str:
    """Return which template no letter could use, in a sentence, or nothing."""
    return damaged(LETTERS)


def letter(name: str) -> Callable[[Callable[Given, Context]], Callable[Given, Rendered]]:
    """Register a letter: the function says what is in it, the folder of its name how it reads."""

    def register(says: Callable[Given, Context]) -> Callable[Given, Rendered]:
        @wraps(says)
        def written(*args: Given.args, **kwargs: Given.kwargs) -> Rendered:
            with one_letter(f"模板 {name}"):
                return render(name, says(*args, **kwargs))

        if LETTERS.setdefault(name, written) is not written:
            raise DuplicateLetterError(name)
        return written

    return register


@letter("enterprise_daily")
def enterprise_daily(
    head: Head, *, enterprise: str, due: Sequence[DueItem], moves: Sequence[MoveItem]
) -> Context:
    """To an enterprise's contact: what is due, the gravest first, and what has moved."""
    return {
        **_framed(head, due),
        "enterprise": enterprise,
        "due_count": sum(not item.calm for item in due),
        "answerable": any(item.answer_url for item in due),
        "moves": sorted(moves, key=lambda move: (move.on, move.programme)),
    }


@letter("staff_daily")
def staff_daily(
    head: Head,
    *,
    due: Sequence[DueItem] = (),
    reviews: Sequence[ReviewItem | AnswerItem] = (),
    summaries: Summaries = _NOTHING,
    alarms: Sequence[AlarmItem] = (),
) -> Context:
    """To a clerk, a head or a leader: month and week when they are summed up, then the day.

    ``reviews`` are proposals, and what enterprises answered. To whoever keeps the program: what is
    amiss with it.
    """
    week = summaries.week
    answers = [each for each in reviews if isinstance(each, AnswerItem)]
    asking = [each for each in answers if each.kind != AnswerKind.SEEN.value]
    proposals = [each for each in reviews if isinstance(each, ReviewItem)]
    lines = [line for section in (week.sections if week else ()) for line in section.lines]
    return {
        **_framed(head, due),
        "flags": _flags([*due, *lines]),
        "week": week,
        "month": summaries.month,
        "overdue_count": sum(item.days_left < 0 for item in due),
        "due_count": sum(item.days_left >= 0 for item in due),
        "reviews": sorted(proposals, key=lambda review: review.waiting_since),
        "answers": sorted(asking, key=lambda answer: (_URGENT.index(answer.kind), answer.on)),
        "seen": [each for each in answers if each not in asking],
        "alarms": sorted(alarms, key=lambda alarm: (alarm.cleared, alarm.raised)),
    }


@letter("robot_daily")
def robot_daily(head: Head, *, due: Sequence[DueItem], reviews: int) -> Context:
    """To a group of staff, by its robot: how much there is today, the gravest first; no person."""
    matters = [matter for section in sections(due) for matter in section.matters]
    return {
        **_framed(head, due),
        "due_count": len(due),
        "reviews": reviews,
        "shown": matters[:_SPOKEN],
        "more": len(matters[_SPOKEN:]),
    }


def _framed(head: Head, due: Sequence[DueItem]) -> dict[str, object]:
    return {
        "to_name": head.to_name,
        "on": head.on,
        "office": head.office,
        "demo": head.demo,
        "unread": head.unread,
        "wordings": head.wordings,
        "sections": sections(due),
        "flags": _flags(due),
        "calendar_file": FILE_NAME if dates_to_keep(due) else "",
    }


_URGENT = (AnswerKind.HELP.value, AnswerKind.DONE.value)
FLAGS = {
    "预计": "日期按往年通知或转述推算，以本年正式通知为准",
    "暂估": "放假安排尚未公布，按周一至周五推算，公布后可能变动",
    "待核实": "依据尚未与文件原文核对",
}


def _flags(items: Sequence[DueItem | WeekLine]) -> Mapping[str, str]:
    """Return what each flag in this letter means."""
    used = {flag for item in items for flag in item.flags}
    return {flag: meaning for flag, meaning in FLAGS.items() if flag in used}
