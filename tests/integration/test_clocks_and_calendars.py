"""Clocks that jump, other time zones, ends of months and years: the same day everywhere, once."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.certificates import Certified, Granted, register_certificate
from casework.deliver import deliver
from casework.doctor import Level, examine
from casework.import_roster import ImportReport, apply
from casework.pipeline import run_month
from casework.records import Happened, Recorded, record_event
from casework.remind import sweep
from casework.services import Actor, Services
from casework.watch import watch
from exchange.roster import read_roster
from models.deadline import Deadline
from models.enterprise import Enterprise
from models.letter import ItemState, Letter, LetterItem
from notifications.memory import MemoryCarrier
from policy.silence import Silence
from policy.timetable import week_of
from policy.workdays import ONE_DAY
from tests.plugins import rosters
from tests.plugins.dump import dump
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.looked_after import AROUND, TABLE
from tests.plugins.outbox import D30
from tests.plugins.sprout import LADDER, WINDOW, add_firm, add_staff, sprout_catalogue

BY = Actor(name="示例经办")
MARCH = dt.date(2026, 3, 2)
ZONES = ["UTC", "Asia/Shanghai", "America/New_York"]
MOMENTS = {
    "2026-03-01T15:59:59+00:00": "2026-03-01",
    "2026-03-01T16:00:00+00:00": "2026-03-02",
    "1988-07-15T14:59:59+00:00": "1988-07-15",  # nine hours ahead in those summers
    "1988-07-15T15:00:00+00:00": "1988-07-16",
    "1991-12-31T16:00:00+00:00": "1992-01-01",
}


# The four rungs of the filing speak on 31 March, 23 and 29 April, and 6 May.
WORKED = [
    *(dt.date(2026, 3, 31) + number * ONE_DAY for number in range(4)),
    *(dt.date(2026, 4, day) for day in (10, 13, 23, 29)),
    *(dt.date(2026, 5, day) for day in (6, 7)),
]


def at(services: Services, moment: dt.datetime) -> Services:
    return replace(services, now=lambda: moment)


def nine(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=ZONE)


@pytest.fixture
def post() -> MemoryCarrier:
    return MemoryCarrier(remembers=False)


@pytest.fixture
def county(a_house: HouseMaker, engine: str, post: MemoryCarrier) -> Services:
    """Two enterprises whose filing is due on 30 April, and a clerk; it is 31 March."""
    services = a_house(engine, today=D30, catalogue=sprout_catalogue(), founding=_found)
    return replace(services, open_carrier=lambda: post)


def _found(services: Services) -> None:
    add_staff(services)
    for number in (1, 2):
        add_firm(services, number, sales=None)
    run_month(services, "2026-03", on=MARCH)


def work(services: Services) -> None:
    sweep(services)
    deliver(services)


def said(services: Services) -> list[LetterItem]:
    with services.database.reading() as session:
        items = session.scalars(select(LetterItem).where(col(LetterItem.kind) == "rung")).all()
    return list(items)


def clock(services: Services) -> Level:
    return {each.name: each.level for each in examine(services, AROUND)}["时钟"]


@pytest.mark.fault("R15")
@pytest.mark.parametrize(
    ("engine", "jump"),
    [
        pytest.param("sqlite", dt.timedelta(days=10), id="ten days ahead"),
        pytest.param("sqlite", dt.timedelta(hours=-1), id="an hour back"),
        pytest.param(
            "postgresql", dt.timedelta(days=-1), id="a day back", marks=pytest.mark.postgres
        ),
    ],
)
def test_a_clock_that_jumps_and_is_put_right_says_nothing_twice_and_leaves_nothing_out(
    county: Services, post: MemoryCarrier, jump: dt.timedelta
) -> None:
    for day in WORKED:
        work(at(county, nine(day)))
        if day == WORKED[1]:
            wrong, right = at(county, nine(day) + jump), at(county, nine(day))
            work(wrong)
            # What lies ahead of the clock is seen: the records are of a later time than now.
            assert clock(wrong) is (Level.OK if jump > dt.timedelta() else Level.BAD)
            assert clock(right) is (Level.BAD if jump > dt.timedelta() else Level.OK)

    copies = Counter(message.message_id for message in post.messages)
    assert max(copies.values()) == 1
    spoken = Counter((item.deadline_id, item.rung, item.person_id) for item in said(county))
    assert max(spoken.values()) == 1
    rungs = {(item.deadline_id, item.rung) for item in said(county)}
    with county.database.reading() as session:
        due = session.scalars(select(col(Deadline.id))).all()
        letters = session.scalars(select(col(Letter.state))).all()
    assert rungs >= {(deadline, rung.key) for deadline in due for rung in LADDER.rungs}
    assert set(letters) == {"sent"}


@pytest.mark.fault("R15")
def test_a_clock_behind_the_last_act_is_told_and_forgotten_with_the_next_act(
    county: Services,
) -> None:
    noon = nine(D30) + dt.timedelta(hours=3)

    def act(moment: dt.datetime) -> None:
        filed = Happened(target="1", kind="trained", on=MARCH, evidence=f"{moment}")
        assert isinstance(record_event(at(county, moment), filed, by=BY), Recorded)

    def told(moment: dt.datetime) -> list[str]:
        seen = watch(at(county, moment), TABLE)
        assert seen.grave or not seen.troubles
        return [each.sentence for each in seen.troubles if each.kind is Silence.CLOCK]

    act(noon)
    assert told(noon + dt.timedelta(minutes=1)) == []
    for back in (dt.timedelta(hours=1), ONE_DAY, 6_000 * ONE_DAY):
        assert told(noon - back) == [
            f"电脑时间是 {noon - back:%Y-%m-%d %H:%M}，却有人在 2026-03-31 12:00 办过事"
        ]
    act(noon - dt.timedelta(hours=1))  # the clock is right by now: it had run ahead
    assert told(noon - dt.timedelta(hours=1)) == []


@contextmanager
def machine_in(zone: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this machine believe that it is in a time zone."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.fault("R16")
@pytest.mark.parametrize("zone", ZONES)
def test_it_is_the_same_day_whatever_the_machine_believes(
    a_house: HouseMaker, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    house = a_house()
    with machine_in(zone, monkeypatch):
        for moment, day in MOMENTS.items():
            instant = dt.datetime.fromisoformat(moment)
            assert at(house, instant).today == dt.date.fromisoformat(day)
            assert at(house, instant.astimezone()).today == dt.date.fromisoformat(day)


# Between 1986 and 1991 the clocks of China were put forward in summer, also at these midnights.
FOUNDED = [
    dt.date(1986, 5, 4),
    dt.date(1986, 9, 14),
    dt.date(1987, 4, 12),
    dt.date(1988, 7, 15),
    dt.date(1991, 4, 14),
    dt.date(1991, 9, 15),
]


@pytest.mark.fault("R16")
@pytest.mark.parametrize("zone", ZONES)
def test_a_founding_day_of_a_summer_with_other_clocks_is_kept_as_it_was_written(
    a_house: HouseMaker, zone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = (*rosters.HEADER, "成立日期")
    rows = [(*rosters.firm(number), day) for number, day in enumerate(FOUNDED)]
    with machine_in(zone, monkeypatch):
        file = rosters.xlsx(tmp_path / "名册.xlsx", {"企业名册": [header, *rows]})
        house = a_house("postgresql" if zone == "America/New_York" else "sqlite")
        assert isinstance(apply(house, read_roster(file), by=BY), ImportReport)
        with house.database.reading() as session:
            kept = session.scalars(
                select(col(Enterprise.registered_on)).order_by(col(Enterprise.id))
            ).all()

    assert kept == FOUNDED


THREE_MONTHS = {
    dt.date(2025, 11, 28): dt.date(2026, 2, 28),
    dt.date(2025, 11, 29): dt.date(2026, 2, 28),
    dt.date(2025, 11, 30): dt.date(2026, 2, 28),
    dt.date(2025, 12, 31): dt.date(2026, 3, 31),
    dt.date(2026, 1, 31): dt.date(2026, 4, 30),
    dt.date(2026, 2, 28): dt.date(2026, 5, 28),
}


@pytest.mark.long_on("postgresql")
@pytest.mark.fault("R17")
def test_three_months_end_on_the_day_or_on_the_last_of_the_month_on_both_engines(
    a_house: HouseMaker, engine: str
) -> None:
    house = a_house(engine, catalogue=sprout_catalogue())
    for number in range(1, len(THREE_MONTHS) + 1):
        add_firm(house, number, sales=None)
    run_month(house, "2026-03", on=MARCH)
    for number, day in enumerate(THREE_MONTHS, 1):
        renamed = {"kind": "renamed", "on": day, "evidence": "变更通知书", "programme": "sprout"}
        target = f"91431281MAXX{number:05d}X"
        done = record_event(house, Happened(target=target, **renamed), by=BY)  # type: ignore[arg-type]
        assert isinstance(done, Recorded)

    with house.database.reading() as session:
        found = session.scalars(
            select(col(Deadline.due_on))
            .where(col(Deadline.obligation) == "rename")
            .order_by(col(Deadline.enterprise_id))
        ).all()
    assert found == list(THREE_MONTHS.values())


@pytest.mark.fault("R17")
def test_a_certificate_of_the_leap_day_ends_on_the_same_day_on_both_engines(
    a_house: HouseMaker, engine: str
) -> None:
    house = a_house(engine, catalogue=sprout_catalogue())
    add_firm(house, sales=None)
    granted = Granted(target="91431281MAXX00001X", number="GR202443000001", on=dt.date(2024, 2, 29))

    done = register_certificate(house, granted, by=BY)

    assert isinstance(done, Certified)
    # SQLite alone would count to 1 March 2027, PostgreSQL to 28 February.
    assert (done.valid_from, done.valid_to) == (dt.date(2024, 2, 29), dt.date(2027, 2, 27))


LAST_SECOND = dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=ZONE)


@pytest.mark.fault("R18")
def test_a_second_before_and_after_new_year_each_rung_speaks_in_its_own_year(
    a_house: HouseMaker, engine: str, post: MemoryCarrier
) -> None:
    window = replace(WINDOW, opens=dt.date(2026, 12, 1), closes=dt.date(2027, 1, 7))
    catalogue = replace(sprout_catalogue(), windows={"sprout": (window,)})
    house = a_house(
        engine, today=dt.date(2026, 12, 1), catalogue=catalogue, open_carrier=lambda: post
    )
    add_firm(house, sales=None)
    run_month(house, "2026-12", on=dt.date(2026, 12, 1))
    sweep(at(house, nine(dt.date(2026, 12, 30))))

    before, after = at(house, LAST_SECOND), at(house, LAST_SECOND + dt.timedelta(seconds=1))
    assert (before.today, after.today) == (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    assert (week_of(before.today), week_of(after.today)) == ("2026-W53", "2026-W53")
    sweep(before)
    once = dump(house.database)["letter_item"]
    for each in (after, before, after):
        sweep(each)
    assert dump(house.database)["letter_item"] == once
    work(at(house, nine(dt.date(2027, 1, 4))))
    work(at(house, nine(dt.date(2027, 1, 6))))

    rungs = {
        item.rung: item.speaks_on
        for item in said(house)
        if item.state == ItemState.CLAIMED and item.key.endswith("/contact")
    }
    assert rungs["d-7"] == dt.date(2026, 12, 31)
    assert rungs["d-1"] == dt.date(2027, 1, 6)
    assert len(post.messages) == 2
    assert all("1月7日" in message.text for message in post.messages)


@pytest.mark.fault("R18")
def test_what_rests_on_a_year_without_a_list_says_so_and_is_asked_for(
    a_house: HouseMaker,
) -> None:
    house = a_house(today=dt.date(2026, 12, 31))

    def asked(day: dt.date) -> dict[str, Level]:
        return {each.name: each.level for each in examine(at(house, nine(day)), AROUND)}

    assert asked(dt.date(2026, 12, 31))["明年放假安排"] is Level.WARN
    assert asked(dt.date(2027, 1, 4))["放假安排"] is Level.BAD
    assert house.calendar().nth_workday(dt.date(2026, 12, 31), 5).provisional
