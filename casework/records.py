"""Recording what happened in the bureau: evidence that moves cases and closes deadlines."""

import datetime as dt
from dataclasses import dataclass, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.find import case_of, enterprise_of, merged_away
from casework.pipeline import run_one
from casework.reasons import too_long
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.services import Actor, Services
from casework.standing_in import acting
from models.case import Case, Record
from models.deadline import Deadline, DeadlineState
from models.enterprise import Enterprise
from policy.answers import receipt_kind
from policy.ladder import reach
from policy.obligation import Anchor
from policy.programme import Programme, RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What somebody wants to record. ``target`` is a case number, a credit code or a name."""

    target: str
    kind: str
    on: dt.date
    evidence: str = ""
    programme: str | None = None
    meets: int | None = None  # the deadline it is known to meet, of several that it could


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What the record did; ``already`` when the very same record was there before."""

    record_id: int
    case_id: int | None
    enterprise: str
    title: str
    already: bool
    closed: tuple[str, ...]  # titles of the deadlines it met
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a record did so far; the case has still to go on."""

    recorded: Recorded
    programme: str
    enterprise_id: int


def record_event(services: Services, happened: Happened, *, by: Actor) -> Recorded | Refusal:
    """Record that something happened, close what it meets, and let the case go on."""
    if refusal := may_decide(by):
        return refusal
    done = services.database.transact(lambda session: record_in(session, services, happened, by=by))
    return done if isinstance(done, Refusal) else go_on(services, done, by=by)


def record_in(
    session: Session, services: Services, happened: Happened, *, by: Actor
) -> Written | Refusal:
    """Record it and close what it meets, in the caller's transaction; a refusal wrote nothing."""
    found = subject_of(session, services, happened)
    if isinstance(found, Refusal):
        return found
    enterprise, case, programme = found
    kind = merged_away(session, enterprise.id or 0) or _kind(services, programme, happened)
    if isinstance(kind, Refusal):
        return kind
    recorded = _write(session, services, happened, (enterprise, case, programme, kind), by=by)
    return Written(recorded=recorded, programme=programme.key, enterprise_id=enterprise.id or 0)


def go_on(services: Services, written: Written, *, by: Actor) -> Recorded:
    """Let the case go on as far as what was recorded takes it."""
    counts = run_one(
        services, programme=written.programme, enterprise_id=written.enterprise_id, actor=by.name
    )
    return replace(written.recorded, moved=counts.moved)


def subject_of(
    session: Session, services: Services, happened: Happened
) -> tuple[Enterprise, Case | None, Programme] | Refusal:
    """Return whom and what a record is about; a holder of a certificate needs no open case."""
    case = case_of(session, services, happened.target, happened.programme)
    if isinstance(case, Case):
        enterprise = session.get_one(Enterprise, case.enterprise_id)
        return enterprise, case, services.catalogue.programme(case.programme)
    if happened.programme is None:
        return case
    found = enterprise_of(session, happened.target, services)
    if isinstance(found, Refusal):
        return found
    return found, None, services.catalogue.programme(happened.programme)


def _kind(services: Services, programme: Programme, happened: Happened) -> RecordKind | Refusal:
    kind = next((each for each in programme.records if each.key == happened.kind), None)
    if kind is None:
        known = "、".join(f"{each.key}（{each.title}）" for each in programme.records)
        return Refusal(reason=f"{programme.title} 没有登记类型“{happened.kind}”，可用的有：{known}")
    if happened.on > services.today:
        return Refusal(reason=f"{happened.on.isoformat()} 还没有到，只能登记已发生的事")
    if kind.evidence and not happened.evidence.strip():
        return Refusal(reason=f"登记“{kind.title}”需要凭据：{kind.evidence}")
    return too_long("凭据", happened.evidence) or kind


def _write(
    session: Session,
    services: Services,
    happened: Happened,
    subject: tuple[Enterprise, Case | None, Programme, RecordKind],
    *,
    by: Actor,
) -> Recorded:
    enterprise, case, programme, kind = subject
    # Two that record the very same at once make one record: the second looks after the first.
    alone = select(col(Enterprise.id)).where(col(Enterprise.id) == enterprise.id)
    session.execute(alone.with_for_update(key_share=True))
    by = acting(session, services, by, enterprise.id or 0)
    row = Record(
        enterprise_id=enterprise.id or 0,
        programme=programme.key,
        case_id=case.id if case else None,
        seq=0,
        kind=kind.key,
        on=happened.on,
        evidence=happened.evidence.strip(),
        by=by.name,
        at=services.now(),
    )
    title = f"{programme.title}：{kind.title}"
    if same := _same(session, row, after=case.records_after if case else 0):
        return _recorded(same, enterprise, title, already=True, closed=())
    row.seq = _last(session, row) + 1
    session.add(row)
    session.flush()
    closed = _close_deadlines(session, services, row, happened.meets)
    detail = {"kind": kind.key, "on": row.on, "evidence": row.evidence, "closed": closed}
    name = f"{programme.key}/{enterprise.uscc}"
    note(session, services, by, "record", (name, detail))
    return _recorded(row, enterprise, title, already=False, closed=closed)


