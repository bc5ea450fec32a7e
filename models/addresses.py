"""Which mailboxes can be written to: those that no server has disowned."""

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.enterprise import BadAddress, Person


def usable_email() -> ColumnElement[str]:
    """Return a person's address as a column, empty where it is known to be bad."""
    bad = exists().where(col(BadAddress.email) == func.lower(col(Person.email)))
    return case((bad, ""), else_=col(Person.email))


def is_bad(session: Session, email: str) -> bool:
    """Say whether a server said that this mailbox does not exist."""
    wanted = select(col(BadAddress.email)).where(col(BadAddress.email) == email.lower())
    return session.scalar(wanted) is not None
