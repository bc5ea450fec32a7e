"""Which mailboxes can be written to: those that no server has disowned."""

import datetime as dt

from sqlalchemy import ColumnElement, case, exists, func
from sqlalchemy.orm import Session
from sqlmodel import col

from models.enterprise import BadAddress, Person
from models.writes import insert_new


def usable_email() -> ColumnElement[str]:
    """Return a person's address as a column, empty where it is known to be bad."""
    bad = exists().where(col(BadAddress.email) == func.lower(col(Person.email)))
    return case((bad, ""), else_=col(Person.email))


def disown(session: Session, email: str, at: dt.datetime, *, status: str, said: str) -> None:
    """Note that a server said this mailbox does not exist; nothing more is sent to it."""
    row = {"email": email.lower(), "at": at, "status": status, "said": said}
    insert_new(session, BadAddress, [row])
