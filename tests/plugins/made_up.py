"""Invented letters: the parts of one, each complete, so that a test names only what it is about."""

import datetime as dt
from typing import Any

from notifications.letters import (
    DueItem,
    Head,
    MoveItem,
    Office,
    ReviewItem,
    WeekLine,
    WeekSection,
    WeekSummary,
)
from notifications.message import Address, Message

ON = dt.date(2026, 5, 27)  # a Wednesday
FIRM = "示例科技有限公司"
OFFICE = Office(
    name="示例市科技局", sender="李示例", phone="0745-0000000", address="示例路 1 号 3 楼"
)
LETTER = Message(
    message_id="<3f9a@peiyu.example>",
    sender=Address(name="示例科技局", email="peiyu@office.example"),
    to=Address(name="张示例", email="zhang@firm.example"),
    subject="【截止提醒】高企年报 还有 5 天（5月31日）",
    text="您好",
    html="<p>您好</p>",
)


def a_head(**changes: Any) -> Head:
    """Return a letter's head: to 张示例, on `ON`, from `OFFICE`."""
    made: dict[str, Any] = {"to_name": "张示例", "on": ON, "office": OFFICE}
    return Head(**made | changes)


def an_item(days_left: int = 4, **changes: Any) -> DueItem:
    """Return a date so many days after `ON`."""
    made: dict[str, Any] = {
        "title": "高企年报",
        "programme": "高新技术企业认定",
        "enterprise": FIRM,
        "due_on": ON + dt.timedelta(days=days_left),
        "days_left": days_left,
        "tone": "urgent",
        "explanation": "截止 2026-05-31（周日）：依据：示例〔2026〕1号",
        "where": "示例工作网",
        "prepare": "上一年度示例报表",
    }
    return DueItem(**made | changes)


def a_move(**changes: Any) -> MoveItem:
    """Return a step from 摸底筛选 to 培训辅导, taken on `ON`."""
    made: dict[str, Any] = {
        "programme": "高新技术企业认定",
        "enterprise": FIRM,
        "from_stage": "摸底筛选",
        "to_stage": "培训辅导",
        "on": ON,
        "reason": "条件均已达到",
        "next_step": "参加示例培训",
    }
    return MoveItem(**made | changes)


def a_review(**changes: Any) -> ReviewItem:
    """Return a proposal that has waited for three days."""
    made: dict[str, Any] = {
        "enterprise": FIRM,
        "programme": "高新技术企业认定",
        "proposal": "摸底筛选 → 培训辅导",
        "waiting_since": ON - dt.timedelta(days=3),
        "summary": "达到 8 项",
    }
    return ReviewItem(**made | changes)


def a_week(*sections: WeekSection) -> WeekSummary:
    """Return the summary of the week of `ON`."""
    monday = ON - dt.timedelta(days=2)
    return WeekSummary(
        number=22, first=monday, last=monday + dt.timedelta(days=6), sections=sections
    )


def a_week_section(**changes: Any) -> WeekSection:
    """Return what is overdue: two dates, of which one is shown."""
    line = WeekLine(
        what="高企年报（高新技术企业认定）", details=("法定", "已超期 3 天"), flags=("暂估",)
    )
    made: dict[str, Any] = {
        "title": "已经超期",
        "tone": "overdue",
        "count": 2,
        "lines": (line,),
        "more": 1,
    }
    return WeekSection(**made | changes)
