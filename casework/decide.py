"""A person decides: approve, return, hold, waive, withdraw, try again, with reason and version."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.again import open_again
from casework.audit import note
from casework.pipeline import look_again, run_one
from casework.refusal import Overtaken, Refusal, Unknown
from casework.roles import may_decide
from casework.rulebook import rules_of
from casework.scope import sees
from casework.services import Actor, Services
from casework.standing_in import acting
from casework.tell import tell_move
from models.case import Case, Record, Review, ReviewState, Transition, Waiver
from models.engine import StaleWorkError
from models.enterprise import Enterprise
from models.writes import changed_rows, insert_new
from policy.programme import Final, Programme, Stage


class Verb(StrEnum):
    """What a person can decide about a case."""

    APPROVE = "approve"  # 同意
    RETURN = "return"  # 退回补正
    HOLD = "hold"  # 暂缓
    RESUME = "resume"  # 恢复
    WAIVE = "waive"  # 免除一项等待
    WITHDRAW = "withdraw"  # 放弃申报
    REOPEN = "reopen"  # 已结束的，同一年度重新开始


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A decision as somebody asked for it; ``expecting`` is the version they were looking at."""

    case_id: int
    verb: Verb
    reason: str
    expecting: int | None = None
    need: str = ""  # WAIVE: the need's title, or enough of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What the decision did; ``version`` is what to expect next time."""

    case_id: int
    from_stage: str
    to_stage: str
    version: int


@dataclass(slots=True, kw_only=True)
class _Act:
    """A wish being carried out: everything its steps need, in one transaction."""

    session: Session
    services: Services
    case: Case
    programme: Programme
    wish: Wish
    by: Actor

    @property
    def stage(self) -> Stage:
        return self.programme.stage(self.case.stage)

    @property
    def review(self) -> Review | None:
        return self.session.scalars(
            select(Review).where(
                col(Review.case_id) == self.case.id, col(Review.state) == ReviewState.OPEN.value
            )
        ).first()


def decide_case(services: Services, wish: Wish, *, by: Actor) -> Decided | Refusal:
    """Carry out a decision, or say why it may not happen."""
    if refusal := may_decide(by) or _no_reason(wish):
        return refusal
    if wish.verb is Verb.APPROVE:
        look_again(services, wish.case_id)  # it may rest on figures that were corrected

    def attempt(session: Session) -> tuple[Case, str] | Refusal:
        case = session.get(Case, wish.case_id)
        if case is None or not sees(session, services, case.enterprise_id):
            return Unknown(reason=f"没有编号为 {wish.case_id} 的事项")
        if wish.expecting is not None and wish.expecting != case.version:
            return _overtaken(session, services, case)
        act = _Act(
            session=session,
            services=services,
            case=case,
            programme=rules_of(session, case),
            wish=wish,
            by=acting(session, services, by, case.enterprise_id),
        )
        before = case.stage
        refusal = _carry_out(act)
        if refusal is not None:
            return refusal
        _audit(act, before)
        return act.case, before

    done = services.database.transact(attempt)
    if isinstance(done, Refusal):
        return done
    case, before = done
    run_one(services, programme=case.programme, enterprise_id=case.enterprise_id, actor=by.name)
    with services.database.reading() as session:
        now = session.get_one(Case, case.id)
        return Decided(
            case_id=now.id or 0, from_stage=before, to_stage=now.stage, version=now.version
        )


def _no_reason(wish: Wish) -> Refusal | None:
    return None if wish.reason.strip() else Refusal(reason="请写明理由")


def _carry_out(act: _Act) -> Refusal | None:
    if act.stage.final is not None and act.wish.verb is not Verb.REOPEN:
        return Refusal(reason=f"事项已结束（{act.stage.title}），不能再办理")
    return _STEPS[act.wish.verb](act)


def _approve(act: _Act) -> Refusal | None:
    review = act.review
    if review is None:
        return Refusal(reason="没有等待审核的提议：本环节所需的材料或登记还不齐全")
    _close_review(act, ReviewState.APPROVED)
    _move(act, review.proposes)
    return None


def _return(act: _Act) -> Refusal | None:
    if act.stage.returns_to is None:
        return Refusal(reason=f"“{act.stage.title}”环节不能退回")
    _close_review(act, ReviewState.RETURNED)
    # What was recorded for the failed try does not count for the next one.
    last = act.session.scalar(
        select(func.max(col(Record.seq))).where(
            col(Record.enterprise_id) == act.case.enterprise_id,
            col(Record.programme) == act.case.programme,
        )
    )
    act.case.records_after = last or 0
    _move(act, act.stage.returns_to)
    return None


