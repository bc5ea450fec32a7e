"""What was recorded, approved or given up by mistake: taken back, looked at again, tried again."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from casework.again import open_again
from casework.decide import Decided, Verb, Wish, decide_case
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.revoke import Revoked, revoke_record
from casework.services import Actor, Services
from models.audit import broken_at
from models.case import Case, Record, Review
from models.deadline import Deadline
from models.figures import AnnualFigures
from models.ledger import AuditEntry
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办")


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, certified_on=dt.date(2024, 5, 8))
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose case waits in the pool for a clerk."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _rows(services: Services, model: type[SQLModel]) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def _decide(services: Services, verb: Verb, case: int = 1) -> Decided:
    done = decide_case(services, Wish(case_id=case, verb=verb, reason="示例理由"), by=CLERK)
    assert isinstance(done, Decided), done
    return done


def _why_not(services: Services, verb: Verb, case: int = 1) -> str:
    done = decide_case(services, Wish(case_id=case, verb=verb, reason="示例理由"), by=CLERK)
    assert isinstance(done, Refusal), done
    return done.reason


def _happened(kind: str, on: dt.date = MARCH, **more: Any) -> Happened:
    given: dict[str, Any] = {"target": "1", "on": on, "evidence": "示例凭据"}
    return Happened(kind=kind, **given | more)


def _record(services: Services, kind: str, on: dt.date = MARCH, **more: Any) -> Recorded:
    done = record_event(services, _happened(kind, on, **more), by=CLERK)
    assert isinstance(done, Recorded), done
    return done


def _revoke(
    services: Services, kind: str, on: dt.date = MARCH, reason: str = "登错了企业", **more: Any
) -> Revoked | Refusal:
    return revoke_record(services, _happened(kind, on, **more), reason=reason, by=CLERK)


def _states(services: Services, obligation: str) -> list[tuple[int, str]]:
    rows = [row for row in _rows(services, Deadline) if row.obligation == obligation]
    return [(row.projection, row.state) for row in rows]


def test_a_record_that_was_taken_back_moves_nothing(county: Services) -> None:
    _record(county, "trained")
    assert isinstance(_revoke(county, "trained"), Revoked)
    _decide(county, Verb.APPROVE)

    assert [case.stage for case in _rows(county, Case)] == ["training"]
    assert [row.revoked for row in _rows(county, Record)] == [True]


def test_what_a_record_met_is_owed_again_when_it_is_taken_back(county: Services) -> None:
    _record(county, "reported")
    assert _states(county, "report") == [(1, "met")]
    done = _revoke(county, "reported")

    assert isinstance(done, Revoked)
    assert done.reopened == ("年报",)
    assert _states(county, "report") == [(1, "met"), (2, "open")]
    again = _record(county, "reported", evidence="另一张回执")
    assert again.closed == ("年报",)


def test_another_record_of_the_same_thing_still_meets_it(county: Services) -> None:
    _record(county, "reported")
    _record(county, "reported", evidence="另一张回执", on=dt.date(2026, 3, 1))
    _revoke(county, "reported")

    assert _states(county, "report") == [(1, "met"), (2, "met")]


def test_a_change_that_never_happened_need_not_be_reported(county: Services) -> None:
    _record(county, "renamed")
    assert _states(county, "rename") == [(1, "open")]
    _revoke(county, "renamed")

    (rename,) = [row for row in _rows(county, Deadline) if row.obligation == "rename"]
    assert (rename.state, rename.reason) == ("waived", "所依据的登记已作废")


def test_taking_back_is_audited_with_its_reason(county: Services) -> None:
    _record(county, "trained")
    _revoke(county, "trained")

    entry = _rows(county, AuditEntry)[-1]
    assert (entry.act, "登错了企业" in entry.detail) == ("revoke", True)
    with county.database.reading() as session:
        assert broken_at(session) is None


def test_what_can_not_be_taken_back_says_why(county: Services) -> None:
    _record(county, "trained")
    _record(county, "trained", evidence="签到表第二页")
    refusals = [
        _revoke(county, "trained", reason=" "),
        _revoke(county, "trained", target="没有这家"),
        _revoke(county, "trained", evidence="没有这一页"),
        _revoke(county, "trained", evidence=""),
    ]

    said = [each.reason for each in refusals if isinstance(each, Refusal)]
    assert said == [
        "请写明作废的理由",
        "没有找到企业“没有这家”，请输入统一社会信用代码或企业名称",
        "没有 2026-03-02 的这项登记，或早已作废",
        "同一天有 2 条这样的登记，请用凭据指明是哪一条：示例凭据、签到表第二页",
    ]


def test_an_approval_of_what_no_longer_holds_is_refused(county: Services) -> None:
    with county.database.writing() as session:
        session.execute(update(Case).values(stage="screening"))
        session.execute(update(Review).values(stage="screening", proposes="pool"))
        session.execute(update(AnnualFigures).values(sales=1))

    assert "没有等待审核的提议" in _why_not(county, Verb.APPROVE)
    assert [row.state for row in _rows(county, Review)] == ["superseded"]


def test_a_case_that_was_given_up_can_be_tried_again_in_its_year(county: Services) -> None:
    _decide(county, Verb.WITHDRAW)
    done = _decide(county, Verb.REOPEN)

    assert (done.case_id, done.from_stage, done.to_stage) == (2, "withdrawn", "pool")
    first, second = _rows(county, Case)
    assert (first.final, second.final) == ("withdrawn", None)
    assert (second.cycle, second.round) == (2026, 2)
    assert _states(county, "file") == [(1, "waived"), (1, "open")]
    run_month(county, "2026-04", on=dt.date(2026, 4, 1))
    assert len(_rows(county, Case)) == 2


def test_a_second_try_goes_its_own_way(county: Services) -> None:
    _decide(county, Verb.APPROVE)
    _record(county, "trained")
    _decide(county, Verb.WITHDRAW)
    _decide(county, Verb.REOPEN)
    assert _decide(county, Verb.APPROVE, 2).to_stage == "training"
    _record(county, "trained", target="示例企业1号", programme="sprout")

    assert [case.stage for case in _rows(county, Case)] == ["withdrawn", "filing"]


def test_what_can_not_be_tried_again_says_why(county: Services) -> None:
    going_on = _why_not(county, Verb.REOPEN)
    _decide(county, Verb.WITHDRAW)
    too_late = _why_not(county.on(dt.date(2027, 1, 4)), Verb.REOPEN)
    _decide(county, Verb.REOPEN)
    twice = _why_not(county, Verb.REOPEN)
    with county.database.writing() as session:
        session.execute(update(Case).where(col(Case.id) == 2).values(final="achieved"))
        done = open_again(session, county, session.get_one(Case, 2))

    assert going_on == "事项还没有结束，不需要重新开始"
    assert too_late == "2026 年度的事项不能在 2027 年重新开始"
    assert twice == "已有进行中的事项 2，请在那里办理"
    assert done == Refusal(reason="事项已经办成，不需要重新开始")


def test_this_years_report_does_not_meet_what_was_missed_last_year(county: Services) -> None:
    run_month(county, "2027-02", on=dt.date(2027, 2, 1))
    may = dt.date(2027, 5, 10)
    holder = {"target": "示例企业1号", "programme": "sprout"}
    _record(county.on(may), "reported", may, **holder)

    rows = [row for row in _rows(county, Deadline) if row.obligation == "report"]
    assert [(row.period, row.state) for row in rows] == [("2026", "open"), ("2027", "met")]


def test_a_late_report_meets_what_was_missed_until_this_years_is_asked_for(
    county: Services,
) -> None:
    february = dt.date(2027, 2, 1)
    run_month(county, "2027-02", on=february)
    holder = {"target": "示例企业1号", "programme": "sprout"}
    _record(county.on(february), "reported", february, **holder)

    rows = [row for row in _rows(county, Deadline) if row.obligation == "report"]
    assert [(row.period, row.state) for row in rows] == [("2026", "met"), ("2027", "open")]
