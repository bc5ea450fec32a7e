"""Wordings (信函模板): how a kind of letter reads, each version kept for ever."""

import datetime as dt

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class LetterWording(SQLModel, table=True):
    """One version of a letter's three templates; the highest counts. Empty: the shipped ones."""

    __tablename__ = "letter_wording"
    __table_args__ = (UniqueConstraint("letter", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    letter: str  # the letter's name in notifications.letters
    version: int
    subject: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    html: str = Field(default="", sa_type=Text)
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    reason: str = Field(default="", sa_type=Text)
