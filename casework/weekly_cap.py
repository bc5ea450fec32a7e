"""A week's letters to a contact: what is not urgent waits for the next one, and nothing is lost.

What waits lies in the letter of the first workday of the next week; it comes with an earlier one
as soon as something leaves that can not wait.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.one_a_day import TAKES_MORE, WAITING
from models.deadline import Deadline
from models.enterprise import Person, Role
from models.letter import ItemState, Letter, LetterItem, LetterState
from policy.workdays import ONE_DAY, Calendar

WAITS = "本周的信已满，等下一封"
FOR_EVER = dt.date.max
_CAME_TO_NOTHING = (LetterState.SUPPRESSED.value, LetterState.FAILED.value)


def next_week(day: dt.date, calendar: Calendar) -> dt.date:
    """Return the first workday after this day's week."""
    return calendar.next_workday(day + (7 - day.weekday()) * ONE_DAY)


def full_week(session: Session, persons: Collection[int], send_on: dt.date, most: int) -> set[int]:
    """Return which contacts had their letters of the week, and none that still takes more."""
    if not (most and persons):
        return set()
    one_by_one(session, persons)
    monday = send_on - send_on.weekday() * ONE_DAY
    sunday = monday + 6 * ONE_DAY
    had = session.scalars(
        select(col(Letter.person_id))
        .join(Person, col(Person.id) == col(Letter.person_id))
        .where(
            col(Letter.person_id).in_(persons),
            col(Person.role) == Role.CONTACT.value,
            col(Letter.send_on).between(monday, sunday),
            col(Letter.state).not_in(_CAME_TO_NOTHING),
        )
        .group_by(col(Letter.person_id))
        .having(func.count() >= most)
    ).all()
    open_ = session.scalars(
        select(col(Letter.person_id)).where(
            col(Letter.person_id).in_(had), col(Letter.send_on) <= sunday, *TAKES_MORE
        )
    )
    return set(had) - set(open_)


def one_by_one(session: Session, persons: Collection[int]) -> None:
    """Wait for whoever else counts the letters of these people: each would see the last room.

    SQLite has one writer at a time anyway. The lock leaves rows that refer to a person alone.
    """
    people = select(col(Person.id)).where(col(Person.id).in_(persons)).order_by(col(Person.id))
    session.execute(people.with_for_update(key_share=True)).all()


def may_come_forward() -> ColumnElement[bool]:
    """Return which letters could leave before their day: of contacts, for only they are paced."""
    contact = exists().where(
        col(Person.id) == col(Letter.person_id), col(Person.role) == Role.CONTACT.value
    )
    return and_(col(Letter.state).in_(WAITING), col(Letter.attempts) == 0, contact)


def bring_forward(
    session: Session, persons: Collection[int], send_on: dt.date, calendar: Calendar
) -> None:
    """Let letters that wait for next week leave with what leaves now: on its first free day."""
    waiting = session.scalars(
        select(Letter)
        .where(
            col(Letter.person_id).in_(persons),
            col(Letter.send_on) > send_on,
            col(Letter.state).in_(WAITING),
            col(Letter.attempts) == 0,
        )
        .order_by(col(Letter.person_id), col(Letter.send_on))
        .with_for_update()
    ).all()
    taken = _days_taken(session, {letter.person_id for letter in waiting}, send_on)
    for letter in waiting:
        day = calendar.next_workday(send_on)
        while (letter.person_id, day) in taken:
            day = calendar.next_workday(day + ONE_DAY)
        if day < letter.send_on:
            letter.send_on = day
            taken.add((letter.person_id, day))
    session.flush()


def _days_taken(
    session: Session, persons: Collection[int], since: dt.date
) -> set[tuple[int, dt.date]]:
    rows = session.execute(
        select(col(Letter.person_id), col(Letter.send_on)).where(
            col(Letter.person_id).in_(persons), col(Letter.send_on) >= since
        )
    )
    return {(person, day) for person, day in rows}


def note_waiting(session: Session, items: Collection[int]) -> None:
    """Let the rows say that they wait."""
    session.execute(
        update(LetterItem)
        .where(col(LetterItem.id).in_(items))
        .values(reason=WAITS)
        .execution_options(synchronize_session=False)
    )


def hurry(session: Session, day: dt.date, calendar: Calendar) -> None:
    """Bring forward what would leave after its date, now that other days are worked."""
    rows = session.execute(
        select(col(Letter.person_id), col(Letter.send_on), func.min(col(Deadline.due_on)))
        .join(LetterItem, col(LetterItem.letter_id) == col(Letter.id))
        .join(Deadline, col(Deadline.id) == col(LetterItem.deadline_id))
        .where(
            col(Letter.send_on) > day,
            col(Letter.state).in_(WAITING),
            col(LetterItem.reason) == WAITS,
            col(LetterItem.state) == ItemState.CLAIMED.value,
        )
        .group_by(col(Letter.person_id), col(Letter.send_on))
    )
    late = {person for person, on, due_on in rows if calendar.next_workday(on) > due_on}
    bring_forward(session, late, day, calendar)


def patient(waits: Iterable[dt.date | None], until: dt.date) -> bool:
    """Say whether everything that is new may wait until a day."""
    return all(last is not None and until <= last for last in waits)
