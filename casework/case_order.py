"""The list of cases in the order of a column: keyset pages that no new row can shift."""

import datetime as dt
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.cases import PAGE, CaseFilter, CaseLine, case_lines, narrowed
from casework.services import Services
from casework.typed import LARGEST, plain
from models.case import Assessment, Case
from models.enterprise import Enterprise
from policy.programme import Phase

_UNSCORED = -1
_WIDTH = 5  # columns that every row has, before those it is sorted by
# Bytes decide on both engines, not the language of one server.
_PLAIN = {"postgresql": "C", "sqlite": "BINARY"}
_PHASES = {phase.value: number for number, phase in enumerate(Phase)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which column, and whether the greatest comes first."""

    column: str
    down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedCases:
    """One page; ``following`` is where the next one starts, empty on the last."""

    lines: tuple[CaseLine, ...]
    following: str


def _name(session: Session) -> list[Any]:
    return [col(Enterprise.name).collate(_PLAIN[session.get_bind().dialect.name])]


def _stage(session: Session) -> list[Any]:
    rank = case(_PHASES, value=col(Case.phase), else_=len(_PHASES))
    return [rank, col(Case.stage).collate(_PLAIN[session.get_bind().dialect.name])]


COLUMNS: Mapping[str, Callable[[Session], list[Any]]] = {
    "enterprise": _name,
    "stage": _stage,
    "days": lambda _: [col(Case.entered_on)],
    "score": lambda _: [func.coalesce(col(Assessment.score_low), _UNSCORED)],
}
_TYPES: Mapping[str, Sequence[type]] = {
    "enterprise": [str],
    "stage": [int, str],
    "days": [dt.date],
    "score": [int],
}
_BACKWARDS = {"days"}  # the earlier it came in, the more days


def order_of(words: str) -> Order | None:
    """Return the order of ``score`` or ``-score``; None where there is no such column."""
    column = words.removeprefix("-")
    return Order(column=column, down=words.startswith("-")) if column in COLUMNS else None


def ordered_cases(
    services: Services, wanted: CaseFilter, order: Order, *, after: str = "", limit: int = PAGE
) -> OrderedCases:
    """Return a page of cases in this order; a mark that is none of ours begins at the top."""
    with services.database.reading() as session:
        keys = [*COLUMNS[order.column](session), col(Case.id)]
        down = order.down is not (order.column in _BACKWARDS)
        statement = narrowed(session, services, wanted).add_columns(*keys)
        mark = _read(after, order.column)
        if mark is not None:
            here = tuple_(*keys)
            there = tuple_(*mark)
            statement = statement.where(here < there if down else here > there)
        way = [each.desc() if down else each.asc() for each in keys]
        rows = session.execute(statement.order_by(*way).limit(limit + 1)).all()
        lines = case_lines(session, services, rows[:limit])
    more = len(rows) > limit
    return OrderedCases(lines=lines, following=_mark(rows[limit - 1][_WIDTH:]) if more else "")


def _mark(values: Sequence[Any]) -> str:
    said = json.dumps(list(values), ensure_ascii=False, default=str)
    return urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read(mark: str, column: str) -> list[Any] | None:
    """Return the values of a mark; None when somebody made it up."""
    try:
        values = json.loads(urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
        if not isinstance(values, list):
            return None
        if column == "days" and values:
            values[0] = dt.date.fromisoformat(str(values[0]))
    except (ValueError, RecursionError):
        return None
    ours = [type(each) for each in values] == [*_TYPES[column], int]
    return values if ours and all(map(_fits, values)) else None


def _fits(value: object) -> bool:
    """Say whether the tables could hold such a value."""
    if isinstance(value, int):
        return abs(value) <= LARGEST
    return not isinstance(value, str) or value == plain(value)
