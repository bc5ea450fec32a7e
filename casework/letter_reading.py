"""What some letters are made of, read with one question per table and not one per letter.

The session then knows the rows: whoever asks it for one of them by its id is not kept waiting.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.mail_names import MAIL
from models.case import Case, Transition
from models.deadline import Deadline
from models.enterprise import BadAddress, Enterprise, Person
from models.letter import ItemState, Letter, LetterItem
from models.secret import Secret

_HERE = "letters"  # in the session's own notes
_OF: BindParameter[Any] = bindparam("letters", expanding=True)
_CLAIMED = (
    col(LetterItem.letter_id).in_(_OF),
    col(LetterItem.state) == ItemState.CLAIMED.value,
)
_ITEMS = select(LetterItem).where(*_CLAIMED).order_by(col(LetterItem.key))
_CLAIMED_OF = select(col(LetterItem.id), col(LetterItem.letter_id)).where(*_CLAIMED)
_BAD = (
    select(col(Letter.id))
    .join(Person, col(Person.id) == col(Letter.person_id))
    .join(BadAddress, col(BadAddress.email) == func.lower(col(Person.email)))
    .where(col(Letter.id).in_(_OF))
)
_OF_LETTERS = (
    select(Letter).where(col(Letter.id).in_(_OF)),
    select(Person)
    .join(Letter, col(Letter.person_id) == col(Person.id))
    .where(col(Letter.id).in_(_OF)),
    select(Enterprise)
    .join(Person, col(Person.enterprise_id) == col(Enterprise.id))
    .join(Letter, col(Letter.person_id) == col(Person.id))
    .where(col(Letter.id).in_(_OF)),
)
_DATES = (
    select(Deadline)
    .join(LetterItem, col(LetterItem.deadline_id) == col(Deadline.id))
    .where(*_CLAIMED),
    select(Enterprise)
    .join(Deadline, col(Deadline.enterprise_id) == col(Enterprise.id))
    .join(LetterItem, col(LetterItem.deadline_id) == col(Deadline.id))
    .where(*_CLAIMED),
)
_MOVES = (
    select(Transition)
    .join(LetterItem, col(LetterItem.transition_id) == col(Transition.id))
    .where(*_CLAIMED),
    select(Case)
    .join(Transition, col(Transition.case_id) == col(Case.id))
    .join(LetterItem, col(LetterItem.transition_id) == col(Transition.id))
    .where(*_CLAIMED),
)


def read_ahead(session: Session, letters: Collection[int]) -> None:
    """Read what these letters are made of; it stays known until the session ends."""
    asked = {"letters": list(letters)}
    items: dict[int, list[LetterItem]] = defaultdict(list)
    for item in session.scalars(_ITEMS, asked):
        items[item.letter_id or 0].append(item)
    said = [item for some in items.values() for item in some]
    wanted: list[Select[Any]] = [*_OF_LETTERS]
    wanted += _DATES if any(item.deadline_id for item in said) else ()
    wanted += _MOVES if any(item.transition_id for item in said) else ()
    # The session itself forgets what nobody holds.
    kept: list[object] = [session.scalars(each, asked).all() for each in wanted]
    kept.append(session.get(Secret, MAIL))
    session.info[_HERE] = (items, frozenset(session.scalars(_BAD, asked)), kept)


def items_of(session: Session, letter: Letter) -> Sequence[LetterItem]:
    """Return what a letter that was read ahead has to speak of, in the order of its names."""
    items: dict[int, list[LetterItem]] = _read(session)[0]
    return items[letter.id or 0]


def came_back(session: Session, letter: Letter) -> bool:
    """Say whether a letter that was read ahead would go to a mailbox that was disowned."""
    bad: frozenset[int] = _read(session)[1]
    return letter.id in bad


def claimed_items(session: Session, letters: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Return the items that each letter has to speak of."""
    found: dict[int, set[int]] = {letter: set() for letter in letters}
    for item, letter in session.execute(_CLAIMED_OF, {"letters": list(letters)}):
        found[letter].add(item)
    return {letter: frozenset(items) for letter, items in found.items()}


def _read(session: Session) -> tuple[Any, ...]:
    found: tuple[Any, ...] = session.info[_HERE]
    return found