def _hold(act: _Act) -> Refusal | None:
    wanted = act.wish.verb is Verb.HOLD
    if act.case.held is wanted:
        return Refusal(reason="事项已经暂缓" if wanted else "事项没有暂缓，无须恢复")
    act.case.held = wanted
    _bump(act)
    return None


def _waive(act: _Act) -> Refusal | None:
    titles = [need.title for need in act.stage.needs]
    found = [title for title in titles if act.wish.need and act.wish.need in title]
    if len(found) != 1:
        choices = "、".join(titles) or "本环节无须等待"
        return Refusal(reason=f"请用 --need 指明要免除哪一项：{choices}")
    row = {
        "case_id": act.case.id,
        "stage": act.stage.key,
        "need": found[0],
        "version": act.case.version + 1,
        "by": act.by.name,
        "reason": act.wish.reason,
        "at": act.services.now(),
    }
    insert_new(act.session, Waiver, [row])
    _bump(act)
    return None


def _withdraw(act: _Act) -> Refusal | None:
    end = act.programme.final(Final.WITHDRAWN)
    if end is None:
        return Refusal(reason=f"{act.programme.title} 没有“放弃”环节")
    _close_review(act, ReviewState.WITHDRAWN)
    _move(act, end.key)
    return None


def _reopen(act: _Act) -> Refusal | None:
    if act.stage.final is None:
        return Refusal(reason="事项还没有结束，不需要重新开始")
    opened = open_again(act.session, act.services, act.case)
    if isinstance(opened, Refusal):
        return opened
    act.case = opened
    return None


def _close_review(act: _Act, state: ReviewState) -> None:
    review = act.review
    if review is None:
        return
    review.state = state.value
    review.decided_by = act.by.name
    review.decided_at = act.services.now()
    review.reason = act.wish.reason
    act.session.flush()


def _move(act: _Act, to: str) -> None:
    case, stage = act.case, act.programme.stage(to)
    transition = Transition(
        case_id=case.id or 0,
        seq=case.version + 1,
        from_stage=case.stage,
        to_stage=to,
        on=act.services.today,
        actor=act.by.name,
        reason=act.wish.reason,
        at=act.services.now(),
    )
    act.session.add(transition)
    if stage.plain:
        tell_move(act.session, act.services, case, transition)
    case.stage, case.phase = stage.key, stage.phase.value
    case.final = stage.final.value if stage.final else None
    case.entered_on = act.services.today
    _bump(act)


def _bump(act: _Act) -> None:
    """Raise the version of exactly the row that was read; somebody else's change stops us."""
    seen = act.case.version
    act.case.version = seen + 1
    act.session.expunge(act.case)
    written = act.session.execute(
        update(Case)
        .where(col(Case.id) == act.case.id, col(Case.version) == seen)
        .values(
            stage=act.case.stage,
            phase=act.case.phase,
            final=act.case.final,
            held=act.case.held,
            entered_on=act.case.entered_on,
            records_after=act.case.records_after,
            version=act.case.version,
        ),
        execution_options={"synchronize_session": False},
    )
    if changed_rows(written) != 1:
        raise StaleWorkError


def _overtaken(session: Session, services: Services, case: Case) -> Overtaken:
    last = session.scalars(
        select(Transition)
        .where(col(Transition.case_id) == case.id)
        .order_by(col(Transition.seq).desc())
        .limit(1)
    ).first()
    if last is None:
        return Overtaken(reason="事项在您查看之后有变化，请刷新后再办理", version=case.version)
    minutes = int((services.now() - last.at).total_seconds() // 60)
    said = f"{last.actor} {max(minutes, 0)} 分钟前已处理（{last.reason}），请刷新后再办理"
    return Overtaken(reason=said, version=case.version, by=last.actor, at=last.at)


def _audit(act: _Act, before: str) -> None:
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


_STEPS: dict[Verb, Callable[[_Act], Refusal | None]] = {
    Verb.APPROVE: _approve,
    Verb.RETURN: _return,
    Verb.HOLD: _hold,
    Verb.RESUME: _hold,
    Verb.WAIVE: _waive,
    Verb.WITHDRAW: _withdraw,
    Verb.REOPEN: _reopen,
}
