"""Secrets of this data: made once, kept with it, copied and restored with it, never shown."""

from sqlmodel import Field, SQLModel


class Secret(SQLModel, table=True):
    """One secret by its purpose; all machines on this data use the same."""

    name: str = Field(primary_key=True)
    value: str = Field(repr=False)
