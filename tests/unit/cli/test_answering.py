"""`peiyu answers` and `peiyu snooze` as a clerk types them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework import links
from casework.answers import Given, Wish, answer
from casework.matters import matter_of
from cli.errors import Code
from models.deadline import Deadline
from models.enterprise import Enterprise, Person
from policy.answers import AnswerKind
from runtime.build import opened, read_settings
from tests.plugins.terminal import Peiyu

STATISTICS = "研发统计年报（107-1、107-2表）"


@pytest.fixture
def said(home: Path, a_month: Callable[[], None]) -> Callable[[AnswerKind], int]:
    """Answer for the first enterprise; return the number of the deadline."""
    a_month()

    def say(kind: AnswerKind) -> int:
        with opened(read_settings(home)) as services:
            secret = links.secret_of(services)
            with services.database.reading() as session:
                person = session.scalars(select(Person).where(col(Person.role) == "contact")).one()
                deadline = session.scalars(
                    select(Deadline).where(
                        col(Deadline.title) == STATISTICS,
                        col(Deadline.enterprise_id) == person.enterprise_id,
                    )
                ).one()
                enterprise = session.get_one(Enterprise, deadline.enterprise_id)
            token = links.token(
                secret,
                (deadline, person),
                matter=matter_of(enterprise, deadline),
                on=dt.date(2026, 3, 2),
            )
            given = answer(services, token, Wish(kind=kind, receipt="回执 [8]", words="请来电"))
        assert isinstance(given, Given)
        return deadline.id or 0

    return say


def test_nothing_answered_yet_is_said(home: Path, peiyu: Peiyu) -> None:
    assert "还没有企业答复" in peiyu("answers").out


def test_what_waits_is_first_and_what_to_type_is_said(
    said: Callable[[AnswerKind], int], peiyu: Peiyu
) -> None:
    for kind in AnswerKind:
        number = said(kind)
    listed = peiyu("answers")
    rows = [line.split()[0] for line in listed.out.splitlines() if " 2026-03-02 " in line]

    assert rows == ["2", "3", "1"]
    for words in ("等您处理 2 件", "已办理：回执 [8]", "需要帮助：请来电", "2026-03-02 09:00"):
        assert words in listed.out
    assert "peiyu answers confirm 编号" in listed.out
    assert peiyu("answers", "--enterprise", "示例乙").out.startswith("还没有企业答复")
    assert "没有找到企业" in peiyu("answers", "--enterprise", "没有").err
    assert "还有 2 件没有列出" in peiyu("answers", "--limit", "1").out
    beside = peiyu("due", "--days", "30", "--each").out
    assert "已办理 回执 [8]（待处理，答复编号 2）" in " ".join(beside.split())
    told = peiyu("explain", "--deadline", str(number)).out
    assert "企业答复" in told


def test_a_clerk_settles_each_and_is_told_what_came_of_it(
    said: Callable[[AnswerKind], int], peiyu: Peiyu
) -> None:
    said(AnswerKind.DONE)
    said(AnswerKind.HELP)
    early = peiyu("answers", "confirm", "1", "--on", "2026-03-05")
    returned = peiyu("answers", "return", "1", "--reason", "查不到", "--by", "李经办")
    twice = peiyu("answers", "return", "1", "--reason", "查不到")
    said(AnswerKind.DONE)
    confirmed = peiyu("answers", "confirm", "3", "--json")
    handled = peiyu("answers", "handled", "2", "--reason", "已来电")

    assert (early.code, "还没有到" in early.err) == (Code.PROBLEMS, True)
    assert "已退回，下一封信告知企业：示例甲科技有限公司" in returned.out
    assert (twice.code, "李经办 2026-03-02 09:00 处理过了：已退回" in twice.err) == (1, True)
    assert confirmed.json["closed"] == [STATISTICS]
    assert "已记下：示例甲科技有限公司" in handled.out
    assert "等您处理 0 件" in peiyu("answers").out


def test_a_date_is_kept_quiet_and_that_is_shown(
    said: Callable[[AnswerKind], int], peiyu: Peiyu
) -> None:
    number = str(said(AnswerKind.SEEN))
    done = peiyu("snooze", number, "--until", "2026-03-06", "--reason", "出差")
    shown = " ".join(peiyu("due", "--each").out.split())
    ended = peiyu("snooze", number, "--undo")

    assert f"暂缓提醒到 2026-03-06：示例甲科技有限公司，{STATISTICS}" in done.out
    assert "法定期限，截止前最后一次提醒照常发" in done.out
    assert "暂缓提醒到 2026-03-06" in shown
    assert "照常提醒：示例甲科技有限公司" in ended.out
    assert peiyu("snooze", number, "--undo").code == Code.PROBLEMS


@pytest.mark.parametrize(
    ("words", "code", "said_"),
    [
        (("1",), Code.MISUSE, "请用 --until"),
        (("1", "--until", "2026-03-06", "--undo"), Code.MISUSE, "请用 --until"),
        (("1", "--until", "2026-03-06"), Code.PROBLEMS, "请写明暂缓提醒的理由"),
        (("999", "--until", "2026-03-06", "--reason", "示例"), Code.PROBLEMS, "没有编号为 999"),
    ],
)
def test_what_can_not_be_meant_is_said(
    home: Path, peiyu: Peiyu, words: tuple[str, ...], code: Code, said_: str
) -> None:
    answer = peiyu("snooze", *words)

    assert (answer.code, said_ in answer.err) == (code, True)
