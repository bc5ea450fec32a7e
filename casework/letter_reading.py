"""What some letters are made of, read with one question per table and not one per letter.

The session then knows the rows: whoever asks it for one of them by its id is not kept waiting.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from models.answer import Answer
from models.case import Case, Review, Transition
from models.deadline import Deadline
from models.enterprise import BadAddress, Enterprise, Person
from models.letter import ItemState, Letter, LetterItem

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
_REVIEWS = (
    select(Review).join(LetterItem, col(LetterItem.review_id) == col(Review.id)).where(*_CLAIMED),
    select(Case)
    .join(Review, col(Review.case_id) == col(Case.id))
    .join(LetterItem, col(LetterItem.review_id) == col(Review.id))
    .where(*_CLAIMED),
    select(Enterprise)
    .join(Case, col(Case.enterprise_id) == col(Enterprise.id))
    .join(Review, col(Review.case_id) == col(Case.id))
    .join(LetterItem, col(LetterItem.review_id) == col(Review.id))
    .where(*_CLAIMED),
)
_ANSWERED = (
    select(Answer).join(LetterItem, col(LetterItem.answer_id) == col(Answer.id)).where(*_CLAIMED),
    select(Deadline)
    .join(Answer, col(Answer.deadline_id) == col(Deadline.id))
    .join(LetterItem, col(LetterItem.answer_id) == col(Answer.id))
    .where(*_CLAIMED),
    select(Person)
    .join(Answer, col(Answer.person_id) == col(Person.id))
    .join(LetterItem, col(LetterItem.answer_id) == col(Answer.id))
    .where(*_CLAIMED),
    select(Enterprise)
    .join(Deadline, col(Deadline.enterprise_id) == col(Enterprise.id))
    .join(Answer, col(Answer.deadline_id) == col(Deadline.id))
    .join(LetterItem, col(LetterItem.answer_id) == col(Answer.id))
    .where(*_CLAIMED),
)
_STOOD_IN_FOR = (
    select(Person)
    .join(LetterItem, col(LetterItem.instead_of_id) == col(Person.id))
    .where(*_CLAIMED),
)
_spoken_of = aliased(Deadline)
# By the enterprise, not by the name of the matter: an answer may be to an earlier projection.
_ANSWERS = (
    select(Answer)
    .join(Deadline, col(Deadline.id) == col(Answer.deadline_id))
    .where(
        col(Deadline.enterprise_id).in_(
            select(col(_spoken_of.enterprise_id))
            .join(LetterItem, col(LetterItem.deadline_id) == col(_spoken_of.id))
            .where(*_CLAIMED)
        )
    )
    .order_by(col(Answer.id))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was read of some letters."""

    items: Mapping[int, Sequence[LetterItem]]
    bad: frozenset[int | None]  # letters to mailboxes that were disowned
    answers: Mapping[str, Sequence[Answer]]  # by matter
    kept: Sequence[object]


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
    wanted += _REVIEWS if any(item.review_id for item in said) else ()
    wanted += _ANSWERED if any(item.answer_id for item in said) else ()
    wanted += _STOOD_IN_FOR if any(item.instead_of_id for item in said) else ()
    # The session itself forgets what nobody holds.
    kept: list[object] = [session.scalars(each, asked).all() for each in wanted]
    answers: dict[str, list[Answer]] = defaultdict(list)
    for answer in session.scalars(_ANSWERS, asked):
        answers[answer.matter].append(answer)
    bad = frozenset(session.scalars(_BAD, asked))
    session.info[_HERE] = _Read(items=items, bad=bad, answers=answers, kept=kept)


def items_of(session: Session, letter: Letter) -> Sequence[LetterItem]:
    """Return what a letter that was read ahead has to speak of, in the order of its names."""
    return _read(session).items.get(letter.id or 0, ())


def came_back(session: Session, letter: Letter) -> bool:
    """Say whether a letter that was read ahead would go to a mailbox that was disowned."""
    return letter.id in _read(session).bad


def answers_to(session: Session, matter: str) -> Sequence[Answer]:
    """Return what was answered to a matter of a letter that was read ahead, in order."""
    return _read(session).answers.get(matter, ())


def claimed_items(session: Session, letters: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Return the items that each letter has to speak of."""
    found: dict[int, set[int]] = {letter: set() for letter in letters}
    for item, letter in session.execute(_CLAIMED_OF, {"letters": list(letters)}):
        found[letter].add(item)
    return {letter: frozenset(items) for letter, items in found.items()}


def _read(session: Session) -> _Read:
    found: _Read = session.info[_HERE]
    return found
