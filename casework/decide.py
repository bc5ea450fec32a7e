"""A person decides: approve, return, hold, waive, withdraw, try again, with reason and version."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.find import merged_away
from casework.pipeline import by_programme, look_again, run_some
from casework.reasons import no_reason
from casework.refusal import Overtaken, Refusal, Unknown
from casework.roles import may_decide
from casework.rulebook import rules_of
from casework.scope import sees
from casework.services import Actor, Services
from casework.snapshot import snapshot
from casework.standing_in import acting
from casework.verbs import Act, Wish, carry_out
from models.case import Case, Transition
from models.decision import Decision, Undoing, Verb
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.letter import ItemState, LetterItem
from models.writes import insert_all

__all__ = ["Decided", "Foreseen", "Verb", "Wish", "decide_case", "decide_cases", "foresee"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the decision did; ``version`` is what to expect next time."""

    case_id: int
    from_stage: str
    to_stage: str
    version: int
    decision: int = 0  # its number, for whoever takes it back


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a decision would do by itself; what then follows by the rules is not in it."""

    from_title: str
    to_title: str
    tells: bool  # the enterprise's contact would be written to


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    act: Act
    case: Case
    before: str  # the stage it stood in


def decide_case(services: Services, wish: Wish, *, by: Actor) -> Decided | Refusal:
    """Carry out a decision, or say why it may not happen."""
    return decide_cases(services, [wish], by=by)[0]


def decide_cases(
    services: Services, wishes: Sequence[Wish], *, by: Actor
) -> Sequence[Decided | Refusal]:
    """Carry out decisions, each by itself; return of each, in their order, what came of it.

    What follows by the rules follows after all of them: it is worked out for many as for one.
    Raises what broke off; what was decided before stands, and has its consequences.
    """
    first = [may_decide(by) or no_reason(wish.reason) for wish in wishes]
    approving = [
        wish.case_id
        for wish, refused in zip(wishes, first, strict=True)
        if wish.verb is Verb.APPROVE and not refused
    ]
    if approving:
        look_again(services, approving)  # they may rest on figures that were corrected
    done: list[_Done | Refusal] = []
    try:
        for wish, refused in zip(wishes, first, strict=True):
            done.append(refused or _decide(services, wish, by))
    finally:
        _follow(services, done, by)
    with services.database.reading() as session:
        return [_told(session, each) if isinstance(each, _Done) else each for each in done]


def _decide(services: Services, wish: Wish, by: Actor) -> _Done | Refusal:
    try:
        return services.database.transact(partial(_attempt, services, wish, by))
    except StaleWorkError:
        return Refusal(reason="别人正在办理这一项，没有办成，请刷新后再办理")


def _follow(services: Services, done: Sequence[_Done | Refusal], by: Actor) -> None:
    """Do what follows by the rules, once for all enterprises of a programme."""
    moved = [each.case for each in done if isinstance(each, _Done)]
    concerned = by_programme((case.programme, case.enterprise_id) for case in moved)
    for programme, enterprises in concerned.items():
        run_some(services, programme=programme, enterprises=enterprises, actor=by.name)


def _told(session: Session, done: _Done) -> Decided:
    case = done.case
    now = session.get_one(Case, case.id)
    made = select(col(Decision.id)).where(
        col(Decision.case_id) == case.id, col(Decision.seq) == case.version
    )
    return Decided(
        case_id=now.id or 0,
        from_stage=done.before,
        to_stage=now.stage,
        version=now.version,
        decision=session.scalar(made) or 0,
    )


def foresee(services: Services, wish: Wish, *, by: Actor) -> Foreseen | Refusal:
    """Return what a decision would do: it is made, read, and taken back with its transaction."""
    if refusal := may_decide(by) or no_reason(wish.reason):
        return refusal

    def look(session: Session) -> Foreseen | Refusal:
        done = _attempt(services, wish, by, session)
        if isinstance(done, Refusal):
            return done
        said = (
            select(col(LetterItem.id))
            .join(Transition)
            .where(
                col(Transition.case_id) == done.case.id,
                col(Transition.seq) == done.case.version,
                col(LetterItem.state) == ItemState.CLAIMED.value,
            )
        )
        return Foreseen(
            from_title=done.act.programme.stage(done.before).title,
            to_title=done.act.programme.stage(done.case.stage).title,
            tells=session.scalar(said.limit(1)) is not None,
        )

    return services.database.supposing(look)


def _attempt(services: Services, wish: Wish, by: Actor, session: Session) -> _Done | Refusal:
    case = session.get(Case, wish.case_id)
    if case is None or not sees(session, services, case.enterprise_id):
        return Unknown(reason=f"没有编号为 {wish.case_id} 的事项")
    if refused := merged_away(session, case.enterprise_id):
        return refused
    if wish.expecting is not None and wish.expecting != case.version:
        return overtaken(session, services, case)
    act = Act(
        session=session,
        services=services,
        case=case,
        programme=rules_of(session, case),
        wish=wish,
        by=acting(session, services, by, case.enterprise_id),
    )
    before, stood = case.stage, snapshot(session, case)
    refusal = carry_out(act)
    if refusal is not None:
        return refusal
    _keep(act, stood)
    _audit(act, before)
    return _Done(act=act, case=act.case, before=before)


def _keep(act: Act, stood: str) -> None:
    row = {
        "case_id": act.case.id,
        "seq": act.case.version,
        "verb": act.wish.verb.value,
        "reason": act.wish.reason.strip(),
        "by": act.by.name,
        "at": act.services.now(),
        "before": stood,
    }
    insert_all(act.session, Decision, [row])


def overtaken(session: Session, services: Services, case: Case) -> Overtaken:
    """Return who changed a case since somebody looked, and when."""
    seen = col(Decision.case_id) == case.id
    undone = select(Undoing).join(Decision).where(seen)
    newest = [
        session.scalars(rows.limit(1)).first()
        for rows in (
            select(Transition)
            .where(col(Transition.case_id) == case.id)
            .order_by(col(Transition.seq).desc()),
            select(Decision).where(seen).order_by(col(Decision.seq).desc()),
            undone.order_by(col(Undoing.seq).desc()),
        )
    ]
    last = max((row for row in newest if row), key=lambda row: row.seq, default=None)
    if last is None:
        return Overtaken(reason="事项在您查看之后有变化，请刷新后再办理", version=case.version)
    who = last.actor if isinstance(last, Transition) else last.by
    minutes = int((services.now() - last.at).total_seconds() // 60)
    said = f"{who} {max(minutes, 0)} 分钟前已处理（{last.reason}），请刷新后再办理"
    return Overtaken(reason=said, version=case.version, by=who, at=last.at)


def _audit(act: Act, before: str) -> None:
    enterprise = act.session.get_one(Enterprise, act.case.enterprise_id)
    detail = {
        "case": act.case.id,
        "from": before,
        "to": act.case.stage,
        "reason": act.wish.reason,
        "need": act.wish.need,
        "version": act.case.version,
    }
    subject = f"{act.case.programme}/{enterprise.uscc}/{act.case.cycle}"
    note(act.session, act.services, act.by, act.wish.verb.value, (subject, detail))
