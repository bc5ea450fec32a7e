"""What waits in letters when something takes the place of what they speak of."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models.letter import ItemState, Letter, LetterItem, LetterState


def speak_for(session: Session, column: str, old: int | None, new: int | None) -> None:
    """Let what has not been sent speak for what took the place of the old.

    Also in a letter that is held, or came to nothing: a person may yet let it leave.
    """
    mine = (getattr(LetterItem, column) == old, col(LetterItem.state) == ItemState.CLAIMED.value)
    held = select(col(LetterItem.letter_id)).where(*mine)
    letters = session.scalars(
        select(col(Letter.id))
        .where(col(Letter.id).in_(held), col(Letter.state) != LetterState.SENT.value)
        .order_by(col(Letter.id))
        .with_for_update()
    ).all()
    session.execute(
        update(LetterItem)
        .where(*mine, col(LetterItem.letter_id).in_(letters))
        .values({column: new})
        .execution_options(synchronize_session=False)
    )
