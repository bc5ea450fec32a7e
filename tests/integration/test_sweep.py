"""The daily sweep: every rung once, the most urgent after a silence, nobody forgotten."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from casework.calendar_days import declare_day, forget_day
from casework.pipeline import run_month
from casework.records import Happened, record_event
from casework.remind import sweep
from casework.services import Actor, Services
from models.deadline import Deadline
from models.enterprise import Person
from models.letter import Letter, LetterItem
from tests.plugins.dump import differences, dump
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import LADDER, add_firm, add_staff, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
D30 = dt.date(2026, 3, 31)  # 30 days before 2026-04-30, a Tuesday
D7 = dt.date(2026, 4, 23)
AFTER = dt.date(2026, 5, 6)  # 05-01 and the holiday after it are off


def _found(services: Services) -> None:
    add_staff(services)
    for number, contact in ((1, True), (2, True), (3, False)):
        add_firm(services, number, sales=None, contact=contact)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three enterprises whose filing is due on 2026-04-30; the third has no contact."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _rows(services: Services, model: type[SQLModel]) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def _said(services: Services) -> list[tuple[str, str, str]]:
    rows = _rows(services, LetterItem)
    return sorted((row.key.split("/")[1], row.rung, row.state) for row in rows)


def test_a_day_on_which_no_rung_speaks_says_nothing(county: Services) -> None:
    report = sweep(county, today=MARCH)

    assert (report.days, report.rungs) == (1, 0)
    assert _rows(county, Letter) == []


@pytest.mark.fault("M19")
def test_a_rung_speaks_on_its_day_and_nobody_to_tell_is_recorded(county: Services) -> None:
    sweep(county, today=dt.date(2026, 3, 30))
    report = sweep(county, today=D30)

    assert (report.rungs, report.spoken, report.suppressed) == (3, 2, 1)
    assert _said(county) == [
        ("91431281MAXX00001X", "d-30", "claimed"),
        ("91431281MAXX00002X", "d-30", "claimed"),
        ("91431281MAXX00003X", "d-30", "suppressed"),
    ]
    assert {row.reason for row in _rows(county, LetterItem)} == {"", "企业没有登记联系人"}


def test_a_second_sweep_of_the_day_changes_no_row(county: Services) -> None:
    sweep(county, today=dt.date(2026, 3, 30))
    sweep(county, today=D30)
    before = dump(county.database)
    sweep(county, today=D30)

    assert differences(before, dump(county.database)) == []


@pytest.mark.fault("R09")
def test_sweeps_at_once_claim_each_rung_once(county: Services) -> None:
    sweep(county, today=dt.date(2026, 4, 22))
    with ThreadPoolExecutor(4) as sweeps:
        done = [sweeps.submit(sweep, county, today=D7) for _ in range(8)]

    assert [each.exception() for each in done] == [None] * 8
    keys = Counter(row.key for row in _rows(county, LetterItem))
    assert set(keys.values()) == {1}
    assert len(_rows(county, Letter)) == 3  # two contacts and the clerk


def test_a_person_gets_one_letter_whatever_it_speaks_of(county: Services) -> None:
    sweep(county, today=dt.date(2026, 4, 22))
    sweep(county, today=D7)

    letters = _rows(county, Letter)
    items = Counter(row.letter_id for row in _rows(county, LetterItem))
    assert Counter((row.person_id, row.send_on) for row in letters).most_common(1)[0][1] == 1
    clerk = next(row for row in letters if row.letter == "staff_daily")
    assert items[clerk.id] == 3


@pytest.mark.fault("R19")
def test_after_a_silence_the_most_urgent_rung_speaks_for_the_others(county: Services) -> None:
    sweep(county, today=dt.date(2026, 3, 30))

    sweep(county, today=dt.date(2026, 4, 29))  # 30 days asleep

    mine = [said for said in _said(county) if said[0] == "91431281MAXX00001X"]
    assert mine == [
        ("91431281MAXX00001X", "d-1", "claimed"),
        ("91431281MAXX00001X", "d-1", "claimed"),
        ("91431281MAXX00001X", "d-30", "superseded"),
        ("91431281MAXX00001X", "d-7", "superseded"),
        ("91431281MAXX00001X", "d-7", "superseded"),
    ]
    assert Counter(row.person_id for row in _rows(county, Letter)).most_common(1)[0][1] == 1


@pytest.mark.fault("R19")
def test_a_date_that_passed_in_the_silence_goes_to_staff_as_overdue(county: Services) -> None:
    sweep(county, today=dt.date(2026, 3, 30))
    sweep(county, today=AFTER)

    items = [row for row in _rows(county, LetterItem) if row.state == "claimed"]
    assert {(row.rung, row.tone) for row in items} == {("d+1", "overdue")}
    silent = [row for row in _rows(county, LetterItem) if row.state == "superseded"]
    assert {row.reason for row in silent} == {"截止日已过，转由经办跟进", "由“d+1”代为提醒"}
    with county.database.reading() as session:
        people = session.scalars(
            select(col(Person.key)).where(col(Person.id).in_({row.person_id for row in items}))
        ).all()
    assert sorted(people) == ["staff/clerk", "staff/head"]


def test_a_date_that_passed_without_a_rung_after_it_still_reaches_the_clerk(
    a_house: HouseMaker, engine: str
) -> None:
    early = replace(LADDER, rungs=LADDER.rungs[:1])
    catalogue = replace(sprout_catalogue(), ladders={LADDER.key: early})
    services = a_house(engine, catalogue=catalogue)
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    sweep(services, today=dt.date(2026, 3, 30))
    sweep(services, today=AFTER)

    told = sorted((row.key.split("/d-30/")[1], row.state) for row in _rows(services, LetterItem))
    assert told == [("contact", "superseded"), ("staff/clerk", "claimed")]


def test_a_letter_that_did_not_leave_yet_takes_up_what_is_new(county: Services) -> None:
    sweep(county, today=dt.date(2026, 3, 30))
    sweep(county, today=D30)
    sweep(county, today=D7)

    letters = [row for row in _rows(county, Letter) if row.letter == "enterprise_daily"]
    assert [row.send_on for row in letters] == [D30, D30]


def test_a_matter_that_was_done_is_not_reminded_of(county: Services) -> None:
    done = Happened(target="1", kind="submitted", on=MARCH, evidence="受理 1 号")
    record_event(county, done, by=Actor(name="示例经办"))
    sweep(county, today=dt.date(2026, 3, 30))
    sweep(county, today=D30)

    assert "91431281MAXX00001X" not in {uscc for uscc, _, _ in _said(county)}


def test_what_is_claimed_after_the_days_letter_left_goes_into_the_next_one(
    county: Services,
) -> None:
    sweep(county, today=dt.date(2026, 4, 22))
    sweep(county, today=D7)
    with county.database.writing() as session:
        session.execute(update(Letter).values(state="sent"))
    add_firm(county, 4, sales=None)
    run_month(county, "2026-04", on=D7)
    sweep(county, today=D7)

    late = {row.letter: row.send_on for row in _rows(county, Letter) if row.state == "queued"}
    assert late == {"enterprise_daily": D7, "staff_daily": dt.date(2026, 4, 24)}


def test_a_day_off_speaks_for_nothing(county: Services) -> None:
    sweep(county, today=dt.date(2026, 4, 3))
    report = sweep(county, today=dt.date(2026, 4, 5))

    assert report.days == 0


@pytest.mark.parametrize("taken_back", [False, True], ids=["declared off", "worked no more"])
def test_a_rung_that_moves_onto_a_day_that_was_swept_already_speaks_all_the_same(
    county: Services, *, taken_back: bool
) -> None:
    by = Actor(name="示例经办")
    before, after = D7 - dt.timedelta(days=1), D7 + dt.timedelta(days=1)
    with county.database.writing() as session:
        for deadline in session.scalars(select(Deadline)):
            deadline.due_on += dt.timedelta(days=2 * taken_back)  # its rung: Saturday 25 April
    saturday = D7 + dt.timedelta(days=2)
    if taken_back:
        declare_day(county, saturday, working=True, reason="示例", by=by)
        before, after = after, after + dt.timedelta(days=3)
    sweep(county, today=before)
    assert not [row for row in _rows(county, LetterItem) if row.rung == "d-7"]

    if taken_back:
        forget_day(county, saturday, reason="示例", by=by)
    else:
        declare_day(county, D7, working=False, reason="示例", by=by)
    sweep(county, today=after)

    said = [row for row in _rows(county, LetterItem) if row.rung == "d-7"]
    assert {row.state for row in said} >= {"claimed"}


@pytest.mark.long_on("postgresql")
def test_every_rung_of_the_ladder_speaks_once_in_a_year_of_daily_sweeps(county: Services) -> None:
    day = dt.date(2026, 3, 3)
    while day < dt.date(2026, 6, 1):
        sweep(county, today=day)
        day += dt.timedelta(days=1)

    mine = [said for said in _said(county) if said[0] == "91431281MAXX00001X"]
    spoken = Counter(rung for _, rung, state in mine if state == "claimed")
    assert spoken == {rung.key: len(rung.to) for rung in LADDER.rungs}
