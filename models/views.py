"""What members of staff keep for themselves: filtered lists under a name, a calendar's secret."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class SavedView(SQLModel, table=True):
    """A filtered list (常用筛选) under a name: nothing but the address of a page of ours."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    name: str = Field(max_length=40)
    address: str
    # Shared with everybody of this division and below it; the owner's when it was shared.
    shared: bool = False
    division_code: str = Field(default="", max_length=6)
    version: int = 1
    at: dt.datetime = Field(sa_type=Instant)


class Feed(SQLModel, table=True):
    """A calendar subscription (日历订阅); ended by deleting the row."""

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    secret: str = Field(max_length=64, unique=True)  # the hash of what the address holds
    at: dt.datetime = Field(sa_type=Instant)
    seen_at: dt.datetime | None = Field(default=None, sa_type=Instant)
