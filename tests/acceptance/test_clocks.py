"""Obligation clocks: what is suspended is silent, what is extended is bounded, all explain it."""

import datetime as dt
from collections.abc import Callable, Iterable

from casework.board import board
from casework.calendar_days import declare_day
from casework.explain import Explanation, explain_deadline
from casework.pipeline import run_month
from casework.reproject import reproject
from models.audit import broken_at
from models.ledger import AuditEntry
from models.letter import ItemState, LetterItem
from notifications.message import Message
from policy.clocks import Act
from policy.obligation import DeadlineKind, Roll
from policy.workdays import ONE_DAY
from tests.plugins.clocked import CLERK, DUE, Clocked

D30 = dt.date(2026, 3, 31)  # thirty days before the filing
D7 = dt.date(2026, 4, 23)
D1 = dt.date(2026, 4, 29)


def to_firm(letters: Iterable[Message]) -> list[str]:
    return [each.text for each in letters if each.to.email == "contact1@firm.example"]


def test_suspended_stays_silent_and_resumes_with_a_moved_date(filing: Clocked) -> None:
    assert to_firm(filing.day(D30))
    filing.done(dt.date(2026, 4, 20), Act.SUSPEND, reason="申报系统停机")

    assert filing.day(D7) == filing.day(D1) == []
    silent = [item for item in filing.rows(LetterItem) if item.rung in ("d-7", "d-1")]
    assert len(silent) == 4, "nothing is silent without a word: each has its row"
    assert {(item.state, item.reason) for item in silent} == {
        (ItemState.SUPPRESSED.value, "2026-04-20 起中止，期间不提醒")
    }

    change = filing.done(DUE, Act.RESUME, reason="系统已恢复")

    assert (change.old_on, change.new_on) == (DUE, DUE + 10 * ONE_DAY)
    assert [row.state for row in filing.filings] == ["superseded", "open"]
    (letter,) = to_firm(filing.day(DUE))  # seven days before a Sunday in the holidays
    assert "2026-05-10" in letter
    assert "2026-04-20 至 2026-04-30 中止，不计 10 天（李经办：申报系统停机）" in letter


def test_a_date_that_passes_while_suspended_is_not_overdue(filing: Clocked) -> None:
    filing.done(D7, Act.SUSPEND)
    later = filing.on(dt.date(2026, 5, 12))

    (sprout,) = board(later).programmes
    assert (sprout.open_deadlines, sprout.overdue, sprout.suspended) == (1, 0, 1)
    assert filing.day(dt.date(2026, 5, 12)) == []
    assert filing.done(dt.date(2026, 5, 12), Act.RESUME).new_on == DUE + 19 * ONE_DAY


def test_one_bounded_extension_and_a_second_is_refused(filing: Clocked) -> None:
    assert "1 至 30" in filing.refused(D7, Act.EXTEND, days=31)
    assert "1 至 30" in filing.refused(D7, Act.EXTEND, days=0)

    change = filing.done(DUE, Act.EXTEND, days=30, reason="企业书面申请", document="示例函1号")

    assert change.new_on == DUE + 30 * ONE_DAY
    assert "2026-04-30 准予延期 30 天（李经办：企业书面申请，示例函1号）" in change.explanation
    sentence = filing.refused(DUE, Act.EXTEND, days=1)
    assert sentence == "2026-04-30 已由李经办延期 30 天，只能延期一次"


def test_after_the_due_date_nothing_is_extended_or_suspended(filing: Clocked) -> None:
    late = DUE + ONE_DAY

    assert filing.refused(late, Act.EXTEND, days=1) == "截止日 2026-04-30 已过，不能再延期"
    assert filing.refused(late, Act.SUSPEND) == "截止日 2026-04-30 已过，不能再中止"


def test_a_statutory_date_is_suspended_only_by_a_document_and_extended_only_by_its_programme(
    a_filing: Callable[..., Clocked],
) -> None:
    law = a_filing(kind=DeadlineKind.STATUTORY)

    assert "请写明文号" in law.refused(D7, Act.SUSPEND)
    assert "不能延期" in law.refused(D7, Act.EXTEND, days=1)
    law.done(D7, Act.SUSPEND, document="示例〔2026〕1号")

    allowed = a_filing(
        kind=DeadlineKind.STATUTORY, extension_days=5, extension_source="示例办法 第十条"
    )
    assert "示例办法 第十条" in allowed.refused(D7, Act.EXTEND, days=6)
    assert allowed.done(D7, Act.EXTEND, days=5).new_on == DUE + 5 * ONE_DAY


def test_cannot_file_stops_reminders_says_why_and_is_counted_apart(filing: Clocked) -> None:
    filing.done(D30, Act.CANNOT_FILE, reason="财务账簿被查封")

    assert not to_firm([*filing.day(D30), *filing.day(D7), *filing.day(D1)])
    assert (filing.now.state, filing.now.reason) == ("cannot_file", "李经办：财务账簿被查封")
    explained = explain_deadline(filing.on(D7), filing.number)
    assert isinstance(explained, Explanation)
    assert explained.reasons[0].said == "无法申报，2026-03-31，李经办：财务账簿被查封"
    (sprout,) = board(filing.on(D7)).programmes
    assert (sprout.open_deadlines, sprout.overdue, sprout.cannot_file) == (0, 0, 1)

    filing.done(D7, Act.UNDO, reason="账簿已退还")

    assert (filing.now.state, filing.now.due_on) == ("open", DUE)
    assert to_firm(filing.day(D7)), "it is owed once more, and says so"
    (sprout,) = board(filing.on(D7)).programmes
    assert (sprout.open_deadlines, sprout.cannot_file) == (1, 0)


