"""Queueing: claims become items of one letter per person and day, in the caller's transaction."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.held import MAY_HAVE_LEFT, Restored, catching_up
from casework.one_a_day import TAKES_MORE
from casework.services import Services
from casework.weekly_cap import bring_forward, full_week, next_week, note_waiting, patient
from models.enterprise import Person, Role
from models.letter import ItemKind, ItemState, Letter, LetterItem, LetterState
from models.writes import insert_new, table_of
from policy.workdays import Calendar

ONE_DAY = dt.timedelta(days=1)
Spoken: TypeAlias = tuple[Any, ...]  # item, person, state, kind, day, key: as inserted
LETTER_NAMES = {Role.CONTACT: "enterprise_daily", Role.ROBOT: "robot_daily"}
STAFF_LETTER = "staff_daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something to be said to one person once; ``key`` is what makes it once."""

    key: str
    kind: ItemKind
    person_id: int | None  # nobody: recorded as suppressed, with the reason
    speaks_on: dt.date
    instead_of_id: int | None = None  # they are away; the person stands in for them
    reason: str = ""
    state: ItemState = ItemState.CLAIMED
    deadline_id: int | None = None
    transition_id: int | None = None
    review_id: int | None = None
    alarm_id: int | None = None
    answer_id: int | None = None
    rung: str = ""
    tone: str = ""
    wait_until: dt.date | None = None  # it may come with a later letter, up to this day


def queue(
    session: Session,
    services: Services,
    claims: Sequence[Claim],
    *,
    send_on: dt.date,
    calendar: Calendar,
) -> int:
    """Claim what nobody claimed yet and put it into the letters of ``send_on``.

    Return how many claims were new. A person whose letter of that day has left already
    gets the rest on the next working day: one letter a day, nothing lost. A contact who had as
    many letters as there may be in a week gets what is not urgent in the next one that leaves.
    After a restore, what may have been said before goes into a letter that a person must release.
    """
    inserted = insert_new(
        session,
        LetterItem,
        [_row(claim) for claim in claims],
        returning=("id", "person_id", "state", "kind", "speaks_on", "key"),
    )
    spoken = [row for row in inserted if row[2] == ItemState.CLAIMED]
    restored = catching_up(session) if spoken else None
    if restored is not None:
        said, spoken = _parted(spoken, restored)
        _put(session, said, _held_letters(session, {row[1] for row in said}, restored))
    if a_week := services.letters_a_week:
        for day in _counted(services, send_on):
            later = next_week(day, calendar)
            waiting, spoken = _paced(session, claims, spoken, _Pace(day, later, a_week))
            _put(session, waiting, _letters(session, {row[1] for row in waiting}, later, calendar))
            note_waiting(session, [row[0] for row in waiting])
        bring_forward(session, {row[1] for row in spoken}, send_on, calendar)
    _put(session, spoken, _letters(session, {row[1] for row in spoken}, send_on, calendar))
    return len(inserted)


def _counted(services: Services, send_on: dt.date) -> tuple[dt.date, ...]:
    """Return the days whose weeks count: what is for a day that has passed leaves only now."""
    now = services.now().astimezone(services.zone).date()  # whatever day the run was told
    return (now, send_on) if now > send_on else (send_on,)


class _Pace(NamedTuple):
    day: dt.date
    later: dt.date
    a_week: int


def _paced(
    session: Session, claims: Sequence[Claim], spoken: Sequence[Spoken], pace: _Pace
) -> tuple[list[Spoken], list[Spoken]]:
    """Return what waits for next week, and what leaves now."""
    until = {claim.key: claim.wait_until for claim in claims}
    news: dict[int, list[dt.date | None]] = {}
    for row in spoken:
        news.setdefault(row[1], []).append(until[row[5]])
    may_wait = {person for person, waits in news.items() if patient(waits, pace.later)}
    full = full_week(session, may_wait, pace.day, pace.a_week)
    parts: tuple[list[Spoken], list[Spoken]] = [], []
    for row in spoken:
        parts[row[1] not in full].append(row)
    return parts


def _parted(spoken: Sequence[Spoken], restored: Restored) -> tuple[list[Spoken], list[Spoken]]:
    """Return what may have been said before the restore, and what can not have been."""
    parts: tuple[list[Spoken], list[Spoken]] = [], []
    for row in spoken:
        parts[not restored.may_have_been_said(ItemKind(row[3]), row[4])].append(row)
    return parts


