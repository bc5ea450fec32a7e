"""What is known already of the enterprises that a roster speaks of: a few queries per table."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, and_, case, select, true
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from casework.scope import seen_by
from casework.services import Services
from exchange.values import Roster
from models.enterprise import Alias, Enterprise, Person, Role
from models.figures import AnnualFigures, Qualification, Statement
from models.writes import table_of

Values = Mapping[str, Any]
Key = tuple[Any, ...]
# Model -> natural key -> the row as it stands. A key starts with the USCC, but for
# qualifications, which are (kind, number) whoever holds them; `of` is the holder's USCC.
Known = Mapping[type[SQLModel], Mapping[Key, Values]]

_CHUNK = 10_000


def read_known(session: Session, services: Services, roster: Roster, *, locking: bool) -> Known:
    """Return what the database says of the roster's enterprises today.

    ``locking`` keeps other imports away from these enterprises until the transaction ends.
    """
    codes = sorted({row.uscc for row in roster.enterprises} | {row.uscc for row in roster.figures})
    numbers = sorted({held.number for row in roster.enterprises for held in row.held})
    enterprises = enterprises_of(session, codes, locking=locking)
    codes_by_id = {row["id"]: code for (code,), row in enterprises.items()}
    return {
        Enterprise: enterprises,
        Person: _contacts(session, codes_by_id),
        AnnualFigures: {
            (codes_by_id[row["enterprise_id"]], row["year"]): row
            for row in _of_enterprises(session, AnnualFigures, codes_by_id)
        },
        Statement: _in_force(session, codes_by_id, services.today),
        Qualification: _held(session, services, numbers),
    }


def read_written(session: Session, codes: Sequence[str], *, locking: bool) -> Known:
    """Return every row that imports write about these enterprises.

    A statement goes by its day too, for each is a row of its own.
    """
    enterprises = enterprises_of(session, codes, locking=locking)
    by_id = {row["id"]: code for (code,), row in enterprises.items()}
    return {
        Enterprise: enterprises,
        Person: _contacts(session, by_id),
        Alias: {
            (by_id[row["enterprise_id"]], row["name"]): row
            for row in _of_enterprises(session, Alias, by_id)
        },
        AnnualFigures: {
            (by_id[row["enterprise_id"]], row["year"]): row
            for row in _of_enterprises(session, AnnualFigures, by_id)
        },
        Statement: {
            (by_id[row["enterprise_id"]], row["fact"], row["as_of"].isoformat()): row
            for row in _of_enterprises(session, Statement, by_id)
        },
        Qualification: {
            (row["kind"], row["number"]): row
            for row in _of_enterprises(session, Qualification, by_id)
        },
    }


def enterprises_of(
    session: Session, codes: Sequence[str], *, locking: bool = False
) -> dict[Key, Values]:
    """Return the enterprises of these codes."""
    found: dict[Key, Values] = {}
    for chunk in _chunks(codes):
        wanted = select(table_of(Enterprise)).where(col(Enterprise.uscc).in_(chunk))
        wanted = wanted.order_by(col(Enterprise.uscc))
        rows = _rows(session, wanted.with_for_update() if locking else wanted)
        found |= {(row["uscc"],): row for row in rows}
    return found


def _contacts(session: Session, codes_by_id: Mapping[int, str]) -> dict[Key, Values]:
    return {
        (codes_by_id[row["enterprise_id"]],): row
        for row in _of_enterprises(session, Person, codes_by_id)
        if row["role"] == Role.CONTACT.value
    }


def _in_force(session: Session, codes_by_id: Mapping[int, str], on: dt.date) -> dict[Key, Values]:
    newest: dict[Key, Values] = {}
    for row in _of_enterprises(session, Statement, codes_by_id):
        key = (codes_by_id[row["enterprise_id"]], row["fact"])
        before = newest.get(key)
        if row["as_of"] <= on and (before is None or before["as_of"] < row["as_of"]):
            newest[key] = row
    return newest


def _held(session: Session, services: Services, numbers: Sequence[str]) -> dict[Key, Values]:
    """Return who holds these numbers; whoever these eyes may not see goes by no code."""
    whose = case((and_(true(), *seen_by(services)), col(Enterprise.uscc)), else_="")
    found: dict[Key, Values] = {}
    for chunk in _chunks(numbers):
        wanted = (
            select(table_of(Qualification), whose.label("of"))
            .join(Enterprise, col(Enterprise.id) == col(Qualification.enterprise_id))
            .where(col(Qualification.number).in_(chunk))
        )
        found |= {(row["kind"], row["number"]): row for row in _rows(session, wanted)}
    return found


def _of_enterprises(
    session: Session, model: type[SQLModel], codes_by_id: Mapping[int, str]
) -> Iterator[Values]:
    table = table_of(model)
    for chunk in _chunks(sorted(codes_by_id)):
        yield from _rows(session, select(table).where(table.c.enterprise_id.in_(chunk)))


def _rows(session: Session, wanted: Select[Any]) -> Iterator[Values]:
    return (dict(row) for row in session.execute(wanted).mappings())


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))