def test_what_was_given_up_is_not_owed_again_after_the_due_date(filing: Clocked) -> None:
    filing.done(D7, Act.WAIVE)

    assert filing.refused(DUE + ONE_DAY, Act.UNDO) == "截止日 2026-04-30 已过，不能撤销"
    assert filing.now.state == "waived"


def test_later_runs_keep_suspensions_and_the_extension(filing: Clocked) -> None:
    filing.done(D7, Act.EXTEND, days=10)
    filing.done(D1, Act.SUSPEND)
    rows = len(filing.filings)
    for day in (D1, DUE, dt.date(2026, 5, 20)):
        run_month(filing.on(day), f"{day:%Y-%m}", on=day)
        assert reproject(filing.on(day), apply=True).moved == ()
    assert (len(filing.filings), filing.now.suspended_on) == (rows, D1)

    filing.done(dt.date(2026, 5, 20), Act.RESUME)
    run_month(filing.on(dt.date(2026, 5, 20)), "2026-05", on=dt.date(2026, 5, 20))

    assert filing.now.due_on == DUE + (10 + 21) * ONE_DAY
    assert filing.now.state == "open"


def test_a_moved_calendar_takes_the_ledger_with_it(a_filing: Callable[..., Clocked]) -> None:
    filing = a_filing(roll=Roll.NEXT)
    filing.done(D7, Act.EXTEND, days=5)  # 5 May, a holiday, rolls to the 6th
    filing.done(D7, Act.SUSPEND)
    assert filing.now.due_on == dt.date(2026, 5, 6)
    services = filing.on(D7)
    declare_day(services, dt.date(2026, 5, 6), working=False, reason="示例停工", by=CLERK)

    reproject(services, apply=True)

    assert (filing.now.due_on, filing.now.suspended_on) == (dt.date(2026, 5, 7), D7)
    assert "准予延期 5 天" in filing.now.basis


def test_the_preview_names_who_was_told_the_old_date_and_tells_nobody_unasked(
    filing: Clocked,
) -> None:
    assert to_firm(filing.day(D7))

    change = filing.done(D7, Act.EXTEND, days=30)

    assert {(told.name, told.on) for told in change.told} == {("张示例", D7), ("示例clerk", D7)}
    assert change.telling == 0
    assert not [item for item in filing.rows(LetterItem) if item.rung == "moved"]


def test_by_staffs_word_those_who_were_told_the_old_date_get_a_correction_once(
    filing: Clocked,
) -> None:
    filing.day(D7)

    change = filing.done(D7, Act.EXTEND, days=30, tell=True)

    assert change.telling == 2
    (letter,) = to_firm(filing.day(D7 + ONE_DAY))
    assert "更正：此前告知的截止日 2026-04-30 已调整；截止 2026-05-30" in letter
    assert to_firm(filing.day(D7 + 3 * ONE_DAY)) == []


def test_every_date_explains_itself_with_each_suspension_and_extension(filing: Clocked) -> None:
    filing.done(D30, Act.EXTEND, days=3, reason="首次申报")
    filing.done(D7, Act.SUSPEND, reason="停机", document="示例〔2026〕1号")
    filing.done(D7 + 4 * ONE_DAY, Act.RESUME, reason="恢复")
    filing.done(D1, Act.SUSPEND, reason="点错了")
    filing.done(D1, Act.UNDO, reason="撤销点错的")

    explained = explain_deadline(filing.on(D1), filing.now.id)

    assert isinstance(explained, Explanation)
    assert explained.answer == (
        "截止 2026-05-07（周四）：申报截止日 2026-04-30；"
        "2026-04-23 至 2026-04-27 中止，不计 4 天（李经办：停机，示例〔2026〕1号）；"
        "2026-03-31 准予延期 3 天（李经办：首次申报）；依据：示例办法 第九条"
    )
    assert [
        (each.about, each.said, each.source) for each in explained.reasons if "李经办" in each.said
    ] == [
        ("延期", "2026-03-31 李经办：首次申报", ""),
        ("中止", "2026-04-23 李经办：停机", "示例〔2026〕1号"),
        ("恢复计时", "2026-04-27 李经办：恢复", ""),
        ("中止（已撤销）", "2026-04-29 李经办：点错了", ""),
        ("撤销", "2026-04-29 李经办：撤销点错的", ""),
    ]


def test_every_act_is_in_the_audit_chain(filing: Clocked) -> None:
    filing.done(D30, Act.SUSPEND)
    filing.done(D7, Act.RESUME)
    filing.done(D7, Act.CANNOT_FILE)
    filing.done(D7, Act.UNDO)

    acts = [row.act for row in filing.rows(AuditEntry) if row.act.startswith("clock.")]
    assert acts == ["clock.suspend", "clock.resume", "clock.cannot_file", "clock.undo"]
    with filing.services.database.reading() as session:
        assert broken_at(session) is None
