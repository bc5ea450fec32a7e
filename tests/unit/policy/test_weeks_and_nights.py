"""The week is summed up on Monday, nights are tidied; what was missed is done once, if at all."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from policy.timetable import Done, RunKind, due_runs, next_at, night_due, week_of
from policy.workdays import Calendar
from tests.unit.policy import samples

ZONE = ZoneInfo("Asia/Shanghai")
TABLE = replace(samples.TABLE, backup_at=dt.time(23))
# 4 and 5 May 2026 are off (Monday, Tuesday); so is the whole week from 5 October, whose Saturday
# is worked, and the week from 15 February 2027 altogether. 1 January 2027 is a Friday.
OFF = [
    *(dt.date(2026, 5, day) for day in (1, 4, 5)),
    *(dt.date(2026, 10, day) for day in range(5, 10)),
    *(dt.date(2027, 2, day) for day in range(15, 20)),
    dt.date(2027, 1, 1),
]
CALENDAR = Calendar(
    off=frozenset(OFF),
    work=frozenset({dt.date(2026, 10, 10)}),
    gazetted=frozenset({2026, 2027}),
)
DIGEST, BACKUP, TIDY = RunKind.DIGEST, RunKind.BACKUP, RunKind.HOUSEKEEPING


def at(day: str, time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZONE)


def summed(week: str | None) -> Done:
    return Done(digested=week)


@pytest.mark.parametrize(
    ("day", "time", "last", "due"),
    [
        pytest.param("2026-05-11", "08:44", "2026-W19", [], id="Monday, too early"),
        pytest.param("2026-05-11", "08:45", "2026-W19", [DIGEST], id="Monday morning"),
        pytest.param("2026-05-11", "08:45", None, [DIGEST], id="the first one ever"),
        pytest.param("2026-05-11", "17:00", "2026-W20", [], id="done this week"),
        pytest.param(
            "2026-05-13", "08:00", "2026-W19", [DIGEST], id="missed on Monday, made up for"
        ),
        pytest.param("2026-05-16", "12:00", "2026-W19", [], id="a Saturday waits"),
        pytest.param(
            "2026-05-18", "09:00", "2026-W18", [DIGEST], id="two weeks missed are one digest"
        ),
        pytest.param("2026-05-04", "12:00", "2026-W18", [], id="Monday is off"),
        pytest.param("2026-05-06", "08:45", "2026-W18", [DIGEST], id="then Wednesday speaks"),
        pytest.param("2026-10-10", "08:45", "2026-W40", [DIGEST], id="a worked Saturday saves it"),
        pytest.param("2026-10-11", "12:00", "2026-W40", [], id="but not Sunday"),
        pytest.param("2027-02-19", "12:00", "2027-W06", [], id="a week of holidays has none"),
        pytest.param("2026-12-31", "09:00", "2026-W52", [DIGEST], id="the last week of the year"),
        pytest.param(
            "2027-01-03", "09:00", "2026-W52", [], id="its Sunday is in the next year, and off"
        ),
        pytest.param("2027-01-04", "08:45", "2026-W53", [DIGEST], id="over New Year"),
        pytest.param("2026-05-11", "09:00", "2026-W30", [], id="a clock that went back"),
    ],
)
@pytest.mark.fault("R18")
def test_a_week_is_summed_up_on_its_first_workday_from_monday(
    day: str, time: str, last: str | None, due: list[RunKind]
) -> None:
    every = due_runs(TABLE, CALENDAR, at(day, time), summed(last))

    assert [kind for kind in every if kind is DIGEST] == due


@pytest.mark.parametrize(
    ("day", "time", "last", "then"),
    [
        pytest.param("2026-05-10", "12:00", "2026-W19", ("2026-05-11", "08:45"), id="tomorrow"),
        pytest.param("2026-05-11", "08:00", "2026-W19", ("2026-05-11", "08:45"), id="today"),
        pytest.param("2026-05-13", "12:00", "2026-W20", ("2026-05-18", "08:45"), id="next week"),
        pytest.param("2026-04-29", "12:00", "2026-W18", ("2026-05-06", "08:45"), id="a holiday"),
        pytest.param("2026-10-02", "12:00", "2026-W40", ("2026-10-10", "08:45"), id="Saturday"),
        pytest.param("2027-02-12", "12:00", "2027-W06", ("2027-02-22", "08:45"), id="a week off"),
        pytest.param("2026-05-16", "12:00", "2026-W19", ("2026-05-18", "08:45"), id="missed it"),
        pytest.param("2026-12-29", "12:00", "2026-W53", ("2027-01-04", "08:45"), id="New Year"),
        pytest.param("2026-05-11", "09:00", "2026-W19", ("2026-05-11", "09:00"), id="now"),
    ],
)
def test_when_the_next_week_is_summed_up(
    day: str, time: str, last: str, then: tuple[str, str]
) -> None:
    assert next_at(DIGEST, TABLE, CALENDAR, at(day, time), summed(last)) == at(*then)


def test_a_week_missed_on_its_own_day_is_due_from_the_start_of_the_next_workday() -> None:
    friday = replace(TABLE, digest_on=4)  # Friday the 9th is off, Saturday the 10th is worked
    done = summed("2026-W40")

    assert next_at(DIGEST, friday, CALENDAR, at("2026-10-09", "12:00"), done) == at(
        "2026-10-10", "08:45"
    )
    tuesday = at("2026-05-12", "07:00")
    assert DIGEST in due_runs(TABLE, CALENDAR, tuesday, summed("2026-W19"))


@pytest.mark.parametrize("weekday", range(5))
def test_another_weekday_can_be_chosen(weekday: int) -> None:
    table = replace(TABLE, digest_on=weekday)
    monday = dt.date(2026, 5, 11)
    first = next(
        day
        for day in (monday + dt.timedelta(days=n) for n in range(7))
        if DIGEST in due_runs(table, CALENDAR, at(day.isoformat(), "09:00"), summed("2026-W19"))
    )

    assert first == monday + dt.timedelta(days=weekday)


@pytest.mark.parametrize(
    ("day", "time", "last", "night"),
    [
        pytest.param("2026-05-02", "02:29", "2026-05-01", None, id="too early"),
        pytest.param("2026-05-02", "02:30", "2026-05-01", "2026-05-02", id="a day off, too"),
        pytest.param("2026-05-02", "09:00", "2026-05-02", None, id="done"),
        pytest.param("2026-05-12", "08:00", "2026-05-02", "2026-05-12", id="ten nights, once"),
        pytest.param("2026-05-12", "01:00", "2026-05-02", "2026-05-11", id="the newest of them"),
        pytest.param("2026-05-12", "01:00", None, "2026-05-11", id="the first one ever"),
        pytest.param("2026-05-12", "03:00", "2026-06-01", None, id="a clock that went back"),
        pytest.param("2027-01-01", "02:30", "2026-12-31", "2027-01-01", id="New Year"),
    ],
)
def test_a_night_is_done_once_and_of_many_that_were_missed_only_the_newest(
    day: str, time: str, last: str | None, night: str | None
) -> None:
    now = at(day, time)
    done = dt.date.fromisoformat(last) if last else None
    due = night_due(TABLE.housekeeping_at, now, done)

    assert due == (dt.date.fromisoformat(night) if night else None)
    assert (TIDY in due_runs(TABLE, CALENDAR, now, Done(tidied_on=done))) is (due is not None)


def test_a_late_hour_is_made_up_for_the_next_morning_on_a_pc_that_sleeps_at_night() -> None:
    done = Done(backed_up_on=dt.date(2026, 5, 10))

    assert BACKUP not in due_runs(TABLE, CALENDAR, at("2026-05-11", "18:00"), done)
    assert BACKUP in due_runs(TABLE, CALENDAR, at("2026-05-12", "08:00"), done)
    assert next_at(BACKUP, TABLE, CALENDAR, at("2026-05-11", "18:00"), done) == at(
        "2026-05-11", "23:00"
    )


def test_what_is_not_in_the_timetable_is_never_due() -> None:
    table = replace(TABLE, backup_at=None)
    now = at("2026-05-12", "08:00")

    assert BACKUP not in due_runs(table, CALENDAR, now, Done())
    assert next_at(BACKUP, table, CALENDAR, now, Done()) is None


def test_the_digest_comes_before_the_letters_and_the_backup_before_anything_is_cleared() -> None:
    everything = due_runs(TABLE, CALENDAR, at("2026-05-12", "09:00"), Done(letters_wait=True))

    assert everything == list(RunKind)


def test_a_week_is_named_as_the_calendar_on_the_wall_names_it() -> None:
    assert week_of(dt.date(2026, 3, 2)) == "2026-W10"
    assert week_of(dt.date(2027, 1, 3)) == "2026-W53"
    assert week_of(dt.date(2024, 12, 30)) == "2025-W01"
