"""Wordings (信函模板): which templates are in force, kept version by version, none ever edited."""

from collections.abc import Mapping

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.services import Services
from models.wording import LetterWording
from notifications.values import Wording

_HERE = "wordings"  # in the session's own notes
TITLES = {"enterprise_daily": "给企业联系人的信", "staff_daily": "给工作人员的信"}


def wordings_in_force(session: Session, services: Services) -> Mapping[str, Wording]:
    """Return letter -> its wording, where it is not the shipped one; read once for a session."""
    if _HERE not in session.info:
        newer = aliased(LetterWording)
        is_newest = ~exists().where(
            col(newer.letter) == col(LetterWording.letter),
            col(newer.version) > col(LetterWording.version),
        )
        rows = session.scalars(select(LetterWording).where(is_newest))
        session.info[_HERE] = {row.letter: wording_of(row) for row in rows if row.html}
    kept: Mapping[str, Wording] = session.info[_HERE]
    return {**kept, **(services.showing or {})}


def wording_of(row: LetterWording) -> Wording:
    """Return a kept version as a letter uses it."""
    return Wording(version=row.version, subject=row.subject, text=row.text, html=row.html)
