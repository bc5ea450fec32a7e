"""Ending every token of somebody: with the account, and with the work here."""

import datetime as dt

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from models.api import Token


def end_tokens(session: Session, person_id: int, now: dt.datetime) -> None:
    """Revoke what somebody's programs hold; it does not come back with the person."""
    session.execute(
        update(Token)
        .where(col(Token.person_id) == person_id, col(Token.revoked_at).is_(None))
        .values(revoked_at=now)
    )
