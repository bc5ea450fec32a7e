"""Absences: from when to when a member of staff is away, and who stands in for them."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class Absence(SQLModel, table=True):
    """A member of staff is away (both days included); somebody else gets what is theirs."""

    __table_args__ = (UniqueConstraint("person_id", "first_on"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    deputy_id: int = Field(foreign_key="person.id")
    first_on: dt.date
    last_on: dt.date = Field(index=True)
    by: str
    at: dt.datetime = Field(sa_type=Instant)
