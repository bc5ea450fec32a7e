"""Targets (年度目标): what a document sets for a programme and a year. Append-only."""

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of
from policy.stock import Measure


class Target(SQLModel, table=True):
    """One word on a target; the one with the highest number of its measure holds."""

    __table_args__ = (
        UniqueConstraint("division_code", "programme", "year", "measure", "seq"),
        one_of("measure", Measure),
    )

    id: int | None = Field(default=None, primary_key=True)
    division_code: str = Field(default="", max_length=6)  # whose target it is
    programme: str
    year: int
    measure: str
    seq: int
    number: int | None = None  # None: it was taken back
    document: str  # 文号
    by: str
    at: dt.datetime = Field(sa_type=Instant)
