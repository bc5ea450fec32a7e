"""Many at once, and much at once: each reminder once, each person one letter, none forgotten."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.deliver import Ending, deliver
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from models.deadline import Deadline
from models.engine import Database, make_engine
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.memory import MemoryCarrier
from policy.workdays import ONE_DAY
from tests.plugins.crash_points import catalogue, runner
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff

MARCH = dt.date(2026, 3, 2)
D30 = dt.date(2026, 3, 31)  # thirty days before the filing of 30 April
AT_ONCE = 8
PER_MINUTE = 500

both_engines = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)


def _county(a_house: HouseMaker, engine: str, firms: int) -> Services:
    """Return a county in which every enterprise has a filing on 30 April, and nobody was told."""
    services = a_house(engine, today=D30, catalogue=catalogue("resend"))
    add_staff(services)
    for number in range(1, firms + 1):
        add_firm(services, number, sales=None)
    run_month(services, "2026-03", on=MARCH)
    return services


def _rows(url: str, model: type[SQLModel]) -> Sequence[Any]:
    database = Database(make_engine(url))
    with database.reading() as session:
        found = session.scalars(select(model)).all()
    database.close()
    return found


@both_engines
@pytest.mark.parametrize(
    ("rungs", "rounds"),
    [
        pytest.param(100, 2, id="some"),
        pytest.param(1_000, 20, id="many", marks=pytest.mark.long),
    ],
)
@pytest.mark.fault("R09")
@pytest.mark.long_on("some-sqlite")
def test_eight_processes_that_sweep_at_once_claim_each_rung_once(
    a_house: HouseMaker, a_copy: Callable[[str], str], engine: str, rungs: int, rounds: int
) -> None:
    services = _county(a_house, engine, rungs)
    services.database.close()
    county = services.database.engine.url.render_as_string(hide_password=False)
    with runner() as processes:
        for _ in range(rounds):
            url = a_copy(county)
            order = {"url": url, "what": "sweep", "day": D30.isoformat(), "port": 0}
            order |= {"lost": "resend", "at": 0, "hours": 0}
            steps = processes.run_at_once([order] * AT_ONCE)

            assert all(steps)
            said = [item for item in _rows(url, LetterItem) if item.kind == "rung"]
            assert Counter(item.key for item in said).most_common(1)[0][1] == 1
            assert len(said) == rungs
            letters = [item.letter_id for item in said]
            assert Counter(letters).most_common(1)[0][1] == 1
            assert set(letters) <= {letter.id for letter in _rows(url, Letter)}


@both_engines
@pytest.mark.parametrize(
    "firms", [pytest.param(60, id="some"), pytest.param(3_334, id="many", marks=pytest.mark.long)]
)
@pytest.mark.fault("R19", "M18")
def test_after_a_long_sleep_each_person_gets_one_letter_and_every_rung_is_accounted_for(
    a_house: HouseMaker, engine: str, firms: int
) -> None:
    services = _county(a_house, engine, firms)
    sweep(replace(services, now=lambda: _at(services, MARCH)))
    awake = D30 + 30 * ONE_DAY  # the day of the filing: three rungs of each have passed
    now = [_at(services, awake)]
    inner = MemoryCarrier()

    def sleep(seconds: float) -> None:
        now[0] += dt.timedelta(seconds=seconds)

    clock = now[0]
    woken = replace(services, now=lambda: now[0], open_carrier=lambda: inner, per_minute=PER_MINUTE)
    sweep(woken)
    deliver(woken, ending=Ending(pause=sleep))
    left = [message.to.email for message in inner.messages]

    with services.database.reading() as session:
        items = session.scalars(select(LetterItem).where(col(LetterItem.kind) == "rung")).all()
        due = session.scalars(select(Deadline).where(col(Deadline.obligation) == "file")).all()
        letters = session.scalars(select(Letter)).all()
    assert len(due) == firms
    by_deadline = Counter(item.deadline_id for item in items)
    assert by_deadline.keys() >= {each.id for each in due}
    told = Counter((item.deadline_id, item.person_id) for item in items if _is_said(item))
    assert max(told.values()) == 1, "one reminder to one person of one matter"
    assert max(Counter(left).values()) == 1, "one letter to one person"
    assert Counter(item.rung for item in items if item.key.endswith("/contact")) == {
        "d-30": firms,
        "d-7": firms,
        "d-1": firms,
    }
    assert {item.state for item in items} <= {each.value for each in ItemState}
    assert all(item.reason for item in items if not _is_said(item)), "and the rest say why not"
    assert {letter.state for letter in letters} == {LetterState.SENT.value}
    minutes = _seconds(clock, now[0]) / 60
    assert len(left) <= PER_MINUTE * (int(minutes) + 1), "the pace was kept"


def _seconds(since: dt.datetime, now: dt.datetime) -> float:
    return (now - since).total_seconds()


def _at(services: Services, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=services.zone)


def _is_said(item: LetterItem) -> bool:
    return item.state == ItemState.CLAIMED.value
