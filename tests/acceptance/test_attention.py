"""Rungs in working days, deputies, a weekly cap that loses nothing, and the leaders' month."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.calendar_days import declare_day
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Actor, Services
from models.letter import LetterItem
from policy.obligation import Ladder, Rung, To, Tone
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import LADDER, add_firm, add_staff, sprout_catalogue

BY = Actor(name="示例经办")
MARCH = dt.date(2026, 3, 2)
DUE = dt.date(2026, 4, 30)  # the filing, a Thursday


def on(services: Services, day: dt.date, hour: int = 9) -> Services:
    """Return the services on a day."""
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def rows(services: Services, model: type[SQLModel] = LetterItem) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def workday_rungs(*numbers: int) -> Ladder:
    return replace(
        LADDER,
        rungs=tuple(
            Rung(key=f"w{n}", workdays=n, to=(To.CONTACT,), tone=Tone.REMINDER) for n in numbers
        ),
    )


@pytest.fixture
def workdays(a_house: HouseMaker, engine: str) -> Services:
    """An enterprise that is reminded 5, 3 and 2 working days before its filing."""
    catalogue = replace(sprout_catalogue(), ladders={LADDER.key: workday_rungs(-5, -3, -2)})
    services = a_house(engine, catalogue=catalogue)
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)
    return services


def test_a_rung_in_working_days_speaks_on_that_working_day(workdays: Services) -> None:
    for day in (20, 21, 22, 23, 24, 27, 28, 29, 30):
        sweep(on(workdays, dt.date(2026, 4, day)))

    assert [(row.rung, row.speaks_on.day, row.state) for row in rows(workdays)] == [
        ("w-5", 23, "claimed"),
        ("w-3", 27, "claimed"),
        ("w-2", 28, "claimed"),
    ]


def test_days_declared_off_after_they_were_swept_for_lose_no_rung_in_working_days(
    workdays: Services,
) -> None:
    """Three days off move the third working day before the date onto one already swept."""
    for day in (20, 21, 22):
        sweep(on(workdays, dt.date(2026, 4, day)))
    assert rows(workdays) == []
    evening = on(workdays, dt.date(2026, 4, 22), hour=20)
    for day in (23, 24, 27):
        declare_day(evening, dt.date(2026, 4, day), working=False, reason="示例：防汛", by=BY)

    sweep(on(workdays, dt.date(2026, 4, 28)))

    # 5, 3 and 2 working days before the 30th are now 20, 22 and 28 April.
    assert [(row.rung, row.speaks_on.day, row.state) for row in rows(workdays)] == [
        ("w-5", 20, "superseded"),
        ("w-3", 22, "superseded"),
        ("w-2", 28, "claimed"),
    ]
    sweep(on(workdays, dt.date(2026, 4, 29)))
    assert len(rows(workdays)) == 3
