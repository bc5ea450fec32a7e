"""What happened to a letter, in order: each attempt to hand it over, and what people decided."""

import datetime as dt

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class LetterEvent(SQLModel, table=True):
    """One line of a letter's story; a batch of decisions touches each letter once."""

    __tablename__ = "letter_event"
    __table_args__ = (UniqueConstraint("batch", "letter_id"),)

    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    at: dt.datetime = Field(sa_type=Instant)
    act: str  # attempt, or what a person did: a value of casework.letter_acts.LetterAct, undo
    by: str
    after: str  # the letter's state
    reason: str = Field(default="", sa_type=Text)
    said: str = Field(default="", sa_type=Text)  # the other server's own words
    batch: str | None = None  # names the decision that it was part of; an attempt has none
    lease: int = 0  # the letter's term after it: as long as it stands, nobody touched the letter
    before: str = Field(default="", sa_type=Text)  # what undoing brings back, as JSON
