"""What staff read on the screen: nothing is lost in a narrow one, and brackets are no markup."""

import datetime as dt
import io

import pytest
from rich.console import Console

from casework.board import board
from casework.case_page import CasePage, case_page
from casework.decide import Verb, Wish, decide_case
from casework.deliver import deliver
from casework.due import DueFilter, DueList, due
from casework.letters_page import LetterFilter, outbox
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor, Services
from cli.case_tables import print_case
from cli.tables import print_board, print_due, print_letters, print_problems
from exchange.values import Problem, Severity
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

DAY = dt.date(2026, 3, 2)
CLERK = Actor(name="李经办")


@pytest.fixture
def office(a_house: HouseMaker) -> Services:
    """One case that was approved, trained and waits for its filing; one without a contact."""
    services = a_house(catalogue=sprout_catalogue())
    add_staff(services)
    add_firm(services, statements={"field_fits": "true"})
    add_firm(services, 2, statements={"field_fits": "true"}, contact=False)
    add_firm(services, 3, sales=100)
    run_month(services, "2026-03", on=DAY)
    decided(services, 1, Verb.APPROVE)
    happened = Happened(target="1", kind="trained", on=DAY, evidence="签到表[第3页]")
    assert not isinstance(record_event(services, happened, by=CLERK), Refusal)
    return services


def decided(services: Services, case_id: int, verb: Verb, need: str = "") -> None:
    wish = Wish(case_id=case_id, verb=verb, reason="示例理由", need=need)
    done = decide_case(services, wish, by=CLERK)
    assert not isinstance(done, Refusal), done


def paper(width: int = 160) -> Console:
    return Console(file=io.StringIO(), width=width, highlight=False)


def read(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def page_of(services: Services, number: int) -> str:
    page = case_page(services, str(number))
    assert isinstance(page, CasePage), page
    console = paper()
    print_case(console, page)
    return read(console)


def test_a_case_is_printed_whole(office: Services) -> None:
    said = page_of(office, 1)

    for words in (
        *("示例企业1号有限公司", "▶申报", "✓培训", "200 万元", "提交申报", "还有 59 天"),
        *("入库待审 → 培训", "李经办：示例理由", "签到表[第3页]", "示例办法 第二条"),
    ):
        assert words in said


def test_a_case_that_waits_says_for_what_and_one_to_decide_says_how(office: Services) -> None:
    assert "等待  提交申报：尚未登记：提交申报" in page_of(office, 1)
    assert "peiyu decide 2 同意" in page_of(office, 2)


def test_what_was_waived_held_or_overdue_is_seen(office: Services) -> None:
    decided(office, 1, Verb.WAIVE, need="提交申报")
    decided(office, 2, Verb.HOLD)
    later = office.on(dt.date(2026, 5, 6))

    assert "申报：提交申报" in page_of(office, 1)
    assert "已暂缓" in page_of(office, 2)
    assert "超期 6 天" in page_of(later, 3)


def test_an_ended_case_says_how(office: Services) -> None:
    decided(office, 1, Verb.WITHDRAW)

    said = page_of(office, 1)

    assert "结果  已放弃" in said
    assert "免办" in said


def test_the_board_tells_ends_and_what_waits(office: Services) -> None:
    decided(office, 1, Verb.WITHDRAW)
    console = paper()
    print_board(console, board(office))

    said = read(console)
    assert "已结束：放弃 1" in said
    assert "peiyu cases --waiting" in said


def test_the_board_of_a_house_without_cases_says_what_to_run(a_house: HouseMaker) -> None:
    services = a_house(catalogue=sprout_catalogue())
    add_firm(services)
    console = paper()
    print_board(console, board(services))

    assert "peiyu run monthly" in read(console)


def test_what_is_due_names_some_and_counts_all(office: Services) -> None:
    for number in (4, 5):
        add_firm(office, number, statements={"field_fits": "true"})
    run_month(office, "2026-03", on=DAY)
    found = due(office.on(dt.date(2026, 4, 25)), DueFilter(days=90))
    assert isinstance(found, DueList)
    console = paper()
    print_due(console, found.lines, explain=True)

    said = read(console)
    assert "等 5 家" in said
    assert "5 天" in said
    assert said.count("依据：示例办法 第九条") == 1


def test_a_long_sentence_is_folded_and_not_cut_in_a_narrow_terminal(office: Services) -> None:
    found = due(office, DueFilter(days=90))
    assert isinstance(found, DueList)
    console = paper(width=50)
    print_due(console, found.lines)

    said = "".join(read(console).split())
    assert "…" not in said
    assert "法定" in said


def test_the_outbox_is_printed_with_what_nobody_heard(office: Services) -> None:
    on = office.on(dt.date(2026, 3, 31))
    sweep(on)
    deliver(on)
    console = paper()
    print_letters(console, outbox(on, LetterFilter(), limit=1))

    said = read(console)
    assert "已发" in said
    assert "封没有列出" in said
    assert "没有人可以告知的" in said
    assert "企业没有登记联系人" in said


def test_problems_are_marked_as_errors_and_warnings_and_the_rest_is_counted() -> None:
    wrong = Problem(sheet="名册[1]", row=3, column="日期", value="[red]x[/red]", message="不是日期")
    doubt = Problem(
        sheet="名册", row=0, column="", value="", message="请核对", severity=Severity.WARNING
    )
    console = paper()
    print_problems(console, [wrong, doubt, *[wrong] * 199])

    said = read(console)
    assert "错误 名册[1] 第 3 行 日期：[red]x[/red]" in said
    assert "提醒 名册" in said
    assert "请核对" in said
    assert "还有 1 处没有列出" in said
