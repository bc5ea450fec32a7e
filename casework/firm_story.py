"""What happened to an enterprise, in one line of time, the newest first, page by page.

Each source is asked for a page of its own from where the last page ended, and the pages are put
together: a year of an enterprise costs what a page costs.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col
from typing_extensions import override

from casework.firm_book import Book, Line
from casework.firm_story_words import STORIES
from casework.scope import seen_by
from casework.services import Services
from casework.typed import number_of
from models.case import Case
from models.enterprise import Enterprise
from models.merge import Merge

PAGE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ends: a moment, which source, which row of it."""

    at: dt.datetime
    rank: int
    row: int

    @override
    def __str__(self) -> str:
        """Return it as it stands in an address."""
        return f"{self.at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}-{self.rank}-{self.row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One page; ``following`` is where older things are told, empty on the last."""

    lines: tuple[Line, ...]
    following: str


def place_of(text: str) -> Place | None:
    """Return a place as an address names it; None for what is none."""
    moment, _, rest = text.partition("-")
    rank, _, row = rest.partition("-")
    try:
        at = dt.datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    numbers = number_of(rank), number_of(row)
    if numbers[0] is None or numbers[1] is None:
        return None
    return Place(at=at, rank=numbers[0], row=numbers[1])


def firm_story(services: Services, uscc: str, *, before: str = "", limit: int = PAGE) -> Story:
    """Return what happened before a place; from now on when it is none."""
    place = place_of(before)
    with services.database.reading() as session:
        firm = session.scalars(
            select(Enterprise).where(col(Enterprise.uscc) == uscc, *seen_by(services))
        ).first()
        if firm is None:
            return Story(lines=(), following="")
        book = _book(session, services, firm)
        found: list[tuple[Place, Line]] = []
        for rank, (wanted, told) in enumerate(STORIES):
            found += _pages(session, (wanted, told), (book, rank), (place, limit + 1))
    found.sort(key=lambda each: (-each[0].at.timestamp(), each[0].rank, -each[0].row))
    some = found[:limit]
    return Story(
        lines=tuple(line for _, line in some),
        following=str(some[-1][0]) if len(found) > limit else "",
    )


def _book(session: Session, services: Services, firm: Enterprise) -> Book:
    cases = session.scalars(select(Case).where(col(Case.enterprise_id) == firm.id)).all()
    merged = select(col(Merge.gone_id)).where(
        col(Merge.kept_id) == firm.id, col(Merge.undone_at).is_(None)
    )
    codes = session.scalars(select(col(Enterprise.uscc)).where(col(Enterprise.id).in_(merged)))
    return Book(
        session=session,
        services=services,
        firm=firm,
        cases={case.id or 0: case for case in cases},
        codes=(firm.uscc, *codes),
    )


def _pages(
    session: Session,
    source: tuple[Callable[[Book], Select[Any]], Callable[[Book, Any], Line]],
    where: tuple[Book, int],
    page: tuple[Place | None, int],
) -> Iterator[tuple[Place, Line]]:
    """Yield a page of one source; its first columns are the moment and the number of the row."""
    (wanted, told), (book, rank), (place, limit) = source, where, page
    statement = wanted(book)
    at, row = statement.selected_columns[0], statement.selected_columns[1]
    older = _older(at, row, place, rank) if place else ()
    asked = statement.where(at.is_not(None), *older).order_by(at.desc(), row.desc())
    for found in session.execute(asked.limit(limit)):
        yield Place(at=found[0], rank=rank, row=found[1]), told(book, found[2:])


def _older(
    at: ColumnElement[Any], row: ColumnElement[Any], place: Place, rank: int
) -> tuple[ColumnElement[bool], ...]:
    if rank > place.rank:
        return (at <= place.at,)
    if rank < place.rank:
        return (at < place.at,)
    return (or_(at < place.at, and_(at == place.at, row < place.row)),)
