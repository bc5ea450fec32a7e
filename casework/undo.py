"""Taking a decision back while no letter about it has left and nobody else has touched the case.

Nothing is deleted: the case goes back by a move of its own, dates and proposals are made anew as
they were, and what waited in a letter about the decision ends suppressed with the reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.find import merged_away
from casework.outbox import queue
from casework.reasons import no_reason
from casework.refusal import Refusal, Unknown
from casework.roles import may_decide
from casework.rulebook import rules_of
from casework.scope import sees
from casework.services import Actor, Services
from casework.snapshot import Before, before_of, since, waivers
from casework.standing_in import acting
from casework.undo_parts import About, about_it, bring_back, hush, left, lock
from casework.verbs import bump
from casework.words import VERBS
from models.case import Case, Transition, Waiver
from models.decision import Decision, Undoing, Verb
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.writes import insert_all
from policy.programme import Programme
from policy.workdays import ONE_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """What taking a decision back does; ``already`` when somebody had done it before."""

    case_id: int
    verb: str
    from_title: str
    to_title: str
    letters: int  # what will not be said
    owed_again: tuple[str, ...]
    no_longer_owed: tuple[str, ...]
    already: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    session: Session
    services: Services
    decision: Decision
    case: Case
    before: Before
    rules: Programme


def take_back(services: Services, decision: int, *, reason: str, by: Actor) -> TakenBack | Refusal:
    """Take a decision back, or say why that can not be; twice is once."""
    if refusal := may_decide(by):
        return refusal
    if refusal := no_reason(reason, "请写明撤销的理由"):
        return refusal
    return services.database.transact(
        lambda session: _attempt(session, services, decision, (reason.strip(), by))
    )


def foresee_taking_back(services: Services, decision: int, *, by: Actor) -> TakenBack | Refusal:
    """Return what taking it back would do; nothing is kept of it."""
    if refusal := may_decide(by):
        return refusal
    return services.database.supposing(
        lambda session: _attempt(session, services, decision, ("预览", by))
    )


def last_decision(session: Session, case_id: int) -> Decision | None:
    """Return the newest decision about a case that stands."""
    undone = select(col(Undoing.decision_id))
    return session.scalars(
        select(Decision)
        .where(col(Decision.case_id) == case_id, col(Decision.id).not_in(undone))
        .order_by(col(Decision.seq).desc())
        .limit(1)
    ).first()


def _attempt(
    session: Session, services: Services, number: int, how: tuple[str, Actor]
) -> TakenBack | Refusal:
    decision = session.get(Decision, number)
    case = session.get(Case, decision.case_id, with_for_update=True) if decision else None
    if decision is None or case is None or not sees(session, services, case.enterprise_id):
        return Unknown(reason=f"没有编号为 {number} 的决定")
    back = _Back(
        session=session,
        services=services,
        decision=decision,
        case=case,
        before=before_of(decision.before),
        rules=rules_of(session, case),
    )
    if session.get(Undoing, number) is not None:
        return _told(back, case.stage, About(), already=True)
    if sentence := next(_objections(back), ""):
        return Refusal(reason=sentence)
    about = about_it(session, case, decision.seq, back.before)
    letters = lock(session, about.letters)
    if about_it(session, case, decision.seq, back.before) != about:
        raise StaleWorkError  # a sender moved it into another letter before this one was held
    if left(letters):
        return Refusal(reason="关于这次办理的信已经发出或正在发，不能撤销")
    return _carry_out(back, about, how)


def why_never(session: Session, services: Services, decision: Decision) -> str:
    """Return why a decision is not taken back whatever happened since; nothing while it may be."""
    if decision.verb == Verb.REOPEN.value:
        return "重新开始不能撤销：不办了就放弃这个新的事项"
    day = decision.at.astimezone(services.zone).date()
    if services.today > services.calendar(session).next_workday(day + ONE_DAY):
        return "已过一个工作日，不能撤销；请用退回、恢复等办理"
    return ""


def _objections(back: _Back) -> Iterator[str]:
    """Yield why it can not be taken back, the plainest first."""
    services, decision = back.services, back.decision
    if away := merged_away(back.session, back.case.enterprise_id):
        yield away.reason
    if never := why_never(back.session, services, decision):
        yield never
    yield from _changed_since(back)
    now = since(back.session, back.case)
    if now["records"] != back.before.records:
        yield "之后又有登记，不能撤销；登记错了的，先作废登记，再退回"
    if now["clocks"] != back.before.clocks:
        yield "之后办理过它的期限（中止、延期等），不能撤销"
    if now["cases"] != back.before.cases or _another_goes_on(back):
        yield "之后同一企业建立了新的事项，不能撤销"


def _another_goes_on(back: _Back) -> bool:
    """Say whether another try of the year is under way, and this one would be again."""
    case = back.case
    if case.final is None or back.before.final is not None:
        return False
    other = select(col(Case.id)).where(
        col(Case.enterprise_id) == case.enterprise_id,
        col(Case.programme) == case.programme,
        col(Case.cycle) == case.cycle,
        col(Case.final).is_(None),
    )
    return back.session.scalar(other.limit(1)) is not None


def _changed_since(back: _Back) -> Iterator[str]:
    """Yield what was done later and stands; then whether anything else made a new version."""
    session, case, seq = back.session, back.case, back.decision.seq
    rows = session.execute(
        select(Decision, col(Undoing.seq))
        .outerjoin(Undoing)
        .where(col(Decision.case_id) == case.id, col(Decision.seq) > seq)
        .order_by(col(Decision.seq).desc())
    ).all()
    for later, undone in rows:
        if undone is None:
            yield f"{later.by}之后又办理了“{VERBS[Verb(later.verb)]}”，请先撤销那一次"
    moves = session.scalars(
        select(col(Transition.seq)).where(
            col(Transition.case_id) == case.id, col(Transition.seq) > seq
        )
    )
    known = {*moves, *(later.seq for later, _ in rows), *(undone for _, undone in rows)}
    if known != set(range(seq + 1, case.version + 1)):
        yield "事项之后又有变化，不能撤销"


def _carry_out(back: _Back, about: About, how: tuple[str, Actor]) -> TakenBack:
    session, services, case = back.session, back.services, back.case
    reason, by = how[0], acting(session, services, how[1], case.enterprise_id)
    stage = case.stage
    _go_back(back, reason, by)
    why = f"{by.name}撤销了“{VERBS[Verb(back.decision.verb)]}”"
    hush(session, about, why)
    claims = bring_back(session, services, case, back.before, about)
    queue(
        session,
        services,
        claims,
        send_on=services.today,
        calendar=services.calendar(session),
    )
    row = {"decision_id": back.decision.id, "seq": case.version, "reason": reason, "by": by.name}
    insert_all(session, Undoing, [row | {"at": services.now()}])
    done = _told(back, stage, about)
    enterprise = session.get_one(Enterprise, case.enterprise_id)
    subject = f"{case.programme}/{enterprise.uscc}/{case.cycle}"
    detail = {
        "case": case.id,
        "decision": back.decision.seq,
        "verb": back.decision.verb,
        "from": stage,
        "to": case.stage,
        "reason": reason,
        "letters": done.letters,
        "version": case.version,
    }
    note(session, services, by, "undo", (subject, detail))
    return done


def _go_back(back: _Back, reason: str, by: Actor) -> None:
    """Bring the case's row back to what it was, by a move of its own where it had moved."""
    session, case, before = back.session, back.case, back.before
    if case.stage != before.stage:
        move = Transition(
            case_id=case.id or 0,
            seq=case.version + 1,
            from_stage=case.stage,
            to_stage=before.stage,
            on=back.services.today,
            actor=by.name,
            reason=f"撤销“{VERBS[Verb(back.decision.verb)]}”：{reason}",
            at=back.services.now(),
        )
        session.add(move)
        session.flush()
    case.stage, case.phase, case.final = before.stage, before.phase, before.final
    case.held, case.entered_on = before.held, before.entered_on
    case.records_after = before.records_after
    bump(session, case)
    _waive_as_before(back)


