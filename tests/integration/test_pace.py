"""The pace: in no minute more letters than allowed, whoever sends them, and no slower."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlmodel import col

from casework.deliver import Ending, deliver
from casework.pace import seconds_until_turn, seconds_until_turn_of
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from models.enterprise import Person
from models.letter import Letter
from notifications.memory import MemoryCarrier
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import NOON, add_firm, sprout_catalogue

MINUTE = dt.timedelta(minutes=1)


@contextmanager
def _nobody_left(services: Services) -> Iterator[int]:
    """Yield somebody to write to, of whom no letter has left."""
    with services.database.writing() as session:
        session.execute(delete(Letter))
        session.execute(delete(Person))
        person = Person(key="contact/示例", role="contact")
        session.add(person)
        session.flush()
        number = person.id or 0
    yield number


def _moves_to(services: Services, person: int, email: str) -> None:
    with services.database.writing() as session:
        session.get_one(Person, person).email = email


def _hands_over(services: Services, person: int, number: int) -> float:
    """Hand one letter over, or return for how long it must wait."""
    with services.database.writing() as session:
        seconds = seconds_until_turn(session, services)
        if not seconds:
            day = dt.date(2026, 1, 1) + dt.timedelta(days=number)
            session.add(
                Letter(person_id=person, send_on=day, letter="示例", handed_at=services.now())
            )
        return seconds


@pytest.mark.fault("M18")
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(per_minute=st.integers(1, 5), pauses=st.lists(st.floats(0, 90), min_size=1, max_size=15))
def test_in_no_minute_there_are_more_than_allowed_and_nobody_waits_longer_than_needed(
    a_house: HouseMaker, per_minute: int, pauses: list[float]
) -> None:
    services = replace(a_house(), per_minute=per_minute)
    now, left = services.now(), list[dt.datetime]()
    with _nobody_left(services) as person:
        for number, pause in enumerate(pauses):
            now += dt.timedelta(seconds=pause)
            at = replace(services, now=lambda moment=now: moment)
            if seconds := _hands_over(at, person, number):
                assert 0 < seconds <= 60
                now += dt.timedelta(seconds=seconds)
                at = replace(services, now=lambda moment=now: moment)
                assert _hands_over(at, person, number) == 0
                assert now - left[-per_minute] - MINUTE < dt.timedelta(milliseconds=1)
            left.append(now)
    services.database.close()

    for number, moment in enumerate(left[per_minute:]):
        assert moment - left[number] >= MINUTE - dt.timedelta(milliseconds=1)


@pytest.mark.fault("M18")
def test_a_provider_has_a_pace_of_its_own_and_others_do_not_wait_for_it(
    house: Services,
) -> None:
    slow = replace(house, per_minute_to={"qq.com": 2})
    with _nobody_left(house) as person:
        _moves_to(house, person, "Dai.Biao@QQ.com")
        for number in range(2):
            assert _hands_over(slow, person, number) == 0
        with house.database.writing() as session:
            waits = {
                domain: seconds_until_turn_of(session, slow, domain)
                for domain in ("qq.com", "vip.qq.com", "notqq.com", "example.cn", "")
            }

    assert waits == {
        "qq.com": 60,
        "vip.qq.com": 0,
        "notqq.com": 0,
        "example.cn": 0,
        "": 0,
    }


@pytest.mark.fault("M18")
def test_eight_senders_at_once_hand_over_no_more_than_allowed(
    a_house: HouseMaker, engine: str
) -> None:
    house, moments = a_house(engine), count(1)

    def now() -> dt.datetime:  # no two see the same, and who waited sees a later one
        return NOON + dt.timedelta(milliseconds=next(moments))

    slow = replace(house, per_minute=5, now=now)
    with _nobody_left(house) as person, ThreadPoolExecutor(8) as crowd:
        waits = list(crowd.map(lambda number: _hands_over(slow, person, number), range(24)))

    assert sum(wait == 0 for wait in waits) == 5
    assert all(59 < wait < 60 for wait in waits if wait)


def test_without_a_pace_nobody_waits_and_a_clock_that_was_put_back_stops_nobody(
    house: Services,
) -> None:
    with _nobody_left(house) as person:
        assert _hands_over(house, person, 1) == _hands_over(house, person, 2) == 0
        back = replace(house, per_minute=1, now=lambda: house.now() - dt.timedelta(hours=1))
        assert _hands_over(back, person, 3) == 0


@pytest.mark.fault("M18")
@pytest.mark.parametrize("behind", [0.0, 0.02], ids=["exact", "clock behind"])
def test_who_waits_for_room_at_a_provider_keeps_nobody_else_waiting_and_still_gets_a_letter(
    house_of_six: Services, behind: float
) -> None:
    house, carrier = house_of_six, MemoryCarrier()
    now, left = [house.now()], list[tuple[float, str]]()

    def note() -> None:
        seconds = (now[0] - house.now()).total_seconds()
        new = carrier.messages[len(left) :]
        left.extend((seconds // 60, message.to.domain.lower()) for message in new)

    def clock() -> dt.datetime:
        now[0] += dt.timedelta(milliseconds=10)  # no two letters leave at the same moment
        return now[0]

    def pause(seconds: float) -> None:
        note()
        now[0] += dt.timedelta(seconds=max(seconds - behind, 0.001))

    slow = replace(
        house,
        per_minute_to={"qq.com": 2, "163.com": 1},
        now=clock,
        open_carrier=lambda: carrier,
    )
    report = deliver(slow, ending=Ending(pause=pause))
    note()

    when = {domain: [minute for minute, each in left if each == domain] for _, domain in left}
    assert report.sent == len(left) == 6
    assert when["qq.com"] == [0, 0, 1]
    assert when["163.com"] == [0, 1]
    assert set(when["example.cn"]) == {0}


@pytest.mark.fault("M18")
def test_a_delivery_that_ends_lets_go_of_who_waits_for_room_and_waits_not_beyond_its_end(
    house_of_six: Services,
) -> None:
    house, waited = house_of_six, list[float]()
    now = [house.now()]

    def pause(seconds: float) -> None:
        waited.append(seconds)
        now[0] += dt.timedelta(seconds=seconds)

    slow = replace(
        house, per_minute_to={"qq.com": 1}, now=lambda: now[0], open_carrier=MemoryCarrier
    )
    end = house.now() + dt.timedelta(seconds=20)
    deliver(slow, ending=Ending(until=end, pause=pause))

    with house.database.reading() as session:
        waiting = session.scalars(select(Letter).where(col(Letter.state) == "queued")).all()
    assert waited == [20]
    assert [letter.leased_until for letter in waiting] == [None] * 2
    assert deliver(replace(slow, per_minute_to={})).sent == 2


@pytest.fixture
def house_of_six(a_house: HouseMaker, engine: str) -> Services:
    """Letters to six enterprises wait: three at one provider, two at another, one elsewhere."""

    def found(services: Services) -> None:
        for number in range(1, 7):
            add_firm(services, number)
        run_month(services, "2026-03", on=dt.date(2026, 3, 2))
        sweep(services)

    house = a_house(
        engine, today=dt.date(2026, 3, 31), catalogue=sprout_catalogue(), founding=found
    )
    providers = ("qq.com", "QQ.com", "qq.com", "163.com", "163.com", "example.cn")
    with house.database.writing() as session:
        contacts = session.scalars(
            select(Person).where(col(Person.role) == "contact").order_by(col(Person.id))
        )
        for person, provider in zip(contacts, providers, strict=True):
            person.email = f"lianxi{person.id}@{provider}"
    return house
