"""Invented letters, one of each sort: what a new wording is tried on before it is kept."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from notifications.letters import LETTERS
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
    WeekSection,
    WeekSummary,
    Wording,
)

_ON = dt.date(2026, 5, 27)  # a Wednesday
_FIRM = "示例甲科技有限公司"
_OFFICE = Office(
    name="示例县科技局", sender="李示例", phone="0745-0000000", address="示例路 1 号 3 楼"
)
_HEAD = Head(to_name="张示例", on=_ON, office=_OFFICE, demo=True)
_LINK = "https://peiyu.example/a/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An invented letter of one kind."""

    title: str
    says: Mapping[str, Any]  # what its function is told, beside the head
    head: Head = _HEAD

    def written(self, letter: str, wording: Wording | None = None) -> Rendered:
        """Return how it reads; its ``fault`` says why it does not read as this wording has it."""
        head = replace(self.head, wordings={letter: wording} if wording else {})
        return LETTERS[letter](head, **_told(letter, self))


def _told(letter: str, example: "Example") -> dict[str, Any]:
    """Return what a letter's function is told; only an enterprise's is told of one."""
    firm = {"enterprise": _FIRM} if letter == "enterprise_daily" else {}
    return {**firm, **example.says}


def _due(title: str, days: int, tone: str, **more: object) -> DueItem:
    made: dict[str, Any] = {
        "title": title,
        "programme": "示例项目",
        "enterprise": _FIRM,
        "due_on": _ON + dt.timedelta(days=days),
        "days_left": days,
        "tone": tone,
        "explanation": f"“{title}”的日期：依据示例〔2026〕{abs(days)}号第三条",
        "where": "示例工作网",
        "prepare": "上一年度示例报表",
    }
    return DueItem(**made | more)


_SEVERAL = (
    _due("示例年报", 4, "urgent", flags=("预计", "待核实"), answer_url=f"{_LINK}one"),
    _due("示例备案", -3, "overdue", answer_url=f"{_LINK}two"),
    _due("示例自查", 20, "notice", flags=("暂估",), answer_url=f"{_LINK}three", waited=True),
)
_OFFERED = "您已填报凭证号 A-1（5月26日），待科技局核对"
_MOVES = (
    MoveItem(
        programme="示例项目",
        enterprise=_FIRM,
        from_stage="摸底筛选",
        to_stage="培训辅导",
        on=_ON,
        reason="条件均已达到",
        next_step="参加示例培训",
    ),
)
_WEEK = WeekSummary(
    number=22,
    first=dt.date(2026, 5, 25),
    last=dt.date(2026, 5, 31),
    sections=(
        WeekSection(
            title="已经超期",
            tone="overdue",
            count=2,
            lines=(WeekLine(what="示例年报", details=("法定", "超期 3 天"), flags=("暂估",)),),
            more=1,
        ),
    ),
)
_FIGURES = (
    MonthFigure(title="新建事项", number=4, before=1),
    MonthFigure(title="到期未办结", number=1, before=1),
)
_MONTH = MonthSummary(
    year=2026,
    month=4,
    on=_ON,
    lines=(MonthLine(programme="示例项目", figures=_FIGURES),),
    total=_FIGURES,
)
_REVIEW = ReviewItem(
    enterprise=_FIRM,
    programme="示例项目",
    proposal="摸底筛选 → 培训辅导",
    waiting_since=_ON - dt.timedelta(days=3),
    summary="达到 8 项",
    behalf="王示例",
)


def _answer(number: int, kind: str, said: str = "") -> AnswerItem:
    return AnswerItem(
        number=number,
        kind=kind,
        enterprise=_FIRM,
        programme="示例项目",
        title="示例年报",
        due_on=_ON + dt.timedelta(days=4),
        on=_ON,
        said=said,
        who="张示例",
        phone="0745-0000001",
    )


_ANSWERS = (_answer(1, "help", "不会填第三张表"), _answer(2, "done", "A-1"), _answer(3, "seen"))
_RAISED = dt.datetime(2026, 5, 27, 8, 5, tzinfo=dt.timezone(dt.timedelta(hours=8)))
_ALARMS = (
    AlarmItem(sentence="当天的提醒没有做", hint="peiyu run sweep", raised=_RAISED),
    AlarmItem(sentence="备份隔了 8 天", hint="peiyu backup", raised=_RAISED, cleared=True),
)
_REAL = replace(_HEAD, demo=False, to_name="")
_SHARED = tuple(
    _due("示例年报", 4, "urgent", enterprise=firm) for firm in (_FIRM, "示例乙有限公司")
)

EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "enterprise_daily": (
        Example(title="有几件事，有进展", says={"due": _SEVERAL, "moves": _MOVES}),
        Example(title="只有进展", says={"due": (), "moves": _MOVES}, head=_REAL),
        Example(
            title="凭证号在核对",
            says={
                "due": (_due("示例年报", 4, "urgent", note=_OFFERED, calm=True),),
                "moves": (),
            },
        ),
        Example(title="没有事项", says={"due": (), "moves": ()}, head=_REAL),
    ),
    "staff_daily": (
        Example(title="一个忙的早晨", says={"due": _SEVERAL, "reviews": (_REVIEW, *_ANSWERS)}),
        Example(title="几家企业同一件事", says={"due": _SHARED}, head=_REAL),
        Example(title="只有待审", says={"reviews": (_REVIEW,)}),
        Example(title="只有答复", says={"reviews": _ANSWERS}, head=_REAL),
        Example(title="一周摘要", says={"summaries": Summaries(week=_WEEK)}),
        Example(title="月度摘要", says={"summaries": Summaries(month=_MONTH)}, head=_REAL),
        Example(title="运行告警", says={"alarms": _ALARMS}),
        Example(title="没有事项", says={}, head=_REAL),
    ),
}


def names_of(letter: str) -> frozenset[str]:
    """Return the names that a letter's templates may use."""
    says: Callable[..., Mapping[str, object]] = LETTERS[letter].__wrapped__  # type: ignore[attr-defined]
    return frozenset(says(_HEAD, **_told(letter, EXAMPLES[letter][0]))) - {"unread", "wordings"}
