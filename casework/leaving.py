"""Which letters may leave now, and who holds them: what waits, was lost, or whose sender died."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.one_a_day import WAITING, one_a_day
from casework.services import Services
from models.base import Instant
from models.letter import Letter, LetterState
from models.writes import changed_rows, table_of

AT_ONCE = 20
_A_MOMENT = dt.timedelta(milliseconds=1)  # a lease ends after its time, not at it
UNCERTAIN = (LetterState.TRANSMITTING.value, LetterState.UNKNOWN.value)
# As in the index on what waits, to the letter: SQLite uses it for nothing else.
UNDER_WAY = col(Letter.state).in_(
    [literal_column(f"'{state}'") for state in (*WAITING, *UNCERTAIN)]
)
# A statement on the table, not on the objects: nobody holds one here.
_LETTERS = table_of(Letter)
_PUT = update(_LETTERS).where(
    _LETTERS.c.id == bindparam("letter_held"), _LETTERS.c.lease == bindparam("lease_held")
)

_LEASES = select(_LETTERS.c.id, _LETTERS.c.lease).where(
    _LETTERS.c.id.in_(bindparam("letters", expanding=True))
)


def may_leave(now: dt.datetime | BindParameter[dt.datetime]) -> ColumnElement[bool]:
    """Return the condition that a letter may be taken by a sender at this moment.

    One whose answer was lost goes out a second time once, and then waits for a person.
    """
    free = or_(col(Letter.leased_until).is_(None), col(Letter.leased_until) < now)
    waits = and_(
        col(Letter.state).in_(WAITING),
        or_(col(Letter.next_at).is_(None), col(Letter.next_at) <= now),
    )
    lost = and_(col(Letter.state).in_(UNCERTAIN), col(Letter.may_repeat).is_(False))
    died = col(Letter.state) == LetterState.TRANSMITTING.value
    return and_(UNDER_WAY, free, or_(waits, lost, died))


_MAY_LEAVE = (
    select(Letter)
    .where(
        col(Letter.send_on) <= bindparam("day"),
        may_leave(bindparam("now", type_=Instant())),
    )
    .order_by(col(Letter.send_on), col(Letter.id))
    .with_for_update(skip_locked=True)
)


def held_elsewhere(services: Services, day: dt.date) -> int:
    """Return how many letters of a day, or of one before, are in somebody's hands now."""
    wanted = (
        select(func.count())
        .select_from(Letter)
        .where(
            col(Letter.send_on) <= day,
            UNDER_WAY,
            col(Letter.leased_until) >= services.now(),
            col(Letter.state) != LetterState.UNKNOWN.value,
        )
    )
    with services.database.reading() as session:
        return session.scalar(wanted) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A letter we hold until its lease ends."""

    id: int
    lease: int
    state: str
    message_id: str
    attempts: int
    may_repeat: bool


def take(
    services: Services, day: dt.date, only: Sequence[int] | None, *, most: int = AT_ONCE
) -> Sequence[Leased]:
    """Take some letters; nobody else may touch them until the lease ends."""
    now = services.now()
    wanted = _MAY_LEAVE if only is None else _MAY_LEAVE.where(col(Letter.id).in_(only))

    def attempt(session: Session) -> tuple[int, list[Leased]]:
        asked = {"day": day, "now": now}
        found = session.scalars(wanted.limit(most), asked).all()
        letters = one_a_day(session, found, day, now=now.astimezone(services.zone))
        return len(found), [_leased(letter, until=now + services.lease) for letter in letters]

    while True:
        found, leased = services.database.transact(attempt)
        if leased or not found:  # what only waits, or joined another letter, is out of the way
            return leased


def _leased(letter: Letter, *, until: dt.datetime) -> Leased:
    letter.lease += 1
    letter.leased_until = until
    return Leased(
        id=letter.id or 0,
        lease=letter.lease,
        state=letter.state,
        message_id=letter.message_id,
        attempts=letter.attempts,
        may_repeat=letter.may_repeat,
    )


def put(session: Session, letter: Leased, values: Mapping[str, object]) -> bool:
    """Change a letter that we hold; False when somebody else holds it by now."""
    return bool(put_all(session, [(letter, values)]))


def put_all(
    session: Session, changes: Sequence[tuple[Leased, Mapping[str, object]]]
) -> Collection[int]:
    """Change letters that we hold; return those that nobody else holds by now."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for letter, values in changes:
        held = {"letter_held": letter.id, "lease_held": letter.lease}
        alike.setdefault(tuple(values), []).append({**held, **values})
    connection = session.connection()
    changed = sum(changed_rows(connection.execute(_PUT, rows)) for rows in alike.values())
    leases = {letter.id: letter.lease for letter, _ in changes}
    if changed == len(leases):
        return leases.keys()
    found = connection.execute(_LEASES, {"letters": list(leases)})
    return {number for number, lease in found if leases[number] == lease}


def put_off(services: Services, letter: Leased, until: dt.datetime) -> None:
    """Let nobody take a letter that we hold before then; we neither, but for giving it back."""
    values = {"leased_until": until - _A_MOMENT}
    services.database.transact(lambda session: put(session, letter, values))


def give_back(services: Services, leased: Sequence[Leased]) -> None:
    """End the leases of letters we did not come to."""

    def attempt(session: Session) -> None:
        for letter in leased:
            session.execute(
                update(Letter)
                .where(
                    col(Letter.id) == letter.id,
                    col(Letter.lease) == letter.lease,
                    col(Letter.state).in_(WAITING),
                )
                .values(leased_until=None)
            )

    services.database.transact(attempt)
