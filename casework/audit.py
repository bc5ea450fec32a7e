"""Noting who did what: one line at the end of the audit chain, in the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from casework.services import Actor, Services
from models.audit import append, entry_of


def note(
    session: Session, services: Services, by: Actor, act: str, about: tuple[str, Mapping[str, Any]]
) -> None:
    """Note an act; ``about`` is what it was done to, and the details."""
    subject, detail = about
    door = (by.name, by.source)
    append(session, entry_of(at=services.now(), by=door, act=act, subject=subject, detail=detail))
