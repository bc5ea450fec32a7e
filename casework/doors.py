"""The doors by which somebody is let in, shut: with the work here, or for everybody.

After a restore every door is shut: what was ended since the backup must not open again. Restored
data does not know which token, sign-in or calendar address somebody ended meanwhile, nor which
link to choose a password with was used. Passwords stay: without them nobody could sign in.
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models.accounts import Account, SignIn
from models.api import Token
from models.views import Feed
from models.writes import changed_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """How many of each were ended."""

    tokens: int
    sign_ins: int
    feeds: int  # calendar addresses
    invitations: int  # links to choose a password with


def shut_doors(session: Session, now: dt.datetime) -> Shut:
    """End every token, sign-in, calendar address and link that was not used yet."""
    tokens = update(Token).where(col(Token.revoked_at).is_(None)).values(revoked_at=now)
    links = (
        update(Account)
        .where(col(Account.invitation) != "")
        .values(invitation="", invited_until=None)
    )
    return Shut(
        tokens=changed_rows(session.execute(tokens)),
        sign_ins=changed_rows(session.execute(delete(SignIn))),
        feeds=changed_rows(session.execute(delete(Feed))),
        invitations=changed_rows(session.execute(links)),
    )


def shut_doors_of(session: Session, person_id: int, now: dt.datetime) -> None:
    """End one person's tokens, sign-ins and calendar address; none comes back with the person."""
    mine = update(Token).where(col(Token.person_id) == person_id, col(Token.revoked_at).is_(None))
    session.execute(mine.values(revoked_at=now))
    session.execute(delete(SignIn).where(col(SignIn.person_id) == person_id))
    session.execute(delete(Feed).where(col(Feed.person_id) == person_id))
