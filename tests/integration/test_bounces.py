"""Mail that came back: the letter is known not to have arrived, a dead mailbox gets no more."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.bounces import TakenIn, bad_addresses, take_in, trust
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor, Services
from models.audit import broken_at
from models.enterprise import BadAddress, Person
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.bounces import Bounce
from notifications.memory import MemoryCarrier
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

CLERK = Actor(name="示例经办")
D30 = dt.date(2026, 3, 31)
D7 = dt.date(2026, 4, 23)


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=D30)
    sweep(services)
    deliver(services)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose first reminder has left."""
    return a_house(engine, today=D30, catalogue=sprout_catalogue(), founding=_found)


def rows(services: Services, model: type[SQLModel]) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model)).all()


def to_the_firm(services: Services) -> Letter:
    with services.database.reading() as session:
        return session.scalars(
            select(Letter)
            .join(Person, col(Person.id) == col(Letter.person_id))
            .where(col(Person.enterprise_id).is_not(None))
            .order_by(col(Letter.send_on).desc())
        ).first() or pytest.fail("no letter")


def a_bounce(services: Services, **told: Any) -> Bounce:
    usual: dict[str, Any] = {
        "message_id": to_the_firm(services).message_id,
        "recipient": "contact1@firm.example",
        "status": "5.1.1",
        "hard": True,
        "said": "550 5.1.1 User unknown",
    }
    return Bounce(**usual | told)


def taken(services: Services, **told: Any) -> TakenIn:
    return take_in(services, [a_bounce(services, **told)], by=CLERK)


def next_reminder(services: Services) -> Letter | None:
    """Send what a later day brings; return the letter to the enterprise, if it left."""
    before = to_the_firm(services).id
    later = replace(services, now=lambda: dt.datetime.combine(D7, dt.time(9), tzinfo=services.zone))
    sweep(later)
    deliver(later)
    newest = to_the_firm(services)
    return None if newest.id == before else newest


@pytest.mark.fault("M05", "M14", "M19")
def test_a_dead_mailbox_gets_nothing_more_and_the_matter_is_not_lost(county: Services) -> None:
    [letter] = taken(county).letters

    assert (letter.email, letter.hard) == ("contact1@firm.example", True)
    came_back = to_the_firm(county)
    assert came_back.state == LetterState.FAILED.value
    assert came_back.reason == "退信：550 5.1.1 User unknown"
    assert next_reminder(county) is None
    unsaid = [
        item
        for item in rows(county, LetterItem)
        if item.key.endswith("/d-7/contact") and item.state == ItemState.SUPPRESSED.value
    ]
    assert [item.reason for item in unsaid] == ["联系人没有可用的邮箱"]
    with county.database.reading() as session:
        assert bad_addresses(session) == 1
        assert broken_at(session) is None


@pytest.mark.fault("M14")
def test_the_same_report_again_changes_nothing(county: Services) -> None:
    taken(county)

    assert taken(county) == TakenIn(letters=(), strange=0)
    assert len(rows(county, BadAddress)) == 1


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"hard": False, "status": "5.2.2", "said": "Mailbox full"}, id="full"),
        pytest.param({"recipient": "old@firm.example"}, id="an address of before"),
    ],
)
@pytest.mark.fault("M14")
def test_what_does_not_speak_against_the_mailbox_does_not_close_it(
    county: Services, told: dict[str, Any]
) -> None:
    [letter] = taken(county, **told).letters

    assert not letter.hard
    assert rows(county, BadAddress) == []
    came_back = to_the_firm(county)
    assert (came_back.state, came_back.reason[:3]) == (LetterState.FAILED.value, "退信：")
    assert next_reminder(county) is not None


def test_a_letter_whose_answer_was_lost_and_that_comes_back_is_not_sent_again(
    county: Services,
) -> None:
    number = to_the_firm(county).id
    with county.database.writing() as session:
        letter = session.get_one(Letter, number)
        letter.state, letter.may_repeat, letter.sent_at = LetterState.UNKNOWN.value, False, None

    taken(county)

    carrier = MemoryCarrier()
    deliver(replace(county, open_carrier=lambda: carrier))
    assert carrier.attempts == []
    assert to_the_firm(county).state == LetterState.FAILED.value


@pytest.mark.fault("M14")
def test_reports_of_letters_that_are_not_ours_are_only_counted(county: Services) -> None:
    done = taken(county, message_id=f"<{'0' * 32}@bureau.example>")

    assert done == TakenIn(letters=(), strange=1)
    assert to_the_firm(county).state == LetterState.SENT.value


def test_a_new_address_is_written_to_again(county: Services) -> None:
    taken(county)
    with county.database.writing() as session:
        person = session.scalars(select(Person).where(col(Person.enterprise_id).is_not(None))).one()
        person.email = "new@firm.example"

    assert next_reminder(county) is not None


def test_a_mailbox_that_is_trusted_again_is_written_to(county: Services) -> None:
    taken(county)

    assert isinstance(trust(county, "contact1@firm.example", reason=" ", by=CLERK), Refusal)
    assert isinstance(trust(county, "x@firm.example", reason="示例", by=CLERK), Refusal)
    assert trust(county, "Contact1@firm.example", reason="对方已修好", by=CLERK) == (
        "contact1@firm.example"
    )
    assert next_reminder(county) is not None


def test_a_letter_that_waits_is_not_sent_to_a_mailbox_that_was_disowned_meanwhile(
    county: Services,
) -> None:
    later = replace(county, now=lambda: dt.datetime.combine(D7, dt.time(9), tzinfo=county.zone))
    sweep(later)
    with county.database.reading() as session:
        first = session.scalars(
            select(Letter).where(col(Letter.state) == LetterState.SENT.value)
        ).all()
    report = a_bounce(county, message_id=next(m.message_id for m in first if m.person_id > 2))
    take_in(later, [report], by=CLERK)
    deliver(later)

    assert to_the_firm(county).state == LetterState.SUPPRESSED.value
    assert to_the_firm(county).reason == "收件人没有可用的邮箱"
