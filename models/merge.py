"""Merges (合并): two rows that are one enterprise; what moved, so that it can be taken back."""

import datetime as dt

from sqlalchemy import ColumnElement, Index, Select, Text, or_, select, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, SQLModel, col

from models.base import Instant
from models.enterprise import Enterprise


class Merge(SQLModel, table=True):
    """An enterprise that points to the one it really is; in force until it is taken back."""

    __table_args__ = (
        # An enterprise goes into one other at a time, whoever asks.
        Index(
            "uq_merge_in_force",
            "gone_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    gone_id: int = Field(foreign_key="enterprise.id")
    kept_id: int = Field(foreign_key="enterprise.id", index=True)
    moved: str = Field(sa_type=Text)  # JSON, see casework.merge_rows
    reason: str
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    undone_by: str = ""
    undone_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    undone_reason: str = ""


def stands() -> ColumnElement[bool]:
    """Return the condition that an enterprise was not merged into another one."""
    gone = select(col(Merge.gone_id)).where(col(Merge.undone_at).is_(None))
    return col(Enterprise.id).not_in(gone)


def same_code(code: str) -> ColumnElement[bool]:
    """Return the condition that an enterprise has this code, or one with it went into it."""
    return or_(col(Enterprise.uscc) == code.upper(), col(Enterprise.id).in_(went_into(code)))


def went_into(code: str) -> Select[tuple[int]]:
    """Return which enterprise one with this code went into."""
    gone = aliased(Enterprise)
    return (
        select(col(Merge.kept_id))
        .join(gone, col(gone.id) == col(Merge.gone_id))
        .where(col(Merge.undone_at).is_(None), col(gone.uscc) == code.upper())
    )