def _put(session: Session, spoken: Sequence[Spoken], letters: Mapping[int, int]) -> None:
    """Put the items of each person into their letter."""
    if spoken:
        items = table_of(LetterItem)
        session.connection().execute(
            update(items).where(items.c.id == bindparam("item")).values(letter_id=bindparam("to")),
            [{"item": row[0], "to": letters[row[1]]} for row in spoken],
        )


def _row(claim: Claim) -> dict[str, object]:
    return {
        "key": claim.key,
        "kind": claim.kind.value,
        "state": (claim.state if claim.person_id else ItemState.SUPPRESSED).value,
        "person_id": claim.person_id,
        "instead_of_id": claim.instead_of_id,
        "deadline_id": claim.deadline_id,
        "transition_id": claim.transition_id,
        "review_id": claim.review_id,
        "alarm_id": claim.alarm_id,
        "answer_id": claim.answer_id,
        "rung": claim.rung,
        "tone": claim.tone,
        "speaks_on": claim.speaks_on,
        "reason": claim.reason,
    }


def _letters(
    session: Session, persons: set[int], send_on: dt.date, calendar: Calendar
) -> Mapping[int, int]:
    """Return person -> the id of an open letter of theirs, on send_on or the next free day."""
    if not persons:
        return {}
    found = _unsent(session, persons, send_on)
    missing, day = persons - found.keys(), calendar.next_workday(send_on)
    while missing:
        _open_letters(session, missing, day)
        wanted = [(person, day) for person in sorted(missing)]
        rows = session.execute(
            select(col(Letter.person_id), col(Letter.id))
            .where(tuple_(col(Letter.person_id), col(Letter.send_on)).in_(wanted), *TAKES_MORE)
            .order_by(col(Letter.id))
            .with_for_update()  # it must not leave before these items are in it
        )
        found |= {person: letter for person, letter in rows}  # noqa: C416 - rows are no pairs to mypy
        missing -= found.keys()
        day = calendar.next_workday(day + ONE_DAY)
    return found


def _unsent(session: Session, persons: set[int], send_on: dt.date) -> dict[int, int]:
    """Return person -> the newest letter of an earlier day that has not left yet.

    It will leave today, so what is new today goes into it: two letters would arrive at once.
    """
    rows = session.execute(
        select(col(Letter.person_id), col(Letter.id))
        .where(col(Letter.person_id).in_(persons), col(Letter.send_on) < send_on, *TAKES_MORE)
        .order_by(col(Letter.id))
        .with_for_update()
    )
    return {person: letter for person, letter in rows}  # noqa: C416 - rows are no pairs to mypy


def _held_letters(session: Session, persons: set[int], restored: Restored) -> dict[int, int]:
    """Return person -> a letter of theirs that waits for a person's word.

    It lies on the last day until the restore that has no letter of theirs: the days to come are
    for what will leave.
    """
    found = _held(session, persons)
    missing, day = persons - found.keys(), restored.on
    while missing:
        _open_letters(session, missing, day, LetterState.HELD)
        found |= _held(session, missing)
        missing -= found.keys()
        day -= ONE_DAY
    return found


def _held(session: Session, persons: set[int]) -> dict[int, int]:
    rows = session.execute(
        select(col(Letter.person_id), col(Letter.id))
        .where(
            col(Letter.person_id).in_(persons),
            col(Letter.state) == LetterState.HELD.value,
            col(Letter.message_id) == "",  # nothing new joins one that was handed over once
        )
        .order_by(col(Letter.id))
        .with_for_update()  # it must not be released before these items are in it
    )
    return {person: letter for person, letter in rows}  # noqa: C416 - rows are no pairs to mypy


def _open_letters(
    session: Session, persons: set[int], day: dt.date, state: LetterState = LetterState.QUEUED
) -> None:
    roles = session.execute(
        select(col(Person.id), col(Person.role)).where(col(Person.id).in_(persons))
    )
    rows = [
        {
            "person_id": person,
            "send_on": day,
            "letter": LETTER_NAMES.get(Role(role), STAFF_LETTER),
            "state": state.value,
            "attempts": 0,
            "lease": 0,
            "message_id": "",
            "subject": "",
            "may_repeat": False,
            "reason": MAY_HAVE_LEFT if state is LetterState.HELD else "",
        }
        for person, role in roles
    ]
    insert_new(session, Letter, sorted(rows, key=lambda row: row["person_id"]))
