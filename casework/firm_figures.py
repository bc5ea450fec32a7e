"""What is known of an enterprise: figures by year and statements, each with its source."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from casework.case_figures import FigureLine, Input, annual, statements
from casework.scope import seen_by
from casework.services import Services
from models.enterprise import Enterprise
from policy.facts import FACTS, Given


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One figure in all years; ``meaning`` is its caliber (口径)."""

    title: str
    meaning: str
    cells: tuple[FigureLine | None, ...]  # as the years of the table; None: nobody said


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFigures:
    """All figures of an enterprise."""

    years: tuple[int, ...]  # the newest first
    rows: tuple[FigureRow, ...]
    told: tuple[FigureLine, ...]  # standing statements, as they hold today


def firm_figures(services: Services, uscc: str) -> FirmFigures:
    """Return what is known of the enterprise of this credit code."""
    with services.database.reading() as session:
        firm = session.scalars(
            select(Enterprise).where(col(Enterprise.uscc) == uscc, *seen_by(services))
        ).first()
        if firm is None:
            return FirmFigures(years=(), rows=(), told=())
        known = annual(session, firm)
        told = statements(session, firm, services.today)
    years = tuple(sorted({year for _, year in known if year}, reverse=True))
    return FirmFigures(
        years=years,
        rows=tuple(_rows(known, years)),
        told=tuple(sorted(told.values(), key=lambda line: tuple(FACTS).index(line.fact))),
    )


def _rows(known: dict[Input, FigureLine], years: tuple[int, ...]) -> Iterator[FigureRow]:
    for name, fact in FACTS.items():
        if fact.given is Given.ANNUAL and any((name, year) in known for year in years):
            cells = tuple(known.get((name, year)) for year in years)
            yield FigureRow(title=fact.title, meaning=fact.meaning, cells=cells)
