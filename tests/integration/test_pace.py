"""The pace: in no minute more letters than allowed, whoever sends them, and no slower."""

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from casework.pace import seconds_until_turn
from casework.services import Services
from models.enterprise import Person
from models.letter import Letter
from tests.plugins.house import HouseMaker

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
def test_eight_senders_at_once_hand_over_no_more_than_allowed(house: Services) -> None:
    slow = replace(house, per_minute=5)
    with _nobody_left(house) as person, ThreadPoolExecutor(8) as crowd:
        waits = list(crowd.map(lambda number: _hands_over(slow, person, number), range(24)))

    assert sum(wait == 0 for wait in waits) == 5
    assert {wait for wait in waits if wait} == {60}


def test_without_a_pace_nobody_waits_and_a_clock_that_was_put_back_stops_nobody(
    house: Services,
) -> None:
    with _nobody_left(house) as person:
        assert _hands_over(house, person, 1) == _hands_over(house, person, 2) == 0
        back = replace(house, per_minute=1, now=lambda: house.now() - dt.timedelta(hours=1))
        assert _hands_over(back, person, 3) == 0
