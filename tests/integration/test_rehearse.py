"""A rehearsal tells what the same days bring, and leaves the data and everybody in peace."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.deliver import deliver
from casework.digest import digest
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.rehearse import Rehearsal, rehearse
from casework.rehearsed import difference, load_of
from casework.remind import sweep
from casework.services import Services
from config.timetable import read_timetable
from models.letter import ItemState, Letter, LetterItem
from notifications.memory import MemoryCarrier
from policy.timetable import Timetable
from policy.workdays import ONE_DAY
from runtime.rehearsal import copied
from tests.plugins.dump import dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, add_staff, sprout_catalogue

FIRST, LAST = dt.date(2026, 3, 3), dt.date(2026, 5, 29)


def table() -> Timetable:
    found, problems = read_timetable()
    assert found, problems
    return found


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, 1)
    add_firm(services, 2, certified_on=dt.date(2024, 5, 8))
    add_firm(services, 3, contact=False)
    run_month(services, "2026-03", on=dt.date(2026, 3, 2))
    digest(services)
    sweep(services)
    deliver(services)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three enterprises after the first run of March; one has no contact."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def play(services: Services, first: dt.date = FIRST, last: dt.date = LAST) -> Rehearsal:
    with copied(services) as copy:
        played = rehearse(copy, table(), first, last)
    assert isinstance(played, Rehearsal), played
    return played


def live_through(services: Services) -> list[tuple[dt.date, str]]:
    """Do what a bureau does on these days, by hand; return when which letter left."""
    calendar, zone = services.calendar(), services.zone
    day = FIRST
    while day <= LAST:
        morning = dt.datetime.combine(day, dt.time(9), tzinfo=zone)
        today = replace(services, now=lambda at=morning: at)
        if calendar.is_workday(day):
            if day == calendar.next_workday(day.replace(day=1)):
                run_month(today, f"{day:%Y-%m}", on=day)
            if day == calendar.next_workday(day - day.weekday() * ONE_DAY):
                digest(today)
            sweep(today)
            deliver(today)
        day += ONE_DAY
    with services.database.reading() as session:
        rows = session.scalars(select(Letter).where(col(Letter.sent_at).is_not(None)))
        left = [(row.sent_at.astimezone(zone).date(), row.subject) for row in rows if row.sent_at]
    return sorted(each for each in left if each[0] >= FIRST)


@pytest.mark.long_on("postgresql")  # the copy that is played on is SQLite's either way
def test_what_was_rehearsed_is_what_then_happens(county: Services) -> None:
    played = play(county)
    before = {key for key, _ in _said(county)}
    happened = live_through(county)

    assert sorted((letter.on, letter.subject) for letter in played.letters) == happened
    claimed = [key for key, state in _said(county) if state == ItemState.CLAIMED.value]
    assert sorted(played.claims) == sorted(set(claimed) - before)
    assert len(happened) >= 3
    assert any(subject.startswith("【一周摘要】") for _, subject in happened)
    calendar = county.calendar()
    days = [FIRST + number * ONE_DAY for number in range((LAST - FIRST).days + 1)]
    assert (played.months, played.sweeps) == (2, sum(map(calendar.is_workday, days)))


@pytest.mark.long_on("postgresql")  # the copy that is played on is SQLite's either way
def test_nothing_is_changed_and_nobody_is_written_to(county: Services) -> None:
    carrier = MemoryCarrier()
    watched = replace(county, open_carrier=lambda: carrier)
    before = dump(watched.database)
    play(watched)

    assert dump(watched.database) == before
    assert carrier.attempts == []


@pytest.mark.long_on("postgresql")  # the copy that is played on is SQLite's either way
def test_a_pace_of_letters_does_not_slow_a_rehearsal(
    county: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casework.deliver.UNREAD_AT_ONCE", 1)
    slow = replace(county, per_minute=1, per_minute_to={"example.cn": 1})

    assert play(slow) == play(county)


@pytest.mark.long_on("postgresql")
def test_what_nobody_could_be_told_is_counted_and_each_of_the_staff_has_a_load(
    county: Services,
) -> None:
    played = play(county)
    load = load_of(played)

    assert played.unsaid > 0
    assert (
        load.letters
        == len(played.letters)
        == sum(month.enterprise_letters + month.staff_letters for month in load.months)
    )
    assert {person.role_title for person in load.staff} <= {"经办", "股长"}
    assert all(person.most <= person.matters for person in load.staff)
    assert load.busiest[0].letters >= load.busiest[-1].letters


@pytest.mark.long_on("postgresql")  # the copy that is played on is SQLite's either way
def test_a_changed_file_says_what_it_adds_and_takes_away(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_firm(services)
    file, *others = SPROUT.obligations
    without = replace(services, catalogue=sprout_catalogue(obligations=tuple(others)))
    one, other = play(services), play(without)
    differs = difference(one, other)

    assert differs.added == ()
    assert differs.gone
    assert all(f"/{file.key}/" in name for name in differs.gone)
    assert differs.letters_after < differs.letters_before


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        pytest.param(FIRST, FIRST - ONE_DAY, "早于开始日期", id="backwards"),
        pytest.param(FIRST, FIRST + 800 * ONE_DAY, "最多预演两年", id="too long"),
        pytest.param(FIRST - ONE_DAY, LAST, "2026-03-02 的提醒已经做过", id="past"),
    ],
)
def test_days_that_can_not_be_rehearsed_are_refused(
    a_house: HouseMaker, first: dt.date, last: dt.date, words: str
) -> None:
    services = a_house("sqlite", catalogue=sprout_catalogue())
    sweep(services)
    refused = rehearse(services, table(), first, last)

    assert isinstance(refused, Refusal)
    assert words in refused.reason


def test_the_copy_is_gone_afterwards(county: Services) -> None:
    with copied(county) as copy:
        file = Path(copy.database.engine.url.database or "")
        assert file.exists()
    assert not file.parent.exists()


def _said(services: Services) -> list[tuple[str, str]]:
    with services.database.reading() as session:
        rows = session.execute(select(col(LetterItem.key), col(LetterItem.state)))
        return [(key, state) for key, state in rows]
