"""Whose eyes look: staff see the enterprises of their own division and of those below it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.case import Case
from models.divisions import within as within_any
from models.enterprise import Enterprise
from policy.divisions import below


def within(services: Services, column: Any) -> tuple[ColumnElement[bool], ...]:  # noqa: ANN401 - a column
    """Return the condition that a division code lies in what these eyes may see; none for all."""
    if not services.division:
        return ()
    return (column.startswith(below(services.division), autoescape=True),)


def sees_county(services: Services) -> bool:
    """Say whether these eyes see the whole office, and so what belongs to no division."""
    county, own = services.county, services.division
    return not own or (bool(county) and county.startswith(below(own)))


def seen_by(services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that these eyes may see an enterprise."""
    return within(services, col(Enterprise.division_code))


def cases_seen_by(services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that these eyes may see a case."""
    ours = select(col(Enterprise.id)).where(*seen_by(services))
    return (col(Case.enterprise_id).in_(ours),) if services.division else ()


def seen_among(
    session: Session,
    services: Services,
    number: Any,  # noqa: ANN401 - a column
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that these eyes may see the enterprise of a number; none for all."""
    return among(session, [services.division], number)


def among(
    session: Session,
    divisions: Sequence[str],
    number: Any,  # noqa: ANN401 - a column
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that the enterprise of a number lies in these; none if all do."""
    if any(_holds_all(session, each) for each in divisions):
        return ()
    code = col(Enterprise.division_code)
    return (number.in_(select(col(Enterprise.id)).where(within_any(divisions, code))),)


def _holds_all(session: Session, division: str) -> bool:
    """Say whether no enterprise lies elsewhere, by the first and the last code there is.

    What lies between two codes that begin alike begins like them: two looks into an index, where
    the condition itself would have to be asked of each of a million rows.
    """
    if not division:
        return True
    code = col(Enterprise.division_code)
    ends = (select(each(code)).scalar_subquery() for each in (func.min, func.max))
    found = session.execute(select(*ends)).one()
    return all(end is None or end.startswith(below(division)) for end in found)


def sees(session: Session, services: Services, enterprise_id: int) -> bool:
    """Say whether these eyes may see an enterprise."""
    wanted = select(col(Enterprise.id)).where(
        col(Enterprise.id) == enterprise_id, *seen_by(services)
    )
    return session.scalar(wanted) is not None


def sees_all(session: Session, services: Services) -> bool:
    """Say whether no enterprise lies outside what these eyes may see: what is done concerns all."""
    return _holds_all(session, services.division)


def sees_everything(services: Services) -> bool:
    """Say the same for whoever has no session open."""
    with services.database.reading() as session:
        return sees_all(session, services)
