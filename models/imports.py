"""Imports: files that wait for a yes, what was applied, and how it can be taken back."""

import datetime as dt

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class ImportBatch(SQLModel, table=True):
    """One applied file; the same bytes are not applied twice, unless they were taken back."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("digest", "retired"),)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64)
    retired: int = 0  # 0 while in force, else its own id: makes room for the same bytes
    filename: str
    division: str = Field(default="", max_length=6)  # whose eyes the importer had; empty: all
    counts: str = Field(default="{}", sa_type=Text)
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    undone_by: str = ""
    undone_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    undoing: str = Field(default="{}", sa_type=Text)  # JSON: what was taken back, what was not


class ImportTrace(SQLModel, table=True):
    """What a batch wrote about one enterprise: each row before and after (`casework.import_trace`).

    It names the enterprise by its code, for taking the batch back may remove the enterprise.
    """

    __tablename__ = "import_trace"
    __table_args__ = (UniqueConstraint("batch_id", "uscc"),)

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="import_batch.id")
    uscc: str = Field(max_length=18, index=True)
    name: str
    division_code: str = Field(default="", max_length=6)
    steps: str = Field(sa_type=Text)  # JSON


class Upload(SQLModel, table=True):
    """A file that somebody sent and that waits for their yes; nobody else finds it."""

    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True, max_length=64)
    person_id: int = Field(foreign_key="person.id")
    filename: str
    digest: str = Field(max_length=64)
    content: bytes = Field(sa_type=LargeBinary)
    at: dt.datetime = Field(sa_type=Instant)
