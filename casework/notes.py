"""Notes (备注) on an enterprise or on one of its cases: written once, struck out, never erased."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.reasons import no_reason
from casework.refusal import Refusal, Unknown
from casework.roles import may_decide
from casework.scope import seen_by, sees
from casework.services import Actor, Services
from models.case import Case
from models.decision import Note
from models.enterprise import Enterprise
from models.merge import stands
from models.writes import insert_new

LONGEST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNote:
    """What somebody writes; ``key`` is of the form it came by, so that sent twice is kept once."""

    key: str
    uscc: str
    text: str
    case_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A note as staff read it; a struck one can still be read."""

    id: int
    at: dt.datetime
    by: str
    text: str
    case_id: int | None
    struck: str  # who struck it out, when and why; empty: it stands


def add_note(services: Services, new: NewNote, *, by: Actor) -> Refusal | None:
    """Keep a note, or say why not."""
    text = new.text.strip()
    if refusal := may_decide(by):
        return refusal
    if not text or len(text) > LONGEST:
        return Refusal(reason=f"备注请写 1 至 {LONGEST} 个字")

    def attempt(session: Session) -> Refusal | None:
        firm = session.scalars(
            select(Enterprise).where(col(Enterprise.uscc) == new.uscc, *seen_by(services), stands())
        ).first()
        case = session.get(Case, new.case_id) if new.case_id else None
        if firm is None or (new.case_id and (case is None or case.enterprise_id != firm.id)):
            return Unknown(reason="没有这个企业或事项")
        row = {
            "key": new.key,
            "enterprise_id": firm.id,
            "case_id": new.case_id,
            "text": text,
            "by": by.name,
            "at": services.now(),
            "struck_by": "",
            "struck_reason": "",
        }
        if insert_new(session, Note, [row], returning=("id",)):
            detail = {"case": new.case_id, "text": text}
            note(session, services, by, "note", (firm.uscc, detail))
        return None

    return services.database.transact(attempt)


def strike_note(services: Services, number: int, *, reason: str, by: Actor) -> Refusal | None:
    """Strike a note out: it stays to be read, with who did that and why."""
    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明划去的理由"):
        return refusal

    def attempt(session: Session) -> Refusal | None:
        row = session.get(Note, number, with_for_update=True)
        if row is None or not sees(session, services, row.enterprise_id):
            return Unknown(reason="没有这条备注")
        if row.struck_at is not None:
            return None
        row.struck_by, row.struck_at = by.name, services.now()
        row.struck_reason = reason.strip()
        uscc = session.get_one(Enterprise, row.enterprise_id).uscc
        detail = {"note": number, "text": row.text, "reason": row.struck_reason}
        note(session, services, by, "note.strike", (uscc, detail))
        return None

    return services.database.transact(attempt)


def notes_of(services: Services, uscc: str, *, case_id: int | None = None) -> tuple[NoteLine, ...]:
    """Return the notes on an enterprise and its cases; of one case: its own and the general ones.

    The newest first.
    """
    wanted = (
        select(Note)
        .join(Enterprise, col(Enterprise.id) == col(Note.enterprise_id))
        .where(col(Enterprise.uscc) == uscc, *seen_by(services))
        .order_by(col(Note.id).desc())
    )
    if case_id is not None:
        wanted = wanted.where(or_(col(Note.case_id).is_(None), col(Note.case_id) == case_id))
    with services.database.reading() as session:
        return tuple(_line(services, row) for row in session.scalars(wanted))


def _line(services: Services, row: Note) -> NoteLine:
    struck = ""
    if row.struck_at is not None:
        on = row.struck_at.astimezone(services.zone)
        struck = f"{row.struck_by} {on:%Y-%m-%d} 划去：{row.struck_reason}"
    return NoteLine(
        id=row.id or 0,
        at=row.at.astimezone(services.zone),
        by=row.by,
        text=row.text,
        case_id=row.case_id,
        struck=struck,
    )
