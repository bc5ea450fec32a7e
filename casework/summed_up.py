"""The summaries of a letter, as things stand when it leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from casework.week import empty_week, week_of_staff
from models.enterprise import Person
from models.letter import LetterItem
from notifications.letters import WeekSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedUp:
    """What a letter sums up; by item, whether there was anything to say."""

    week: WeekSummary | None
    said: Mapping[int, object]


def sum_up(
    session: Session,
    services: Services,
    items: Sequence[LetterItem],
    behalf: Mapping[int, str],
    *,
    keep_done: bool,
) -> SummedUp:
    """Return the summaries that these items ask for; of several divisions one summary."""
    week = None
    if items:
        week = week_of_staff(session, services, _divisions(session, items))
        if week is None and keep_done:
            week = empty_week(services.today)  # a second copy, though all is well by now
    if week is not None:
        names = dict.fromkeys(name for item in items if (name := behalf.get(item.id or 0)))
        week = replace(week, behalf="、".join(names))
    return SummedUp(week=week, said={item.id or 0: week for item in items})


def _divisions(session: Session, items: Sequence[LetterItem]) -> Sequence[str]:
    """Return the divisions of those for whom the summaries were meant."""
    people = {item.instead_of_id or item.person_id for item in items}
    return session.scalars(
        select(col(Person.division_code)).where(col(Person.id).in_(people)).distinct()
    ).all()
