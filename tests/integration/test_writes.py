"""Rows are written in sets, the same on both engines, and the unique key is the promise."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from casework.services import Services
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.ledger import CalendarOverride
from models.writes import insert_all, insert_new, upsert


def enterprises(start: int, stop: int) -> list[dict[str, Any]]:
    return [
        {
            "uscc": f"{number:018d}",
            "name": f"示例{number}",
            "division_code": "431281",
            "registered_on": None,
            "industry": "",
            "address": "",
            "change_note": "",
            "added_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        }
        for number in range(start, stop)
    ]


def a_day(*, working: bool) -> dict[str, Any]:
    at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    return {"day": at.date(), "working": working, "reason": "", "by": "", "at": at}


def how_many(house: Services) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count(col(Enterprise.id)))) or 0


def test_only_new_rows_are_inserted_and_returned(house: Services) -> None:
    with house.database.writing() as session:
        first = insert_new(session, Enterprise, enterprises(0, 3), returning=("uscc",))
        again = insert_new(session, Enterprise, enterprises(2, 2_500), returning=("uscc",))

    assert len(first) == 3
    assert sorted(again) == [(row["uscc"],) for row in enterprises(3, 2_500)]
    assert how_many(house) == 2_500


@pytest.mark.parametrize("size", [1, 2, 2_500])
def test_all_rows_or_a_reason_to_gather_again(house: Services, size: int) -> None:
    with house.database.writing() as session:
        insert_all(session, Enterprise, enterprises(0, size))

    with pytest.raises(StaleWorkError), house.database.writing() as session:
        insert_all(session, Enterprise, enterprises(size - 1, 2 * size))

    assert how_many(house) == size


def test_an_upsert_replaces_what_the_primary_key_names(house: Services) -> None:
    for working in (True, False):
        with house.database.writing() as session:
            upsert(session, CalendarOverride, [a_day(working=working)])

    with house.database.reading() as session:
        assert session.scalars(select(col(CalendarOverride.working))).all() == [False]


def test_no_rows_are_no_statement(house: Services) -> None:
    with house.database.writing() as session:
        assert insert_new(session, Enterprise, [], returning=("id",)) == []
        insert_all(session, Enterprise, [])
        upsert(session, Enterprise, [])

    assert how_many(house) == 0
