"""The audit chain: append-only rows, each sealed with the hash of the one before it."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.ledger import AuditEntry

_GENESIS = "0" * 64
_CHAIN = 4312_8100  # any number, the same in every process


def append(session: Session, entry: AuditEntry) -> None:
    """Seal and add an entry at the end of the chain, in the caller's transaction.

    Writers queue for the end of the chain; should two ever see the same end, a unique key
    refuses one of them.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN)))
    last = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    entry.previous = last.seal if last else _GENESIS
    entry.seal = seal(entry)
    session.add(entry)
    session.flush()


def entry_of(
    *, at: dt.datetime, by: tuple[str, str], act: str, subject: str, detail: Mapping[str, Any]
) -> AuditEntry:
    """Return an unsealed entry; ``by`` is (who, through which door)."""
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str)
    return AuditEntry(
        at=at, by=by[0], source=by[1], act=act, subject=subject, detail=text, previous="", seal=""
    )


def seal(entry: AuditEntry) -> str:
    """Return the hash over an entry's content and the seal of the entry before it."""
    parts = (
        entry.previous,
        entry.at.astimezone(dt.UTC).isoformat(),
        entry.by,
        entry.source,
        entry.act,
        entry.subject,
        entry.detail,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def broken_at(session: Session) -> int | None:
    """Return the id of the first entry that was changed or whose forerunner is gone."""
    previous = _GENESIS
    for entry in session.scalars(select(AuditEntry).order_by(col(AuditEntry.id))):
        if entry.previous != previous or entry.seal != seal(entry):
            return entry.id
        previous = entry.seal
    return None
