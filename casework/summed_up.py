"""The summaries of a letter, as things stand when it leaves: a week's, a month's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.month import empty_month, month_of
from casework.services import Services
from casework.week import empty_week, week_of_staff
from models.enterprise import Person
from models.letter import LetterItem
from notifications.letters import MonthSummary, Summaries, WeekSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedUp:
    """What a letter sums up; by item, whether there was anything to say."""

    summaries: Summaries
    said: Mapping[int, object]


def sum_up(
    session: Session,
    services: Services,
    items: Sequence[LetterItem],
    behalf: Mapping[int, str],
    *,
    keep_done: bool,
) -> SummedUp:
    """Return the summaries that these items ask for; of several divisions one summary.

    A second copy has its summary, though all is well by now.
    """
    months = [item for item in items if not _is_week(item)]
    weeks = [item for item in items if _is_week(item)]
    week = _week(session, services, weeks, keep_done=keep_done)
    month = _month(session, services, months, keep_done=keep_done)
    return SummedUp(
        summaries=Summaries(
            week=week and replace(week, behalf=_names(weeks, behalf)),
            month=month and replace(month, behalf=_names(months, behalf)),
        ),
        said={item.id or 0: week if _is_week(item) else month for item in items},
    )


def _period(item: LetterItem) -> str:
    """Return what an item sums up, from its key: 2026-W18 or 2026-04."""
    return item.key.split("/")[1]


def _is_week(item: LetterItem) -> bool:
    return "W" in _period(item)


def _week(
    session: Session, services: Services, items: Sequence[LetterItem], *, keep_done: bool
) -> WeekSummary | None:
    if not items:
        return None
    found = week_of_staff(session, services, _divisions(session, items))
    return empty_week(services.today) if found is None and keep_done else found


def _month(
    session: Session, services: Services, items: Sequence[LetterItem], *, keep_done: bool
) -> MonthSummary | None:
    """Return the newest month that the letter asks for: an older one comes with it."""
    if not items:
        return None
    month = max(map(_period, items))
    found = month_of(session, services, _divisions(session, items), month)
    return empty_month(month, services.today) if found is None and keep_done else found


def _names(items: Sequence[LetterItem], behalf: Mapping[int, str]) -> str:
    return "、".join(dict.fromkeys(name for item in items if (name := behalf.get(item.id or 0))))


def _divisions(session: Session, items: Sequence[LetterItem]) -> Sequence[str]:
    """Return the divisions of those for whom the summaries were meant."""
    people = {item.instead_of_id or item.person_id for item in items}
    return session.scalars(
        select(col(Person.division_code)).where(col(Person.id).in_(people)).distinct()
    ).all()
