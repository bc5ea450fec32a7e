"""The audit chain: append-only rows, each sealed with the hash of the one before it."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.ledger import AuditEntry

GENESIS = "0" * 64
_CHAIN = 4312_8100  # any number, the same in every process


def append(session: Session, entry: AuditEntry) -> None:
    """Seal and add an entry at the end of the chain, in the caller's transaction.

    Writers queue for the end of the chain; should two ever see the same end, a unique key
    refuses one of them.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(_CHAIN)))
    last = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    entry.previous = last.seal if last else GENESIS
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
    return sealed((entry.previous, entry.at, entry.by, entry.source), _rest(entry))


def sealed(head: tuple[str, dt.datetime, str, str], rest: tuple[str, str, str]) -> str:
    """Return the hash over (previous, at, by, source) and (act, subject, detail)."""
    previous, at, by, source = head
    parts = (previous, at.astimezone(dt.UTC).isoformat(), by, source, *rest)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _rest(entry: AuditEntry) -> tuple[str, str, str]:
    return entry.act, entry.subject, entry.detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What going through the whole chain found."""

    entries: int  # that are sound, from the first one on
    last: int | None  # the last of them
    last_seal: str
    broken: int | None  # the first that was changed, or whose forerunner is gone


def chain_of(session: Session) -> Chain:
    """Go through the chain from its beginning to its end, or to where it is broken."""
    previous, entries, last = GENESIS, 0, None
    rows = select(AuditEntry).order_by(col(AuditEntry.id)).execution_options(yield_per=1000)
    with closing(session.scalars(rows)) as found:  # also when it is left in its middle
        for entry in found:
            if entry.previous != previous or entry.seal != seal(entry):
                return Chain(entries=entries, last=last, last_seal=previous, broken=entry.id)
            previous, entries, last = entry.seal, entries + 1, entry.id
            session.expunge(entry)
    return Chain(entries=entries, last=last, last_seal=previous, broken=None)


def broken_at(session: Session) -> int | None:
    """Return the id of the first entry that was changed or whose forerunner is gone."""
    return chain_of(session).broken
