"""Whose eyes look: staff see the enterprises of their own division and of those below it."""

from typing import Any

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from models.case import Case
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


def sees(session: Session, services: Services, enterprise_id: int) -> bool:
    """Say whether these eyes may see an enterprise."""
    wanted = select(col(Enterprise.id)).where(
        col(Enterprise.id) == enterprise_id, *seen_by(services)
    )
    return session.scalar(wanted) is not None


def sees_all(session: Session, services: Services) -> bool:
    """Say whether no enterprise lies outside what these eyes may see: what is done concerns all."""
    outside = [not_(each) for each in seen_by(services)]
    wanted = select(col(Enterprise.id)).where(*outside).limit(1)
    return not outside or session.scalar(wanted) is None
