"""存量与增减: a year's figures of each qualification beside its targets, and who is behind them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.remembered import remembered
from casework.scope import seen_among, seen_by
from casework.services import Services
from casework.targets import TargetLine, in_force, targets_said
from models.case import Case
from models.enterprise import Enterprise
from models.figures import Qualification
from models.writes import table_of
from policy.programme import Programme
from policy.stock import Flow, Measure, flow_of

# Columns of tables, not of classes: of so many rows each costs half as much.
_case, _held_by = table_of(Case).c, table_of(Qualification).c
FIGURES = ("opening", "new", "renewed", "lapsed", "closing", "expiring")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetProgress:
    """A target and how far it is; ``at_most`` if every case under way succeeds."""

    measure: Measure
    target: int
    reached: int
    at_most: int
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFlow:
    """One programme's year as on a day."""

    programme: str
    title: str
    year: int
    on: dt.date
    flow: Flow
    under_way: int  # enterprises with an open case of this year
    candidates: int  # those of them that do not hold it beyond the year already
    at_least: int  # hold it at the end of the year whatever happens
    at_most: int  # and if every candidate succeeds
    targets: tuple[TargetProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """One enterprise behind a figure, and one of its intervals that year."""

    enterprise: str
    uscc: str
    number: str
    valid_from: dt.date
    valid_to: dt.date


def counted_on(services: Services, year: int) -> dt.date | None:
    """Return the day up to which a year can be counted: today, or its end; None before it."""
    today = services.today
    return None if year > today.year else min(today, dt.date(year, 12, 31))


def year_flows(services: Services, year: int) -> tuple[YearFlow, ...]:
    """Return the year of every programme that ends in a qualification."""
    on = counted_on(services, year)
    if on is None:
        return ()
    ours = [each for each in services.catalogue.programmes.values() if each.qualification]
    return remembered(
        services, ("flows", year), lambda: tuple(_year_flow(services, each, on) for each in ours)
    )


def _year_flow(services: Services, programme: Programme, on: dt.date) -> YearFlow:
    with services.database.reading() as session:
        open_cases = (
            _case.programme == programme.key,
            _case.cycle == on.year,
            _case.final.is_(None),
        )
        tries = exists().where(_case.enterprise_id == _held_by.enterprise_id, *open_cases)
        wanted = _held(session, services, programme, on).add_columns(tries)
        rows = session.execute(wanted).all()
        seen = seen_among(session, services, _case.enterprise_id)
        firms = select(func.count(_case.enterprise_id.distinct())).where(*open_cases, *seen)
        under_way = session.scalar(firms) or 0
    flow = flow_of(((firm, first, last) for firm, first, last, _ in rows), on.year, on)
    known = frozenset(firm for firm, _, _, trying in rows if trying)
    lasting = flow.closing - flow.expiring
    past = on < services.today
    candidates = _Candidates(
        known=frozenset() if past else known - lasting,
        strangers=0 if past else under_way - len(known),
    )
    said = in_force(targets_said(services, programme.key, on.year))
    return YearFlow(
        programme=programme.key,
        title=programme.title,
        year=on.year,
        on=on,
        flow=flow,
        under_way=under_way,
        candidates=len(candidates.known) + candidates.strangers,
        at_least=len(lasting),
        at_most=flow.at_most(Measure.STOCK, *candidates),
        targets=tuple(_progress(flow, candidates, said.values())),
    )


class _Candidates(NamedTuple):
    """Enterprises on their way to it: those behind a figure by number, of the others how many."""

    known: frozenset[int]
    strangers: int


def _progress(
    flow: Flow, candidates: _Candidates, said: Iterable[TargetLine]
) -> Iterable[TargetProgress]:
    for line in said:
        if line.number is not None:
            yield TargetProgress(
                measure=line.measure,
                target=line.number,
                reached=flow.reached(line.measure),
                at_most=flow.at_most(line.measure, *candidates),
                document=line.document,
            )


def flow_rows(
    services: Services, programme: Programme, on: dt.date, figure: str
) -> tuple[FlowRow, ...]:
    """Return the enterprises behind a figure of a year, as they stood on a day of it.

    Of each the newest interval that had begun by then. ValueError: there is no such figure.
    """
    if figure not in FIGURES:
        raise ValueError(figure)
    with services.database.reading() as session:
        held = session.execute(_held(session, services, programme, on)).tuples()
        flow = flow_of(held, on.year, on)
        wanted: frozenset[int] = getattr(flow, figure)
        begun = dt.date(on.year - 1, 12, 31) if figure == "opening" else on
        rows = session.execute(
            select(Qualification, Enterprise)
            .join(Enterprise, col(Enterprise.id) == col(Qualification.enterprise_id))
            .where(
                col(Qualification.kind) == programme.qualification,
                col(Qualification.valid_from) <= begun,
                *seen_by(services),
            )
            .order_by(col(Qualification.valid_from), col(Qualification.id))
        )
        newest = {firm.id: (held, firm) for held, firm in rows if firm.id in wanted}
    lines = [
        FlowRow(
            enterprise=firm.name,
            uscc=firm.uscc,
            number=held.number,
            valid_from=held.valid_from,
            valid_to=held.valid_to,
        )
        for held, firm in newest.values()
    ]
    return tuple(sorted(lines, key=lambda row: (row.valid_to, row.uscc)))


def _held(
    session: Session, services: Services, programme: Programme, on: dt.date
) -> Select[tuple[int, dt.date, dt.date]]:
    """Select the intervals that touch the year up to the day, or the last day before it."""
    return select(_held_by.enterprise_id, _held_by.valid_from, _held_by.valid_to).where(
        _held_by.kind == programme.qualification,
        _held_by.valid_from <= on,
        _held_by.valid_to >= dt.date(on.year - 1, 12, 31),
        *seen_among(session, services, _held_by.enterprise_id),
    )
