"""Taking back what was recorded by mistake: it no longer counts, and what it closed is owed again.

A record is never edited or deleted. Moves that were made because of it stay: they are told and
decided; a person who wants the case back returns it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.outbox import Claim, queue
from casework.pipeline import run_one
from casework.project_again import late_claims, project
from casework.reasons import no_reason
from casework.records import Happened, met_reason, subject_of
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.services import Actor, Services
from casework.standing_in import acting
from models.case import Case, Record
from models.deadline import Deadline, DeadlineState
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.writes import changed_rows
from policy.answers import receipt_kind
from policy.deadlines import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """What taking it back did."""

    record_id: int
    case_id: int | None
    enterprise: str
    title: str
    reopened: tuple[str, ...]  # titles of the deadlines that are owed again
    moved: int


def revoke_record(
    services: Services, happened: Happened, *, reason: str, by: Actor
) -> Revoked | Refusal:
    """Take back the record of this target, kind and day; its evidence tells it from others."""
    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明作废的理由"):
        return refusal

    def attempt(session: Session) -> tuple[Revoked, str, int] | Refusal:
        found = subject_of(session, services, happened)
        if isinstance(found, Refusal):
            return found
        enterprise, _, programme = found
        row = _the_record(session, happened, enterprise.id or 0, programme.key)
        if isinstance(row, Refusal):
            return row
        titles = {kind.key: kind.title for kind in programme.records}
        revoked = Revoked(
            record_id=row.id or 0,
            case_id=row.case_id,
            enterprise=enterprise.name,
            title=f"{programme.title}：{titles.get(row.kind, row.kind)}",
            reopened=_take_back(session, services, row),
            moved=0,
        )
        _audit(session, services, (row, enterprise), reason=reason.strip(), by=by)
        return revoked, programme.key, enterprise.id or 0

    done = services.database.transact(attempt)
    if isinstance(done, Refusal):
        return done
    revoked, programme_key, enterprise_id = done
    counts = run_one(services, programme=programme_key, enterprise_id=enterprise_id, actor=by.name)
    return replace(revoked, moved=counts.moved)


def _the_record(
    session: Session, happened: Happened, enterprise_id: int, programme: str
) -> Record | Refusal:
    rows = session.scalars(
        select(Record)
        .where(
            col(Record.enterprise_id) == enterprise_id,
            col(Record.programme) == programme,
            col(Record.kind) == happened.kind,
            col(Record.on) == happened.on,
            col(Record.revoked).is_(False),
        )
        .order_by(col(Record.seq))
    ).all()
    evidence = happened.evidence.strip()
    found = [row for row in rows if evidence in ("", row.evidence)]
    if not found:
        return Refusal(reason=f"没有 {happened.on.isoformat()} 的这项登记，或早已作废")
    if len(found) > 1:
        known = "、".join(row.evidence or "（无凭据）" for row in found)
        return Refusal(reason=f"同一天有 {len(found)} 条这样的登记，请用凭据指明是哪一条：{known}")
    return found[0]


def _take_back(session: Session, services: Services, row: Record) -> tuple[str, ...]:
    taken = session.execute(
        update(Record)
        .where(col(Record.id) == row.id, col(Record.revoked).is_(False))
        .values(revoked=True),
        execution_options={"synchronize_session": False},
    )
    if changed_rows(taken) != 1:
        raise StaleWorkError  # somebody else took it back first
    # A run that has read the record must read again before it moves the case.
    session.execute(
        update(Case).where(col(Case.id) == row.case_id).values(version=Case.version + 1),
        execution_options={"synchronize_session": False},
    )
    met = session.scalars(
        select(Deadline)
        .where(
            col(Deadline.enterprise_id) == row.enterprise_id,
            col(Deadline.programme) == row.programme,
            or_(col(Deadline.met_by) == row.kind, _by_receipt(row)),
            col(Deadline.state) == DeadlineState.MET.value,
            col(Deadline.closed_on) == row.on,
            col(Deadline.reason) == met_reason(row),
        )
        .order_by(col(Deadline.id))
    ).all()
    owed = [each for each in met if _is_newest(session, each)]
    _owe(session, services, owed)
    return tuple(each.title for each in owed)


def _by_receipt(row: Record) -> ColumnElement[bool]:
    """Return the condition that a deadline was met by this receipt: no kind of record meets it."""
    kind = literal(receipt_kind("")).concat(col(Deadline.obligation))
    return and_(col(Deadline.met_by) == "", kind == row.kind)


def _is_newest(session: Session, deadline: Deadline) -> bool:
    newest = session.scalar(
        select(func.max(col(Deadline.projection))).where(
            col(Deadline.enterprise_id) == deadline.enterprise_id,
            col(Deadline.programme) == deadline.programme,
            col(Deadline.obligation) == deadline.obligation,
            col(Deadline.subject) == deadline.subject,
            col(Deadline.period) == deadline.period,
        )
    )
    return newest == deadline.projection


def _owe(session: Session, services: Services, ended: Iterable[Deadline]) -> None:
    """Open these dates once more, and say what their ladders would have said meanwhile."""
    calendar = services.calendar(session)
    claims: list[Claim] = []
    for old in ended:
        new = project(session, services, old, Due.from_json(old.basis), (old.suspended_on, ""))
        claims += late_claims(session, services, new, calendar)
    queue(session, services, claims, send_on=services.today, calendar=calendar)


def _audit(
    session: Session,
    services: Services,
    about: tuple[Record, Enterprise],
    *,
    reason: str,
    by: Actor,
) -> None:
    row, enterprise = about
    by = acting(session, services, by, enterprise.id or 0)
    detail = {"record": row.id, "kind": row.kind, "on": row.on, "evidence": row.evidence}
    subject = f"{row.programme}/{enterprise.uscc}"
    note(session, services, by, "revoke", (subject, detail | {"reason": reason}))
