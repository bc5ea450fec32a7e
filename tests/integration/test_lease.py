"""A lease: one holder at a time on both engines, also when several ask at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from casework.lease import Busy, Held, acquire, release, renew
from casework.services import Services
from tests.plugins.house import HouseMaker

LENGTH = dt.timedelta(seconds=90)
NAME = "timetable"


def _at(house: Services, seconds: float) -> Services:
    moment = house.now() + dt.timedelta(seconds=seconds)
    return replace(house, now=lambda: moment)


def _acquire(services: Services, holder: str = "甲机") -> Held | Busy:
    return acquire(services, NAME, holder=holder, length=LENGTH)


def _held(got: Held | Busy) -> Held:
    assert isinstance(got, Held)
    return got


def test_a_second_holder_learns_who_has_it_since_when_and_until_when(house: Services) -> None:
    _held(_acquire(house))

    busy = _acquire(_at(house, 60), "乙机")

    assert busy == Busy(holder="甲机", since=house.now(), until=house.now() + LENGTH)


def test_it_ends_by_itself_unless_it_is_renewed(house: Services) -> None:
    mine = _held(_acquire(house))
    assert renew(_at(house, 60), mine, length=LENGTH)

    assert isinstance(_acquire(_at(house, 149), "乙机"), Busy)
    assert isinstance(_acquire(_at(house, 150), "乙机"), Held)


@pytest.mark.fault("R10")
def test_an_overtaken_holder_can_neither_renew_nor_release_it(house: Services) -> None:
    mine = _held(_acquire(house))
    theirs = _held(_acquire(_at(house, 90), "乙机"))

    assert theirs.term > mine.term
    assert not renew(_at(house, 91), mine, length=LENGTH)
    assert not release(_at(house, 91), mine)
    assert isinstance(_acquire(_at(house, 92), "丙机"), Busy)
    assert renew(_at(house, 92), theirs, length=LENGTH)


def test_a_late_renewal_by_its_last_holder_is_good_if_nobody_wanted_it(house: Services) -> None:
    mine = _held(_acquire(house))

    assert renew(_at(house, 3600), mine, length=LENGTH)


def test_a_released_one_is_free_at_once_and_stays_so(house: Services) -> None:
    mine = _held(_acquire(house))

    assert release(house, mine)
    assert not renew(house, mine, length=LENGTH)
    assert isinstance(_acquire(house, "乙机"), Held)


@pytest.mark.fault("R15")
def test_one_that_was_written_while_a_clock_was_a_year_ahead_keeps_nobody_out(
    house: Services,
) -> None:
    _held(_acquire(_at(house, 365 * 86400)))

    assert isinstance(_acquire(house, "乙机"), Held)


@pytest.mark.parametrize("used_before", [0, 1])
@pytest.mark.fault("R09")
def test_of_many_who_ask_at_once_one_gets_it(
    a_house: HouseMaker, engine: str, used_before: int
) -> None:
    house = a_house(engine)
    for _ in range(used_before):
        release(house, _held(_acquire(house)))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda number: _acquire(house, str(number)), range(8)))

    assert sum(isinstance(each, Held) for each in got) == 1
