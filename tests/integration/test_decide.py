"""A person decides: with a reason and the version they saw, or not at all."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.case_page import CasePage, case_page
from casework.decide import Decided, Verb, Wish, decide_case
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.audit import broken_at
from models.case import Case, Review, Transition, Waiver
from models.deadline import Deadline
from models.ledger import AuditEntry
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办")
HEAD = Actor(name="示例股长", source="console")


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose case waits in the pool for a clerk."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _decide(services: Services, verb: Verb, by: Actor = CLERK, **more: Any) -> Decided | Refusal:
    wish = Wish(case_id=1, verb=verb, **{"reason": "示例理由"} | more)
    return decide_case(services, wish, by=by)


def _done(services: Services, verb: Verb, **more: Any) -> Decided:
    decided = _decide(services, verb, **more)
    assert isinstance(decided, Decided), decided
    return decided


def _refused(services: Services, verb: Verb, **more: Any) -> str:
    refused = _decide(services, verb, **more)
    assert isinstance(refused, Refusal), refused
    return refused.reason


def _record(services: Services, kind: str, **more: Any) -> Recorded | Refusal:
    given = {"target": "1", "on": MARCH, "evidence": "示例凭据"} | more
    return record_event(services, Happened(kind=kind, **given), by=CLERK)


def _case(services: Services) -> Case:
    with services.database.reading() as session:
        return session.get_one(Case, 1)


def test_an_approval_moves_the_case_and_says_who_and_why(county: Services) -> None:
    decided = _done(county, Verb.APPROVE, reason="材料属实")

    assert (decided.from_stage, decided.to_stage) == ("pool", "training")
    with county.database.reading() as session:
        move = session.scalars(select(Transition).where(col(Transition.seq) == 2)).one()
        review = session.scalars(select(Review)).one()
        audit = session.scalars(select(AuditEntry)).one()
        assert broken_at(session) is None
    assert (move.actor, move.reason) == ("示例经办", "材料属实")
    assert (review.state, review.decided_by) == ("approved", "示例经办")
    assert (audit.act, audit.subject) == ("approve", "sprout/91431281MAXX00001X/2026")


@pytest.mark.fault("R11")
def test_of_two_people_one_wins_and_the_other_is_told_who_and_when(county: Services) -> None:
    seen = _case(county).version
    _done(county, Verb.APPROVE, expecting=seen, reason="材料属实")

    late = _decide(county, Verb.WITHDRAW, by=HEAD, expecting=seen)

    assert isinstance(late, Refusal)
    assert "示例经办 0 分钟前已处理（材料属实）" in late.reason
    assert _case(county).stage == "training"


def test_a_change_that_moved_nothing_also_counts_as_newer(county: Services) -> None:
    firm = add_firm(county, 2, sales=None)
    run_month(county, "2026-03", on=MARCH)
    wish = Wish(case_id=firm, verb=Verb.HOLD, reason="示例理由", expecting=0)
    assert isinstance(decide_case(county, wish, by=CLERK), Decided)

    late = decide_case(county, wish, by=CLERK)

    assert isinstance(late, Refusal)
    assert "示例经办 0 分钟前已处理（示例理由）" in late.reason


@pytest.mark.parametrize(
    ("verb", "more", "told"),
    [
        pytest.param(Verb.APPROVE, {"reason": "  "}, "理由", id="no-reason"),
        pytest.param(Verb.APPROVE, {"case_id": 99}, "没有编号为 99", id="no-case"),
        pytest.param(Verb.RESUME, {}, "没有暂缓", id="not-held"),
        pytest.param(Verb.WAIVE, {"need": "公示"}, "--need", id="no-such-need"),
    ],
)
def test_what_may_not_happen_is_refused_with_its_reason(
    county: Services, verb: Verb, more: dict[str, Any], told: str
) -> None:
    wish = Wish(**{"case_id": 1, "verb": verb, "reason": "示例理由"} | more)

    refused = decide_case(county, wish, by=CLERK)

    assert isinstance(refused, Refusal)
    assert told in refused.reason
    assert _case(county).stage == "pool"


def test_nothing_can_be_approved_that_nobody_proposed(county: Services) -> None:
    _done(county, Verb.APPROVE)

    assert "没有等待审核的提议" in _refused(county, Verb.APPROVE)
    assert "参加培训" in _refused(county, Verb.WAIVE)


def test_a_held_case_stays_until_it_is_resumed(county: Services) -> None:
    _done(county, Verb.APPROVE)
    _done(county, Verb.HOLD)
    _record(county, "trained")
    held = _case(county)
    assert "已经暂缓" in _refused(county, Verb.HOLD)

    _done(county, Verb.RESUME)

    assert (held.stage, held.held) == ("training", True)
    assert (_case(county).stage, _case(county).held) == ("filing", False)


def test_a_waived_need_is_skipped_and_the_skip_stays_visible(county: Services) -> None:
    _done(county, Verb.APPROVE)

    decided = _done(county, Verb.WAIVE, need="培训", reason="已在市里参加")

    assert decided.to_stage == "filing"
    with county.database.reading() as session:
        waiver = session.scalars(select(Waiver)).one()
    assert (waiver.need, waiver.reason, waiver.by) == ("参加培训", "已在市里参加", "示例经办")


def test_what_was_recorded_for_a_returned_try_does_not_count_for_the_next(
    county: Services,
) -> None:
    _done(county, Verb.APPROVE)
    _record(county, "trained")
    _record(county, "submitted")
    assert _case(county).stage == "publicity"

    _done(county, Verb.RETURN, reason="材料不全")
    returned = _case(county).stage
    _record(county, "submitted", evidence="新受理编号")

    assert (returned, _case(county).stage) == ("filing", "publicity")


def test_a_stage_without_a_way_back_can_not_be_returned(county: Services) -> None:
    _done(county, Verb.APPROVE)

    assert "不能退回" in _refused(county, Verb.RETURN)


def test_a_withdrawn_case_is_over_and_its_deadlines_with_it(county: Services) -> None:
    _done(county, Verb.WITHDRAW, reason="企业放弃")

    with county.database.reading() as session:
        deadline = session.scalars(select(Deadline)).one()
        review = session.scalars(select(Review)).one()
    assert (_case(county).final, review.state) == ("withdrawn", "withdrawn")
    assert (deadline.state, deadline.reason) == ("waived", "事项已结束")
    assert "已结束" in _refused(county, Verb.HOLD)


@pytest.mark.fault("R12")
def test_the_same_record_twice_is_one_record(county: Services) -> None:
    _done(county, Verb.APPROVE)
    first, second = _record(county, "trained"), _record(county, "trained")

    assert isinstance(first, Recorded)
    assert isinstance(second, Recorded)
    assert (first.already, first.moved, second.already, second.moved) == (False, 1, True, 0)
    assert first.record_id == second.record_id


def test_a_record_closes_the_deadline_it_meets(county: Services) -> None:
    _done(county, Verb.APPROVE)
    _record(county, "trained")

    filed = _record(county, "submitted", evidence="受理 5 号")

    assert isinstance(filed, Recorded)
    assert filed.closed == ("提交申报",)
    with county.database.reading() as session:
        deadline = session.scalars(select(Deadline)).one()
    assert (deadline.state, deadline.closed_on, deadline.reason) == ("met", MARCH, "受理 5 号")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({"kind": "wedding"}, "没有登记类型“wedding”", id="kind"),
        pytest.param({"kind": "trained", "evidence": " "}, "签到表", id="evidence"),
        pytest.param({"kind": "trained", "on": dt.date(2026, 3, 3)}, "还没有到", id="future"),
        pytest.param({"kind": "trained", "target": "99"}, "没有编号为 99", id="case"),
        pytest.param({"kind": "trained", "target": "无此企业"}, "没有找到企业", id="firm"),
        pytest.param(
            {"kind": "trained", "target": "无此企业", "programme": "sprout"}, "没有找到", id="both"
        ),
    ],
)
def test_a_record_that_can_not_be_is_refused_with_its_reason(
    county: Services, given: dict[str, Any], told: str
) -> None:
    refused = _record(county, **given)

    assert isinstance(refused, Refusal)
    assert told in refused.reason


def test_an_enterprise_is_found_by_code_name_or_enough_of_its_name(county: Services) -> None:
    _done(county, Verb.APPROVE)
    add_firm(county, 2)
    run_month(county, "2026-03", on=MARCH)

    by_code = _record(county, "trained", target="91431281maxx00001x")
    by_part = _record(county, "trained", target="企业2号")
    many = _record(county, "trained", target="示例企业")

    assert isinstance(by_code, Recorded)
    assert isinstance(by_part, Recorded)
    assert isinstance(many, Refusal)
    assert "多家企业" in many.reason


def test_what_was_waived_for_a_returned_try_is_decided_anew(county: Services) -> None:
    _done(county, Verb.APPROVE)
    _record(county, "trained")
    assert _done(county, Verb.WAIVE, need="提交申报").to_stage == "publicity"

    returned = _done(county, Verb.RETURN, reason="材料不全").to_stage

    assert returned == "filing", "the waiver does not carry it on again"
    assert _done(county, Verb.WAIVE, need="提交申报", reason="再次免除").to_stage == "publicity"
    page = case_page(county, str(_case(county).id))
    assert isinstance(page, CasePage)
    assert [(each.need, each.counts) for each in page.history.waivers] == [
        ("提交申报", False),
        ("提交申报", True),
    ]
