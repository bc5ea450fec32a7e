"""规则, 放假安排 and 运行 in a real Chromium: every act of theirs, with and without scripts."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlmodel import col

from models.deadline import Deadline, DeadlineState
from models.ledger import AuditEntry
from runtime import clock
from tests.acceptance.test_console_pages import window
from tests.integration.test_console_runs import finished, opened_by_up
from tests.plugins.desk import NOW, Desk
from tests.plugins.pressed import BOTH_WAYS

pytestmark = pytest.mark.chromium


def acts(desk: Desk, like: str) -> list[str]:
    """Return what was done of one kind, in order."""
    with desk.services.database.reading() as session:
        asked = select(col(AuditEntry.act)).where(col(AuditEntry.act).like(f"{like}%"))
        return list(session.scalars(asked.order_by(col(AuditEntry.id))))


@pytest.mark.presses("/programmes/{name}/confirm", "/programmes/{name}/take-back")
@BOTH_WAYS
def test_a_head_finds_a_rule_in_its_document_and_takes_it_back(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="规则").click()
        page.get_by_role("link", name="研发").first.click()
        unsure = page.get_by_role("link", name="核实这一条")
        expect(unsure.first).to_be_visible()
        before = unsure.count()
        unsure.first.click()
        page.get_by_label("文号").fill("示例科发〔2024〕1号")
        page.get_by_label("条款").fill("第二条")
        page.get_by_label("文件日期").fill("2024-03-01")
        page.get_by_role("button", name="记为已核实").click()
        expect(page.get_by_role("status")).to_contain_text("已核实")
        expect(unsure).to_have_count(before - 1)
        known = page.get_by_role("region", name="已经核实的")
        expect(known).to_contain_text("示例科发〔2024〕1号")
        known.get_by_text("撤销", exact=True).click()
        page.get_by_label("为什么撤销").fill("看错了文件")
        page.get_by_role("button", name="撤销核实").click()
        expect(page.get_by_role("status")).to_contain_text("又是“待核实”")
        expect(unsure).to_have_count(before)
    assert acts(desk, "rule.") == ["rule.confirm", "rule.take_back"]


@pytest.mark.presses("/calendars", "/calendars/move")
@BOTH_WAYS
def test_a_head_declares_a_day_off_and_moves_what_was_due(
    chromium: Browser, desk: Desk, *, scripts: bool
) -> None:
    with window(chromium, desk, "head", java_script_enabled=scripts) as page:
        page.get_by_role("link", name="规则").click()
        page.get_by_role("link", name="放假安排").click()
        page.get_by_label("哪一天").fill("2026-05-20")
        page.get_by_label("怎么安排").select_option(label="放假")
        page.get_by_role("button", name="看哪些日期会变").click()
        page.get_by_label("理由").fill("县政府通知停工一天")
        page.get_by_role("button", name="登记：2026-05-20 放假").dblclick()
        expect(page.get_by_role("status")).to_contain_text("已登记：2026-05-20")
        page.get_by_label("在下一封信里").check()
        page.get_by_role("button", name="现在调整").click()
        expect(page.get_by_text("县政府通知停工一天")).to_be_visible()
    assert acts(desk, "calendar.") == ["calendar.declare", "calendar.move"]
    with desk.services.database.reading() as session:
        due = select(col(Deadline.due_on)).where(
            col(Deadline.state) == DeadlineState.OPEN.value,
            col(Deadline.title) == "高企年报本地完成日",
        )
        assert {f"{each:%m-%d}" for each in session.scalars(due)} == {"05-19"}


@pytest.mark.presses("/runs")
@BOTH_WAYS
def test_a_head_begins_a_run_by_hand_and_sees_that_it_was_done(
    chromium: Browser, desk: Desk, monkeypatch: pytest.MonkeyPatch, *, scripts: bool
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with (
        opened_by_up(desk) as (up, begun),
        window(chromium, up, "head", java_script_enabled=scripts) as page,
    ):
        page.get_by_role("link", name="运行").click()
        page.get_by_label("月份").fill("2026-04")
        page.get_by_role("button", name="开始月度流程").click()
        expect(page.get_by_role("status")).to_contain_text("还没有到")
        page.get_by_role("button", name="开始备份").click()
        expect(page.get_by_role("status")).to_contain_text("备份已经开始")
        finished(begun)
        page.get_by_role("link", name="运行").click()
        row = page.get_by_role("row", name="备份")
        expect(row).to_contain_text("已办完")
        expect(row).to_contain_text("示例股长")
    assert list((desk.home / "backups").iterdir())
    assert acts(desk, "run.begin") == ["run.begin"]
