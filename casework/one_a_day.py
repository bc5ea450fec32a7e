"""One letter a day: what could not leave on its own day goes into today's letter, or waits."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models.letter import Letter, LetterItem, LetterState

ONE_DAY = dt.timedelta(days=1)
# Nothing of it can have arrived yet, so it may still take up what is new.
WAITING = (LetterState.QUEUED.value, LetterState.DEFERRED.value)
TAKES_MORE = (col(Letter.state).in_(WAITING), col(Letter.may_repeat).is_(False))
# Something of it has arrived, or may have.
_LEFT = (LetterState.SENT.value, LetterState.TRANSMITTING.value, LetterState.UNKNOWN.value)


def one_a_day(
    session: Session, due: Iterable[Letter], day: dt.date, *, now: dt.datetime
) -> list[Letter]:
    """Return the letters that may leave today; late ones become today's, or join it, or wait.

    A letter that waited over the weekend would otherwise arrive beside Monday's.
    """
    letters = list(due)
    late = [each for each in letters if each.send_on < day and _takes_more(each)]
    todays = _todays(session, late, day) if late else {}
    return [each for each in letters if each not in late or _may_leave(session, each, todays, now)]


def _todays(session: Session, late: Sequence[Letter], day: dt.date) -> dict[int, Letter | dt.date]:
    """Return person -> the letter of the day; the day itself where there is none yet."""
    persons = {each.person_id for each in late}
    rows = session.scalars(
        select(Letter)
        .where(col(Letter.person_id).in_(persons), col(Letter.send_on) == day)
        .order_by(col(Letter.id))
        .with_for_update()
    )
    found: dict[int, Letter | dt.date] = dict.fromkeys(persons, day)
    return found | {row.person_id: row for row in rows}


def _may_leave(
    session: Session, letter: Letter, todays: dict[int, Letter | dt.date], now: dt.datetime
) -> bool:
    today = todays[letter.person_id]
    if isinstance(today, dt.date):
        letter.send_on = today
        todays[letter.person_id] = letter
        return True
    if _takes_more(today):
        session.execute(
            update(LetterItem)
            .where(col(LetterItem.letter_id) == letter.id)
            .values(letter_id=today.id)
        )
        letter.state = LetterState.SUPPRESSED.value
        letter.reason = f"并入 {today.send_on.isoformat()} 的信函"
        return False
    if today.state in _LEFT or (today.state == LetterState.HELD.value and today.message_id):
        letter.next_at = _tomorrow(now)
        return False
    return True  # today's letter came to nothing: this one is the only one


def _tomorrow(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.date() + ONE_DAY, dt.time(), tzinfo=now.tzinfo)


def _takes_more(letter: Letter) -> bool:
    return letter.state in WAITING and not letter.may_repeat
