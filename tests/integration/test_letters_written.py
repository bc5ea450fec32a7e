"""A letter is written when it leaves: as things stand on that day, under names that last."""

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar, Event

from casework.compose import Composed, Nothing, compose
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise, Person, Role
from models.letter import ItemKind, Letter, LetterItem
from notifications.message import Message
from policy.deadlines import Basis, Due
from policy.obligation import DeadlineKind
from tests.plugins.house import TODAY, HouseMaker

if TYPE_CHECKING:
    from casework.services import Services

USCC = "91431281MA00000000"
DAY = dt.timedelta(days=1)
AT = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)


def a_firm(services: "Services") -> int:
    with services.database.writing() as session:
        firm = Enterprise(uscc=USCC, name="示例科技有限公司", added_at=AT)
        session.add(firm)
        session.flush()
        assert firm.id is not None
        return firm.id


def a_deadline(services: "Services", firm: int, due_on: dt.date, projection: int = 1) -> int:
    basis = Basis(
        event="规定日期",
        event_on=due_on,
        offset="",
        raw_on=due_on,
        roll="",
        unpublished=(),
        source="示例〔2026〕1号",
    )
    due = Due(due_on=due_on, kind=DeadlineKind.STATUTORY, basis=basis)
    with services.database.writing() as session:
        deadline = Deadline(
            enterprise_id=firm,
            programme="hnte",
            obligation="annual_report",
            subject="enterprise",
            period="2026",
            projection=projection,
            title="示例年报",
            kind="statutory",
            ladder="annual",
            due_on=due_on,
            basis=due.to_json(),
            opened_at=AT,
        )
        session.add(deadline)
        session.flush()
        assert deadline.id is not None
        return deadline.id


def a_letter(
    services: "Services", deadline: int, *, role: Role = Role.CONTACT, active: bool = True
) -> int:
    """Queue a letter to a new person that speaks of the deadline."""
    with services.database.writing() as session:
        told = session.get_one(Deadline, deadline)
        person = Person(
            key=f"{role.value}/示例",
            role=role.value,
            name="张示例",
            email="zhang@firm.example",
            enterprise_id=told.enterprise_id if role is Role.CONTACT else None,
            active=active,
        )
        session.add(person)
        session.flush()
        letter = Letter(person_id=person.id or 0, send_on=TODAY, letter="enterprise_daily")
        session.add(letter)
        session.flush()
        item = LetterItem(
            key=f"rung/{role.value}",
            kind=ItemKind.RUNG.value,
            person_id=person.id,
            letter_id=letter.id,
            deadline_id=deadline,
            rung="-30",
            tone="reminder",
            speaks_on=TODAY,
        )
        session.add(item)
        session.flush()
        assert letter.id is not None
        return letter.id


def written(services: "Services", letter: int) -> Message:
    composed = compose(services, letter)
    assert isinstance(composed, Composed)
    return composed.message


def event_of(message: Message) -> Event:
    (file,) = message.attachments
    (event,) = Calendar.from_ical(file.content).events
    return event


def test_a_date_that_is_projected_again_keeps_its_name_in_the_readers_calendar(
    a_house: HouseMaker,
) -> None:
    services = a_house()
    firm = a_firm(services)
    first = a_letter(services, a_deadline(services, firm, TODAY + 30 * DAY))
    moved = a_deadline(services, firm, TODAY + 33 * DAY, projection=2)
    second = a_letter(services, moved, role=Role.CLERK)

    before = event_of(written(services, first))
    after = event_of(written(services.on(TODAY + DAY), second))

    assert before["uid"] == after["uid"]
    assert (before.start, after.start) == (TODAY + 30 * DAY, TODAY + 33 * DAY)
    assert before.DTSTAMP < after.DTSTAMP


def test_only_the_enterprise_has_its_calendar_ring(a_house: HouseMaker) -> None:
    services = a_house()
    deadline = a_deadline(services, a_firm(services), TODAY + 30 * DAY)
    contact = a_letter(services, deadline)
    clerk = a_letter(services, deadline, role=Role.CLERK)

    assert len(event_of(written(services, contact)).walk("VALARM")) == 2
    assert event_of(written(services, clerk)).walk("VALARM") == []


def test_a_letter_that_leaves_later_speaks_of_the_day_it_leaves(a_house: HouseMaker) -> None:
    services = a_house()
    letter = a_letter(services, a_deadline(services, a_firm(services), TODAY + 3 * DAY))

    on_time = written(services, letter)
    late = written(services.on(TODAY + DAY), letter)
    too_late = written(services.on(TODAY + 4 * DAY), letter)

    assert ("还有 3 天" in on_time.subject, "3月2日" in on_time.html) == (True, True)
    assert ("还有 2 天" in late.subject, "3月3日" in late.html) == (True, True)
    assert too_late.subject.startswith("【已超期】示例年报 已超期 1 天")
    assert "还有" not in too_late.text + too_late.html
    assert too_late.attachments == ()
    assert on_time.message_id == late.message_id == too_late.message_id


def test_what_was_done_before_the_letter_left_is_not_nagged(a_house: HouseMaker) -> None:
    services = a_house()
    deadline = a_deadline(services, a_firm(services), TODAY + 3 * DAY)
    letter = a_letter(services, deadline)
    with services.database.writing() as session:
        session.get_one(Deadline, deadline).state = DeadlineState.MET.value

    nothing = compose(services, letter)

    assert isinstance(nothing, Nothing)
    assert nothing.reason == "所提事项均已办结，无须再发"
    assert len(nothing.done) == 1
    assert isinstance(compose(services, letter, again=True), Composed)  # a second copy, as it was


@pytest.mark.fault("M19")
def test_somebody_who_left_gets_no_letter(a_house: HouseMaker) -> None:
    services = a_house()
    deadline = a_deadline(services, a_firm(services), TODAY + 3 * DAY)

    nothing = compose(services, a_letter(services, deadline, active=False))

    assert isinstance(nothing, Nothing)
    assert nothing.reason == "收件人没有可用的邮箱"
