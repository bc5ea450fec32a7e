"""The programs' door (/api): tokens of staff, and answers kept so that an act is done once."""

import datetime as dt

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class Token(SQLModel, table=True):
    """What lets a program act for a member of staff; the person's role and division stay theirs."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str  # what it is for, in the words of whoever made it
    secret: str = Field(unique=True, max_length=64)  # the hash of what the program holds
    read_only: bool = False
    made_by: str
    made_at: dt.datetime = Field(sa_type=Instant)
    until: dt.datetime = Field(sa_type=Instant)
    used_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=Instant)


class KeptAnswer(SQLModel, table=True):
    """What an act with an Idempotency-Key was answered; asked again, it is answered the same."""

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    token_id: int = Field(foreign_key="token.id")
    key: str = Field(max_length=64)  # the hash of the key, which may be long
    asked: str = Field(max_length=64)  # the hash of what was asked
    at: dt.datetime = Field(sa_type=Instant)
    status: int = 0  # 0: it is being done
    answer: str = Field(default="", sa_type=Text)  # JSON
