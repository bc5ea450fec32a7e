"""One deadline projected again by a person's act: the old date superseded, the new one told."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import fields

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.outbox import Claim
from casework.rungs import Dated, reached_by, rung_claims
from casework.services import Services
from casework.snooze import hushed, snoozes_held
from casework.speak_for import speak_for
from casework.told import of_this_day
from models.deadline import Deadline, DeadlineState
from models.duties import enterprises_by_id, read_staff
from models.engine import StaleWorkError
from models.letter import ItemState, LetterItem
from models.writes import insert_new
from policy.deadlines import Due
from policy.workdays import Calendar

_DATED = tuple(each.name for each in fields(Dated))


def project(
    session: Session, services: Services, old: Deadline, due: Due, how: tuple[dt.date | None, str]
) -> Deadline:
    """Open the next projection, suspended or not; an open one before it says why it went.

    One that had ended stays as it ended: the new one is owed once more, and what was to be said
    of its day is said of the new one.
    """
    suspended_on, reason = how
    row = old.model_dump(exclude={"id"}) | {
        "projection": old.projection + 1,
        "due_on": due.due_on,
        "provisional": due.provisional,
        "estimated": due.estimated,
        "needs_confirmation": due.needs_confirmation,
        "basis": due.to_json(),
        "suspended_on": suspended_on,
        "state": DeadlineState.OPEN.value,
        "closed_on": None,
        "reason": "",
        "opened_at": services.now(),
    }
    if old.state == DeadlineState.OPEN.value:
        old.state, old.reason = DeadlineState.SUPERSEDED.value, reason
        old.closed_on = services.today
    session.flush()
    inserted = insert_new(session, Deadline, [row], returning=("id",))
    if not inserted:
        raise StaleWorkError  # a run opened it first
    new = session.get_one(Deadline, inserted[0][0])
    if new.due_on == old.due_on:  # what waits in a letter about it still holds
        speak_for(session, "deadline_id", old.id, new.id)
    return new


def late_claims(
    session: Session, services: Services, new: Deadline, calendar: Calendar
) -> Iterator[Claim]:
    """Yield the claims of rungs whose day has come, unless they were said of this very date.

    A date may come back overdue: its sweeps are over, nobody else would say so. One that is kept
    quiet stays so, whatever was done to it meanwhile.
    """
    ladder = services.catalogue.ladders.get(new.ladder)
    if ladder is None:
        return
    dated = Dated(**{name: getattr(new, name) for name in _DATED})
    said = frozenset(_said(session, new))
    reached = [
        each
        for each in reached_by(dated, ladder, services.today, calendar)
        if each.rung.key not in said
    ]
    enterprises = enterprises_by_id(session, [new.enterprise_id])
    staff = read_staff(session, services.today)
    claims = rung_claims(reached, enterprises, staff, services.today)
    yield from hushed(services, claims, snoozes_held(session), services.today)


def _said(session: Session, new: Deadline) -> Iterable[str]:
    """Return the rungs that spoke, or were spoken for, of an earlier projection on this date."""
    return session.scalars(
        select(col(LetterItem.rung)).where(
            col(LetterItem.deadline_id).in_(of_this_day(new)),
            col(LetterItem.state) != ItemState.SUPPRESSED.value,
        )
    )
