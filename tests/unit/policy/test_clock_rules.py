"""What may be done to a clock, and the sentence of everything that may not."""

import datetime as dt
from typing import Any

import pytest

from policy.clock_rules import OWN_EXTENSION, Standing, extension_limit, why_not, why_not_back
from policy.clocks import Act, Entry, clock_of, said_by
from policy.obligation import Anchor, Binds, DeadlineKind, Obligation

DUE = dt.date(2026, 4, 30)
OPENED = dt.date(2026, 3, 2)
DAY = dt.date(2026, 4, 20)


def duty(**changes: Any) -> Obligation:
    given: dict[str, Any] = {"kind": DeadlineKind.PLANNED} | changes
    return Obligation(
        key="file",
        title="提交申报",
        binds=Binds.CASE,
        anchor=Anchor.WINDOW_CLOSES,
        ladder="gentle",
        source="示例办法",
        **given,
    )


def act(which: Act, on: dt.date = DAY, **more: Any) -> Entry:
    return Entry(act=which, on=on, **{"reason": "示例理由", "by": "李经办"} | more)


def standing(*ledger: Entry, due_on: dt.date = DUE, **changes: Any) -> Standing:
    return Standing(
        obligation=duty(**changes), clock=clock_of(ledger), due_on=due_on, earliest=OPENED
    )


SUSPENDED = act(Act.SUSPEND)
REFUSED = [
    (act(Act.SUSPEND, reason=" "), standing(), "请写明理由"),
    (act(Act.SUSPEND), standing(SUSPENDED), "2026-04-20 起已经中止，无须再中止"),
    (act(Act.SUSPEND, on=dt.date(2026, 3, 1)), standing(), "中止日不能早于 2026-03-02"),
    (act(Act.RESUME), standing(), "没有中止，无须恢复"),
    (
        act(Act.RESUME, on=dt.date(2026, 4, 19)),
        standing(SUSPENDED),
        "恢复日不能早于中止日 2026-04-20",
    ),
    (act(Act.EXTEND, days=1), standing(SUSPENDED), "期限正在中止，请先恢复计时，再延期"),
    (
        act(Act.EXTEND, days=31),
        standing(workdays=20),
        "天数请写 1 至 30：最多可以延期 30 个工作日（本局自定的期限）",
    ),
    (
        act(Act.EXTEND, days=1),
        standing(extension_days=0),
        "规则文件没有写这一期限可以延期，不能延期",
    ),
    (act(Act.UNDO), standing(), "没有可以撤销的办理"),
    *(
        (
            act(each, days=1),
            standing(act(Act.CANNOT_FILE)),
            "这一截止事项已经了结，要改请先撤销",
        )
        for each in Act
        if each is not Act.UNDO
    ),
]


@pytest.mark.parametrize(
    ("wanted", "now", "sentence"),
    REFUSED,
    ids=[f"{number} {wanted.act}" for number, (wanted, *_) in enumerate(REFUSED)],
)
def test_what_may_not_be_done_says_why(wanted: Entry, now: Standing, sentence: str) -> None:
    assert why_not(wanted, now) == sentence


ALLOWED = [
    (act(Act.SUSPEND, on=DUE), standing()),
    (act(Act.RESUME, on=dt.date(2027, 1, 1)), standing(SUSPENDED)),
    (act(Act.EXTEND, on=DUE, days=30), standing()),
    (act(Act.WAIVE, on=dt.date(2026, 6, 1)), standing()),
    (act(Act.CANNOT_FILE), standing(SUSPENDED)),
    (act(Act.UNDO, on=dt.date(2026, 6, 1)), standing(SUSPENDED)),
    (act(Act.UNDO), standing(act(Act.WAIVE))),
]


@pytest.mark.parametrize(
    ("wanted", "now"),
    ALLOWED,
    ids=[f"{number} {wanted.act}" for number, (wanted, _) in enumerate(ALLOWED)],
)
def test_what_may_be_done_says_nothing(wanted: Entry, now: Standing) -> None:
    assert why_not(wanted, now) == ""


def test_a_date_may_be_extended_by_what_its_programme_says_else_by_ours_else_not() -> None:
    law = {"kind": DeadlineKind.STATUTORY}

    assert extension_limit(duty()) == OWN_EXTENSION == 30
    assert extension_limit(duty(kind=DeadlineKind.SERVICE)) == OWN_EXTENSION
    assert extension_limit(duty(**law)) == 0
    assert extension_limit(duty(**law, extension_days=10)) == 10
    assert extension_limit(duty(extension_days=5)) == 5


def test_nothing_comes_back_as_overdue() -> None:
    late = dt.date(2026, 5, 6)

    assert why_not_back(Act.EXTEND, standing(), late) == (
        "撤销后截止日是 2026-04-30，已经过了，不能撤销"
    )
    assert "请改为恢复计时" in why_not_back(Act.SUSPEND, standing(), late)
    assert why_not_back(Act.RESUME, standing(SUSPENDED), late) == ""
    assert why_not_back(Act.EXTEND, standing(), DUE) == ""


def test_who_and_why_are_said_with_the_document() -> None:
    assert said_by(act(Act.SUSPEND)) == "李经办：示例理由"
    assert said_by(act(Act.SUSPEND, document="示例函1号")) == "李经办：示例理由，示例函1号"
