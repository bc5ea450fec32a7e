"""A decision taken back: all is as it was, nothing is deleted, and not once a letter has left."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.decide import Decided, Foreseen, Verb, Wish, decide_case, foresee
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.undo import TakenBack, foresee_taking_back, last_decision, take_back
from models.audit import broken_at
from models.case import Case, Record, Review, ReviewState, Transition
from models.deadline import Deadline, DeadlineState
from models.enterprise import Role
from models.letter import ItemState, LetterItem
from tests.plugins.house import NINE, ZONE, HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
CLERK = Actor(name="示例经办")
HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)
STORY = (
    (Verb.APPROVE, "pool"),
    (Verb.RETURN, "pool"),
    (Verb.HOLD, "pool"),
    (Verb.RESUME, "held"),
    (Verb.WITHDRAW, "pool"),
    (Verb.WAIVE, "training"),
    (Verb.WITHDRAW, "filing"),
    (Verb.RETURN, "filing"),
)


@pytest.fixture
def county(a_house: HouseMaker) -> Services:
    """One enterprise whose case waits in the pool; its staff and contact were written to."""
    return _county(a_house, "sqlite")


def _county(a_house: HouseMaker, engine: str) -> Services:
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    deliver(services)


def _decide(services: Services, verb: Verb, **more: Any) -> Decided | Refusal:
    return decide_case(
        services, Wish(**{"case_id": 1, "verb": verb, "reason": "示例理由"} | more), by=CLERK
    )


def _brought(services: Services, place: str) -> Services:
    """Bring the case to where a story starts, and let the letters about that leave."""
    if place == "held":
        assert isinstance(_decide(services, Verb.HOLD), Decided)
    if place in ("training", "filing"):
        assert isinstance(_decide(services, Verb.APPROVE), Decided)
    if place == "filing":
        assert isinstance(_decide(services, Verb.WAIVE, need="参加培训"), Decided)
    deliver(services)
    day = dt.date(2026, 3, 3)
    moment = dt.datetime.combine(day, NINE, tzinfo=ZONE)
    return replace(services, now=lambda: moment)


def _stands(services: Services) -> tuple[object, ...]:
    """Return all that taking back must bring back, in natural words."""
    with services.database.reading() as session:
        case = session.get_one(Case, 1)
        reviews = session.scalars(
            select(Review).where(col(Review.state) == ReviewState.OPEN.value)
        ).all()
        dates = session.scalars(
            select(Deadline).where(col(Deadline.state) == DeadlineState.OPEN.value)
        ).all()
        assert broken_at(session) is None
        newest = session.scalars(select(Transition).order_by(col(Transition.seq).desc())).first()
        assert newest is None or newest.to_stage == case.stage
        return (
            *(case.stage, case.phase, case.final, case.held, case.entered_on, case.records_after),
            sorted((each.stage, each.proposes, each.opened_on) for each in reviews),
            sorted((each.obligation, each.period, each.due_on) for each in dates),
        )


def _last(services: Services) -> int:
    with services.database.reading() as session:
        found = last_decision(session, 1)
        assert found is not None
        return found.id or 0


def _claimed(services: Services) -> set[int | None]:
    with services.database.reading() as session:
        return set(
            session.scalars(
                select(col(LetterItem.id)).where(col(LetterItem.state) == ItemState.CLAIMED.value)
            )
        )


@pytest.mark.parametrize(("verb", "place"), STORY)
def test_decided_and_taken_back_is_as_before_and_nothing_is_said(
    county: Services, verb: Verb, place: str
) -> None:
    services = _brought(county, place)
    need = {"need": "参加培训"} if verb is Verb.WAIVE else {}
    before, said = _stands(services), _claimed(services)
    seen = foresee(services, Wish(case_id=1, verb=verb, reason="示例", **need), by=CLERK)
    assert isinstance(seen, Foreseen), seen
    assert (_stands(services), _claimed(services)) == (before, said)
    assert isinstance(_decide(services, verb, **need), Decided)
    assert _stands(services) != before

    number = _last(services)
    foreseen = foresee_taking_back(services, number, by=HEAD)
    done = take_back(services, number, reason="点错了企业", by=HEAD)
    again = take_back(services, number, reason="点错了企业", by=HEAD)

    assert isinstance(done, TakenBack), done
    assert foreseen == done
    assert isinstance(again, TakenBack)
    assert again.already
    assert _stands(services) == before
    assert _claimed(services) == said
    # What a run then makes of it, it would have made of it before.
    run_month(services, "2026-03", on=dt.date(2026, 3, 3))
    assert _stands(services) == before
    # And the decision can be made again.
    assert isinstance(_decide(services, verb, **need), Decided)


def test_what_was_queued_about_it_ends_suppressed_with_who_and_why(
    a_house: HouseMaker, engine: str
) -> None:
    services = _brought(_county(a_house, engine), "pool")
    assert isinstance(_decide(services, Verb.APPROVE), Decided)
    done = take_back(services, _last(services), reason="点错了企业", by=HEAD)

    assert isinstance(done, TakenBack), done
    assert (done.from_title, done.to_title, done.letters) == ("培训", "入库待审", 1)
    with services.database.reading() as session:
        item = session.scalars(select(LetterItem).order_by(col(LetterItem.id).desc())).first()
        moves = session.scalars(select(Transition).order_by(col(Transition.seq))).all()
    assert item is not None
    assert (item.state, item.reason) == ("suppressed", "示例股长撤销了“同意”")
    assert [(each.from_stage, each.to_stage) for each in moves[-2:]] == [
        ("pool", "training"),
        ("training", "pool"),
    ]
    assert moves[-1].reason == "撤销“同意”：点错了企业"


def test_what_it_owed_is_owed_again_when_it_is_decided_anew(county: Services) -> None:
    services = _brought(county, "filing")
    before = _stands(services)
    for _ in range(2):
        assert isinstance(_decide(services, Verb.WITHDRAW), Decided)
        assert _stands(services)[-1] == []
        assert isinstance(take_back(services, _last(services), reason="错", by=CLERK), TakenBack)
        assert _stands(services) == before


def test_it_is_refused_once_a_letter_has_left_or_somebody_went_on(county: Services) -> None:
    services = _brought(county, "pool")
    assert isinstance(_decide(services, Verb.APPROVE), Decided)
    approved = _last(services)
    assert isinstance(_decide(services, Verb.HOLD), Decided)
    held = _last(services)

    assert "请先撤销那一次" in _refused(services, approved)
    assert isinstance(take_back(services, held, reason="错", by=CLERK), TakenBack)
    recorded = record_event(
        services,
        Happened(target="1", kind="trained", on=dt.date(2026, 3, 3), evidence="签到表"),
        by=CLERK,
    )
    assert isinstance(recorded, Recorded)
    assert "之后又有登记" in _refused(services, approved)


def test_it_is_refused_when_its_letter_is_out_too_late_or_elsewhere(county: Services) -> None:
    services = _brought(county, "pool")
    assert isinstance(_decide(services, Verb.APPROVE), Decided)
    number = _last(services)
    later = dt.datetime(2026, 3, 5, 9, tzinfo=ZONE)

    assert "已过一个工作日" in _refused(replace(services, now=lambda: later), number)
    assert "没有编号为" in _refused(replace(services, division="431271"), number)
    keeper = replace(CLERK, role=Role.OPERATOR)
    assert isinstance(take_back(services, number, reason="错", by=keeper), Refusal)
    deliver(services)
    assert "已经发出" in _refused(services, number)
    with services.database.reading() as session:
        assert session.get_one(Case, 1).stage == "training"
        assert session.scalars(select(Record)).all() == []


def test_an_end_stays_when_another_try_is_under_way_however_many_cases_there_are(
    county: Services,
) -> None:
    services = _brought(county, "pool")
    with services.database.writing() as session:
        before = {**session.get_one(Case, 1).model_dump(), "id": 9, "cycle": 2025}
        session.add(Case(**before | {"final": "withdrawn"}))
    assert isinstance(_decide(services, Verb.WITHDRAW), Decided)
    number = _last(services)
    assert isinstance(_decide(services, Verb.REOPEN), Decided)
    with services.database.writing() as session:
        session.delete(session.get_one(Case, 9))  # as a merge that is taken back moves it away

    assert "建立了新的事项" in _refused(services, number)


def _refused(services: Services, number: int) -> str:
    done = take_back(services, number, reason="点错了", by=CLERK)
    assert isinstance(done, Refusal), done
    assert foresee_taking_back(services, number, by=CLERK) == done
    return done.reason
