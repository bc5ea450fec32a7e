"""Clocks beside everything else: records, letters on their way, other people, runs, calendars."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlmodel import col

from casework.calendar_days import declare_day
from casework.case_page import CasePage, case_page
from casework.clocks import ClockChange
from casework.deliver import deliver
from casework.due import DueFilter, DueList, due
from casework.gather import Batch, gather
from casework.obligations import DeadlinePlan, plan_deadlines
from casework.plan import BatchPlan
from casework.record_batch import record
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.remind import sweep
from casework.reproject import reproject
from casework.week import week_of_staff
from models.clock import ClockEvent
from models.deadline import Deadline
from models.engine import StaleWorkError
from models.letter import ItemState, LetterItem
from models.span import Span
from notifications.memory import MemoryCarrier
from policy.clocks import Act
from policy.deadlines import Due
from policy.obligation import Anchor, DeadlineKind, Roll
from policy.workdays import ONE_DAY
from tests.plugins.clocked import CLERK, DUE, Clocked

D30 = dt.date(2026, 3, 31)
D7 = dt.date(2026, 4, 23)
D1 = dt.date(2026, 4, 29)


def test_a_letter_that_waits_says_nothing_of_a_date_that_was_suspended(filing: Clocked) -> None:
    services = filing.on(D7)
    sweep(services)
    filing.done(D7, Act.SUSPEND)
    carrier = MemoryCarrier()
    deliver(replace(services, open_carrier=lambda: carrier))

    assert carrier.messages == []
    struck = [item for item in filing.rows(LetterItem) if item.rung == "d-7"]
    assert {(item.state, item.reason) for item in struck} == {
        (ItemState.SUPPRESSED.value, "发信前已办结、改期或中止")
    }

    filing.done(D7, Act.RESUME)
    assert [each.to.email for each in filing.day(D7 + ONE_DAY)], "it is said after all"


def test_suspended_and_resumed_on_one_day_says_nothing_twice(filing: Clocked) -> None:
    assert filing.day(D7)
    filing.done(D7, Act.SUSPEND)
    filing.done(D7, Act.RESUME)

    assert filing.now.due_on == DUE
    assert filing.day(D7 + ONE_DAY) == []
    assert filing.day(D1), "and goes on as before"


def test_what_is_suspended_can_still_be_met(filing: Clocked) -> None:
    filing.done(D7, Act.SUSPEND)
    happened = Happened(target="1", kind="submitted", on=D7, evidence="示例受理1号")

    done = record_event(filing.on(D7), happened, by=CLERK)

    assert isinstance(done, Recorded), done
    assert done.closed == ("提交申报",)
    assert filing.now.state == "met"
    assert "已办（示例受理1号），不能再办理" in filing.refused(D7, Act.RESUME)
    assert "不能再办理" in filing.refused(D7, Act.UNDO)


def test_a_long_suspension_outlasts_every_clearing_away(filing: Clocked) -> None:
    filing.done(D7, Act.SUSPEND)
    later = dt.date(2026, 11, 2)

    gathered = gather(filing.services, _batch("2026-11"), on=later)
    standing = {case.key: (case, False) for case in gathered.casebook.cases}

    assert plan_deadlines(gathered, standing) == DeadlinePlan(opening=(), closing=())


def test_of_two_people_at_once_one_acts_and_the_other_is_told(filing: Clocked) -> None:
    number = filing.number
    with ThreadPoolExecutor(8) as crowd:
        done = list(crowd.map(lambda _: filing.touch(D7, Act.EXTEND, days=5), range(8)))

    assert [isinstance(each, ClockChange) for each in done].count(True) == 1
    refusals = [each.reason for each in done if isinstance(each, Refusal)]
    assert set(refusals) == {"2026-04-23 已由李经办延期 5 天，只能延期一次"}
    assert [row.seq for row in filing.rows(ClockEvent)] == [1]
    assert (filing.number, filing.now.due_on) == (number, DUE + 5 * ONE_DAY)


def _batch(period: str) -> Batch:
    return Batch(programme="sprout", period=period, number=0, span=Span(0, 100), actor="示例")


def test_a_run_that_read_before_the_clock_was_touched_moves_nothing(
    a_filing: Callable[..., Clocked],
) -> None:
    filing = a_filing(roll=Roll.PREVIOUS)
    services = filing.on(D7)
    declare_day(services, DUE, working=False, reason="示例停工", by=CLERK)
    gathered = gather(services, _batch("2026-04"), on=D7)
    standing = {case.key: (case, False) for case in gathered.casebook.cases}
    plan = plan_deadlines(gathered, standing)
    assert [new.due.due_on for new in plan.opening] == [D1]
    filing.done(D7, Act.SUSPEND)

    with pytest.raises(StaleWorkError):
        record(services, gathered, BatchPlan(cases=(), deadlines=plan))
    reproject(services, apply=True)

    assert (filing.now.due_on, filing.now.suspended_on) == (D1, D7)


def test_any_number_of_a_date_that_moved_means_the_one_that_stands(filing: Clocked) -> None:
    first = filing.number
    moved = filing.done(D30, Act.EXTEND, days=1)
    again = filing.done(D30, Act.SUSPEND)

    assert moved.deadline_id == again.deadline_id != first
    assert [row.state for row in filing.filings] == ["superseded", "open"]


def test_a_date_counted_in_workdays_moves_by_workdays(a_filing: Callable[..., Clocked]) -> None:
    filing = a_filing(
        kind=DeadlineKind.SERVICE, anchor=Anchor.STAGE_ENTERED, workdays=20, stages=("pool",)
    )
    assert filing.now.due_on == dt.date(2026, 3, 27)
    filing.done(dt.date(2026, 3, 13), Act.SUSPEND)  # a Friday
    change = filing.done(dt.date(2026, 3, 16), Act.RESUME)  # the Monday after it

    assert change.new_on == dt.date(2026, 3, 30)
    assert "不计 1 个工作日" in change.explanation


def test_the_calendar_file_and_the_letter_say_who_extended_it(filing: Clocked) -> None:
    filing.done(D7, Act.EXTEND, days=3, reason="企业书面申请")

    letters = [each for each in filing.day(D7) if each.to.email == "contact1@firm.example"]

    said = "准予延期 3 天（李经办：企业书面申请）"
    assert said in letters[0].text
    (attached,) = letters[0].attachments
    unfolded = attached.content.decode().replace("\r\n ", "")
    assert said in unfolded
    assert "20260503" in unfolded


def test_the_list_of_what_is_due_tells_suspended_from_overdue(filing: Clocked) -> None:
    filing.done(D7, Act.SUSPEND)
    later = filing.on(dt.date(2026, 5, 12))

    late = due(later, DueFilter(overdue=True))
    listed = due(later, DueFilter())

    assert isinstance(late, DueList)
    assert isinstance(listed, DueList)
    assert late.lines == ()
    assert [(line.suspended_on, line.flags) for line in listed.lines] == [(D7, ("已中止",))]
    page = case_page(later, "1")
    assert isinstance(page, CasePage)
    assert page.deadlines[0].suspended_on == D7


def test_the_weeks_summary_counts_suspended_and_given_up_apart(
    a_filing: Callable[..., Clocked],
) -> None:
    def week(filing: Clocked, day: dt.date) -> dict[str, tuple[str, ...]]:
        with filing.services.database.reading() as session:
            found = week_of_staff(session, filing.on(day), "431281")
        sections = found.sections if found else ()
        return {each.title: tuple(line.detail for line in each.lines) for each in sections}

    filing = a_filing()
    filing.done(D7, Act.SUSPEND)
    told = week(filing, dt.date(2026, 5, 12))
    assert told["中止和无法申报"] == ("已中止 1 家，最早 2026-04-23 起",)
    assert "已经超期" not in told

    filing.done(D7, Act.CANNOT_FILE)
    assert week(filing, D7)["中止和无法申报"] == ("无法申报 1 家",)
    filing.done(D7, Act.UNDO)
    filing.done(D7, Act.RESUME)
    assert "中止和无法申报" not in week(filing, D7)


def test_a_calendar_that_moved_is_corrected_to_those_who_were_told_by_staffs_word(
    a_filing: Callable[..., Clocked],
) -> None:
    filing = a_filing(roll=Roll.PREVIOUS)
    filing.day(D7)
    services = filing.on(D7)
    declare_day(services, DUE, working=False, reason="示例停工", by=CLERK)

    moved = reproject(services, apply=True, tell=True).moved

    assert [len(each.told) for each in moved] == [2]
    keys = sorted(item.key for item in filing.rows(LetterItem) if item.rung == "moved")
    uscc = "91431281MAXX00001X"
    name = f"moved/{uscc}/sprout/file/case/2026/1/2026-1/2"
    assert keys == [f"{name}/contact/{uscc}", f"{name}/staff/clerk"]
    letters = filing.day(D7 + ONE_DAY)
    assert all("更正：此前告知的截止日 2026-04-30 已调整" in each.text for each in letters)
    assert len(letters) == 2


def test_who_was_told_a_date_that_became_certain_is_known_when_it_moves(filing: Clocked) -> None:
    filing.day(D7)
    filing.done(D7, Act.SUSPEND)
    filing.done(D7, Act.RESUME)  # another projection of the same date

    change = filing.done(D7, Act.EXTEND, days=2)

    assert {told.name for told in change.told} == {"张示例", "示例clerk"}


def test_what_was_kept_before_clocks_could_stop_is_still_read(filing: Clocked) -> None:
    old = Due.from_json(filing.now.basis)
    text = old.to_json()
    for word in ('"clock": [], ', '"moved_on": null, ', ', "clock": []', ', "moved_on": null'):
        text = text.replace(word, "")
    assert "clock" not in text
    assert "moved_on" not in text

    assert Due.from_json(text) == old


def test_a_duty_that_left_its_file_can_not_be_touched(filing: Clocked) -> None:
    with filing.services.database.writing() as session:
        session.execute(
            update(Deadline).where(col(Deadline.obligation) == "file").values(obligation="gone")
        )

    sentence = filing.refused(D7, Act.SUSPEND)

    assert sentence == "规则文件里已没有“提交申报”，不能办理"
