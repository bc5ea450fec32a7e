"""存量与增减: a year's figures of each qualification beside its targets, and who is behind them."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, case, cast, exists, false, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.remembered import remembered
from casework.scope import seen_among, seen_by
from casework.services import Services
from casework.targets import TargetLine, in_force, targets_said
from models.case import Case
from models.enterprise import Enterprise
from models.figures import Qualification
from models.tallies import case_tally
from models.writes import table_of
from policy.programme import Programme
from policy.stock import FIGURES, Flow, Measure, Stand, stands_of

# Columns of tables, not of classes: of so many rows each costs half as much.
_case, _held_by = table_of(Case).c, table_of(Qualification).c
_BITS = 15  # no enterprise holds one kind of qualification more than 32,767 times


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
        flow = _flow(session, services, programme, on)
    said = in_force(targets_said(services, programme.key, on.year))
    return YearFlow(
        programme=programme.key,
        title=programme.title,
        year=on.year,
        on=on,
        flow=flow,
        targets=tuple(_progress(flow, said.values())),
    )


def _flow(session: Session, services: Services, programme: Programme, on: dt.date) -> Flow:
    """Count the enterprises that stand alike, by ``stands_of``, in the database: they are many."""
    ours = (_case.programme == programme.key, _case.cycle == on.year, _case.final.is_(None))
    past = on < services.today  # of a year that is over nothing more is to come
    of_it = _case.enterprise_id == _held_by.enterprise_id
    tries = false() if past else exists().where(of_it, *ours)
    # One number for all: to group by two costs a quarter more.
    code = (case((tries, 1), else_=0) + _intervals(on)).label("code")
    each = (
        select(code)
        .where(*_touching(session, services, programme, on))
        .group_by(_held_by.enterprise_id)
        .subquery()
    )
    rows = session.execute(select(each.c.code, func.count()).group_by(each.c.code)).tuples()
    stands = Counter[Stand]()
    for code, number in rows:
        stands[_stand(code)] += number
    if past:
        return Flow(stands=stands)
    known = sum(number for stand, number in stands.items() if stand.trying)
    return Flow(stands=stands, strangers=_under_way(session, services, programme, on) - known)


def _intervals(on: dt.date) -> ColumnElement[int]:
    """Sum up how many intervals of an enterprise opened the year, began in it, and so on.

    Four counts in one number, each in bits of its own: four sums cost twice as much.
    """
    before, last = dt.date(on.year - 1, 12, 31), dt.date(on.year, 12, 31)
    opening, begun, closing, lasting = (1 << 1 + _BITS * place for place in range(4))
    first = case((_held_by.valid_from <= before, opening), else_=begun)
    until = case(
        (_held_by.valid_to >= last, closing + lasting), (_held_by.valid_to >= on, closing), else_=0
    )
    return cast(func.sum(first + until), BigInteger)


def _stand(code: int) -> Stand:
    """Return how an enterprise stands of which this was summed up."""
    held = (code >> 1 + _BITS * place & (1 << _BITS) - 1 for place in range(4))
    return Stand(*map(bool, (*held, code & 1)))


def _under_way(session: Session, services: Services, programme: Programme, on: dt.date) -> int:
    """Return how many enterprises have a case of the year under way: a key lets each have one."""
    seen = seen_among(session, services, _case.enterprise_id)
    table = _case if seen else case_tally.c
    number = func.count() if seen else func.sum(case_tally.c.number)
    wanted = select(number).where(
        table.programme == programme.key, table.cycle == on.year, table.final.is_(None), *seen
    )
    return session.scalar(wanted) or 0


def _progress(flow: Flow, said: Iterable[TargetLine]) -> Iterable[TargetProgress]:
    for line in said:
        if line.number is not None:
            yield TargetProgress(
                measure=line.measure,
                target=line.number,
                reached=flow.reached(line.measure),
                at_most=flow.at_most(line.measure),
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
        held = session.execute(
            select(_held_by.enterprise_id, _held_by.valid_from, _held_by.valid_to).where(
                *_touching(session, services, programme, on)
            )
        ).tuples()
        wanted = {firm for firm, it in stands_of(held, on.year, on).items() if FIGURES[figure](it)}
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


def _touching(
    session: Session, services: Services, programme: Programme, on: dt.date
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of intervals that touch the year up to the day, or the day before it."""
    return (
        _held_by.kind == programme.qualification,
        _held_by.valid_from <= on,
        _held_by.valid_to >= dt.date(on.year - 1, 12, 31),
        *seen_among(session, services, _held_by.enterprise_id),
    )
