"""Notes, officers and the other things that programs can read, as they get them."""

import datetime as dt

from pydantic import Field

from console.api.shapes import Shape


class Note(Shape):
    """A note (备注) as staff read it."""

    id: int = Field(description="Its number.")
    at: dt.datetime = Field(description="When it was written.")
    by: str = Field(description="Who wrote it.")
    text: str = Field(description="What it says.")
    case_id: int | None = Field(description="The case it is about; null: the enterprise.")
    struck: str = Field(description="Who struck it out, when and why; empty: it stands.")


class Notes(Shape):
    """The notes on an enterprise and its cases."""

    notes: tuple[Note, ...] = Field(description="The newest first; struck ones too.")


class Officer(Shape):
    """Somebody to whom a case may be given."""

    login: str = Field(description="To give a case to them.")
    name: str = Field(description="Name.")
    role_title: str = Field(description="Role in Chinese.")
    division: str = Field(description="Division, 6 digits.")


class Officers(Shape):
    """Those to whom cases may be given."""

    officers: tuple[Officer, ...] = Field(description="In the order they were registered.")