def _waive_as_before(back: _Back) -> None:
    """Let exactly those waivers count that counted before."""
    session, case, wanted = back.session, back.case, set(back.before.waivers)
    counting = waivers(session, case)
    for waiver in counting:
        waiver.revoked = (waiver.stage, waiver.need) not in wanted
    missing = wanted - {(each.stage, each.need) for each in counting}
    for stage, need in sorted(missing):
        newest = (
            select(Waiver)
            .where(
                col(Waiver.case_id) == case.id,
                col(Waiver.stage) == stage,
                col(Waiver.need) == need,
                col(Waiver.revoked).is_(False),
            )
            .order_by(col(Waiver.version).desc())
        )
        # It is good until the case comes into the stage anew: that it came back is not anew.
        session.scalars(newest.limit(1)).one().version = case.version
    session.flush()


def _told(back: _Back, stage: str, about: About, *, already: bool = False) -> TakenBack:
    return TakenBack(
        case_id=back.case.id or 0,
        verb=back.decision.verb,
        from_title=back.rules.stage(stage).title,
        to_title=back.rules.stage(back.case.stage).title,
        letters=len(about.items),
        owed_again=_titles(about.missing),
        no_longer_owed=_titles(about.surplus),
        already=already,
    )


def _titles(dates: Iterable[object]) -> tuple[str, ...]:
    return tuple(getattr(each, "title", "") for each in dates)
