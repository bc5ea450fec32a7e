"""One letter a day, whatever was late, and nothing is lost between being claimed and leaving."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casework.deliver import DeliveryReport, deliver
from casework.outbox import Claim, queue
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from models.deadline import Deadline
from models.enterprise import Person
from models.letter import ItemKind, Letter, LetterItem
from notifications.memory import MemoryCarrier
from notifications.message import Fate
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import add_firm, sprout_catalogue

FRIDAY = dt.date(2026, 3, 27)
MONDAY = dt.date(2026, 3, 30)
TUESDAY = dt.date(2026, 3, 31)  # 30 days before 2026-04-30
WEDNESDAY = dt.date(2026, 4, 1)


def _found(services: Services) -> None:
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose filing is due on 2026-04-30; nothing was said yet."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _at(services: Services, day: dt.date, hour: int = 9) -> Services:
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def _claim(services: Services, key: str, on: dt.date, *, tone: str = "notice") -> None:
    """Claim one more thing to be said to the contact."""
    with services.database.writing() as session:
        person = session.scalars(select(Person)).one()
        deadline = session.scalars(select(Deadline)).one()
        claim = Claim(
            key=key,
            kind=ItemKind.RUNG,
            person_id=person.id,
            speaks_on=on,
            deadline_id=deadline.id,
            rung=key,
            tone=tone,
        )
        queue(session, services, [claim], send_on=on, calendar=services.calendar())


def _deliver(services: Services, carrier: MemoryCarrier) -> DeliveryReport:
    return deliver(replace(services, open_carrier=lambda: carrier))


def _letters(services: Services) -> Sequence[Letter]:
    with services.database.reading() as session:
        return session.scalars(select(Letter).order_by(col(Letter.id))).all()


def _said_in(services: Services) -> dict[str, int | None]:
    with services.database.reading() as session:
        rows = session.execute(select(col(LetterItem.key), col(LetterItem.letter_id)))
        return {key: letter for key, letter in rows}  # noqa: C416 - rows are no pairs to mypy


def _interrupted(services: Services, day: dt.date, change: Callable[[], None]) -> Services:
    """Return services that let somebody else in while the first letter is being written."""
    asked: list[int] = []

    def now() -> dt.datetime:
        asked.append(1)
        if len(asked) == 2:  # the first time is the lease, the second one in the letter
            change()
        return dt.datetime.combine(day, dt.time(9), tzinfo=ZONE)

    return replace(services, now=now)


def test_what_is_claimed_while_a_letter_is_written_is_still_in_it(county: Services) -> None:
    _claim(county, "first", TUESDAY)
    carrier = MemoryCarrier()

    def claim_another() -> None:
        _claim(county, "second", TUESDAY, tone="urgent")

    _deliver(_interrupted(county, TUESDAY, claim_another), carrier)

    (letter,) = _letters(county)
    assert (letter.state, len(carrier.messages)) == ("sent", 1)
    assert "■ 提前告知" not in carrier.messages[0].text  # the second one speaks louder


def test_what_is_claimed_while_a_letter_turns_out_empty_is_not_lost_with_it(
    county: Services,
) -> None:
    _claim(county, "first", TUESDAY)
    with county.database.writing() as session:
        session.execute(update(Deadline).values(state="met"))

    def open_again() -> None:
        with county.database.writing() as session:
            session.execute(update(Deadline).values(state="open"))
        _claim(county, "second", TUESDAY)

    carrier = MemoryCarrier()
    _deliver(_interrupted(county, TUESDAY, open_again), carrier)

    assert len(carrier.messages) == 1


def test_a_letter_that_is_put_off_takes_up_what_is_new_the_next_day(county: Services) -> None:
    carrier = MemoryCarrier([Fate.DEFERRED])
    _claim(county, "first", TUESDAY)
    _deliver(_at(county, TUESDAY, 17), carrier)
    _claim(county, "second", WEDNESDAY)
    _deliver(_at(county, WEDNESDAY), carrier)

    (letter,) = _letters(county)
    assert (letter.state, letter.send_on, len(carrier.messages)) == ("sent", WEDNESDAY, 1)
    assert "有 1 项事情" in carrier.messages[0].text  # two reminders of one date are one matter
    assert set(_said_in(county).values()) == {letter.id}


def test_a_letter_that_leaves_late_is_the_letter_of_the_day_it_leaves(county: Services) -> None:
    carrier = MemoryCarrier()
    _claim(county, "evening", FRIDAY)
    _deliver(_at(county, MONDAY), carrier)
    _claim(county, "later that day", MONDAY)
    _deliver(_at(county, MONDAY, 10), carrier)
    assert len(carrier.messages) == 1

    _deliver(_at(county, TUESDAY), carrier)
    assert [letter.send_on for letter in _letters(county)] == [MONDAY, TUESDAY]
    assert len(carrier.messages) == 2


def test_two_letters_that_wait_for_one_person_become_one(county: Services) -> None:
    _claim(county, "first", MONDAY)
    with county.database.writing() as session:
        session.execute(update(Letter).values(state="transmitting", lease=1))
    _claim(county, "second", TUESDAY)
    with county.database.writing() as session:  # the sender as a whole was refused meanwhile
        session.execute(update(Letter).values(state="queued"))
    carrier = MemoryCarrier()

    report = _deliver(_at(county, TUESDAY), carrier)

    assert (report.sent, len(carrier.messages)) == (1, 1)
    first, second = _letters(county)
    assert (first.state, first.reason) == ("suppressed", "并入 2026-03-31 的信函")
    assert set(_said_in(county).values()) == {second.id}


def test_a_late_letter_waits_when_todays_has_left(county: Services) -> None:
    _claim(county, "first", MONDAY)
    with county.database.writing() as session:
        session.execute(update(Letter).values(state="transmitting", lease=1))
    _claim(county, "second", TUESDAY)
    with county.database.writing() as session:
        session.execute(update(Letter).where(col(Letter.send_on) == TUESDAY).values(state="sent"))
        session.execute(
            update(Letter).where(col(Letter.send_on) == MONDAY).values(state="deferred")
        )
    carrier = MemoryCarrier()

    assert _deliver(_at(county, TUESDAY), carrier).sent == 0
    assert _deliver(_at(county, WEDNESDAY), carrier).sent == 1


def test_a_late_letter_leaves_when_todays_came_to_nothing(county: Services) -> None:
    _claim(county, "first", MONDAY)
    with county.database.writing() as session:
        session.execute(update(Letter).values(state="transmitting", lease=1))
    _claim(county, "second", TUESDAY)
    with county.database.writing() as session:
        session.execute(
            update(Letter).where(col(Letter.send_on) == TUESDAY).values(state="suppressed")
        )
        session.execute(
            update(Letter).where(col(Letter.send_on) == MONDAY).values(state="deferred")
        )

    assert _deliver(_at(county, TUESDAY), MemoryCarrier()).sent == 1


def test_a_year_of_sweeps_and_mail_gives_nobody_two_letters_a_day(county: Services) -> None:
    carrier = MemoryCarrier([Fate.DEFERRED, Fate.SENT, Fate.DEFERRED])
    day, per_day = dt.date(2026, 3, 3), []
    while day < dt.date(2026, 6, 1):
        before = len(carrier.messages)
        sweep(_at(county, day), today=day)
        _deliver(_at(county, day, 9), carrier)
        _deliver(_at(county, day, 18), carrier)
        per_day.append(len(carrier.messages) - before)
        day += dt.timedelta(days=1)

    assert sum(per_day) == 3
    assert max(per_day) == 1