def _last(session: Session, row: Record) -> int:
    """Return the number of the newest record of this enterprise and programme."""
    return (
        session.scalar(
            select(func.max(col(Record.seq))).where(
                col(Record.enterprise_id) == row.enterprise_id,
                col(Record.programme) == row.programme,
            )
        )
        or 0
    )


def _same(session: Session, row: Record, *, after: int) -> Record | None:
    """Return the very same record, if it was made before and still counts."""
    return session.scalars(
        select(Record).where(
            col(Record.enterprise_id) == row.enterprise_id,
            col(Record.programme) == row.programme,
            col(Record.case_id) == row.case_id,
            col(Record.kind) == row.kind,
            col(Record.on) == row.on,
            col(Record.evidence) == row.evidence,
            col(Record.revoked).is_(False),
            col(Record.seq) > after,
        )
    ).first()


def _recorded(
    row: Record, enterprise: Enterprise, title: str, *, already: bool, closed: tuple[str, ...]
) -> Recorded:
    return Recorded(
        record_id=row.id or 0,
        case_id=row.case_id,
        enterprise=enterprise.name,
        title=title,
        already=already,
        closed=closed,
        moved=0,
    )


def _close_deadlines(
    session: Session, services: Services, row: Record, meets: int | None
) -> tuple[str, ...]:
    """Close one open deadline of each obligation that this record meets."""
    ended = select(col(Case.id)).where(
        col(Case.enterprise_id) == row.enterprise_id, col(Case.final).is_not(None)
    )
    waiting = session.scalars(
        select(Deadline)
        .where(
            col(Deadline.enterprise_id) == row.enterprise_id,
            col(Deadline.programme) == row.programme,
            col(Deadline.met_by) == row.kind,
            col(Deadline.state) == DeadlineState.OPEN.value,
            # What happened in one cycle meets nothing of another, unless that one has ended.
            or_(
                col(Deadline.case_id).is_(None),
                col(Deadline.case_id) == row.case_id,
                col(Deadline.case_id).in_(ended),
            ),
        )
        .order_by(col(Deadline.due_on), col(Deadline.id))
    )
    meant: dict[tuple[str, str], Deadline] = {}
    for deadline in waiting:
        duty = deadline.obligation, deadline.subject
        before = meant.get(duty)
        later = before is not None and before.id != meets and before.due_on < row.on
        asked = later and _asked_for(services, deadline, row.on)
        if before is None or deadline.id == meets or asked:
            meant[duty] = deadline
    for deadline in meant.values():
        _meet(session, deadline, row)
    return tuple(deadline.title for deadline in meant.values())


def meet_by_receipt(
    session: Session, services: Services, deadline: Deadline, receipt: tuple[str, dt.date], by: str
) -> None:
    """Close a deadline that no kind of record meets by a receipt and its day, and record that."""
    evidence, on = receipt
    row = Record(
        enterprise_id=deadline.enterprise_id,
        programme=deadline.programme,
        case_id=deadline.case_id,
        seq=0,
        kind=receipt_kind(deadline.obligation),
        on=on,
        evidence=evidence,
        by=by,
        at=services.now(),
    )
    row.seq = _last(session, row) + 1
    session.add(row)
    _meet(session, deadline, row)


def _meet(session: Session, deadline: Deadline, row: Record) -> None:
    deadline.state = DeadlineState.MET.value
    deadline.closed_on = row.on
    deadline.reason = met_reason(row)
    session.add(deadline)


def met_reason(row: Record) -> str:
    """Return what a deadline says that this record met."""
    return row.evidence or row.kind


def _asked_for(services: Services, deadline: Deadline, on: dt.date) -> bool:
    """Say whether the reminders of a yearly date have begun and it has not passed.

    What is then reported is this year's, even where last year's never was.
    """
    duties = services.catalogue.programme(deadline.programme).obligations
    duty = next((each for each in duties if each.key == deadline.obligation), None)
    ladder = services.catalogue.ladders.get(deadline.ladder)
    if duty is None or duty.anchor is Anchor.RECORD or ladder is None:
        return False
    first = min((reach(rung)[0] for rung in ladder.rungs), default=0)
    return deadline.due_on + dt.timedelta(days=first) <= on <= deadline.due_on
