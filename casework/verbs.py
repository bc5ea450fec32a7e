"""The steps of a decision: what approving, returning, holding, waiving and so on write."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.again import open_again
from casework.refusal import Refusal
from casework.services import Actor, Services
from casework.snapshot import open_review
from casework.tell import tell_move
from models.case import Case, Record, Review, ReviewState, Transition, Waiver
from models.decision import Verb
from models.engine import StaleWorkError
from models.writes import changed_rows, insert_new
from policy.programme import Final, Programme, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A decision as somebody asked for it; ``expecting`` is the version they were looking at."""

    case_id: int
    verb: Verb
    reason: str
    expecting: int | None = None
    need: str = ""  # WAIVE: the need's title, or enough of it


@dataclass(slots=True, kw_only=True)
class Act:
    """A wish being carried out: everything its steps need, in one transaction."""

    session: Session
    services: Services
    case: Case
    programme: Programme
    wish: Wish
    by: Actor

    @property
    def stage(self) -> Stage:
        """Return where the case stands."""
        return self.programme.stage(self.case.stage)

    @property
    def review(self) -> Review | None:
        """Return the proposal that waits."""
        return open_review(self.session, self.case)


def carry_out(act: Act) -> Refusal | None:
    """Write what the wish means, or say why it may not happen."""
    if act.stage.final is not None and act.wish.verb is not Verb.REOPEN:
        return Refusal(reason=f"事项已结束（{act.stage.title}），不能再办理")
    return _STEPS[act.wish.verb](act)


def _approve(act: Act) -> Refusal | None:
    review = act.review
    if review is None:
        return Refusal(reason="没有等待审核的提议：本环节所需的材料或登记还不齐全")
    _close_review(act, ReviewState.APPROVED)
    _move(act, review.proposes)
    return None


def _return(act: Act) -> Refusal | None:
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


def _hold(act: Act) -> Refusal | None:
    wanted = act.wish.verb is Verb.HOLD
    if act.case.held is wanted:
        return Refusal(reason="事项已经暂缓" if wanted else "事项没有暂缓，无须恢复")
    act.case.held = wanted
    bump(act.session, act.case)
    return None


def _waive(act: Act) -> Refusal | None:
    titles = [need.title for need in act.stage.needs]
    found = [title for title in titles if act.wish.need and act.wish.need in title]
    if len(found) != 1:
        choices = "、".join(titles) or "本环节无须等待"
        return Refusal(reason=f"请指明要免除哪一项（--need）：{choices}")
    row = {
        "case_id": act.case.id,
        "stage": act.stage.key,
        "need": found[0],
        "version": act.case.version + 1,
        "by": act.by.name,
        "reason": act.wish.reason,
        "at": act.services.now(),
        "revoked": False,
    }
    insert_new(act.session, Waiver, [row])
    bump(act.session, act.case)
    return None


def _withdraw(act: Act) -> Refusal | None:
    end = act.programme.final(Final.WITHDRAWN)
    if end is None:
        return Refusal(reason=f"{act.programme.title} 没有“放弃”环节")
    _close_review(act, ReviewState.WITHDRAWN)
    _move(act, end.key)
    return None


def _reopen(act: Act) -> Refusal | None:
    if act.stage.final is None:
        return Refusal(reason="事项还没有结束，不需要重新开始")
    opened = open_again(act.session, act.services, act.case)
    if isinstance(opened, Refusal):
        return opened
    act.case = opened
    return None


def _close_review(act: Act, state: ReviewState) -> None:
    review = act.review
    if review is None:
        return
    review.state = state.value
    review.decided_by = act.by.name
    review.decided_at = act.services.now()
    review.reason = act.wish.reason
    act.session.flush()


def _move(act: Act, to: str) -> None:
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
    bump(act.session, act.case)


def bump(session: Session, case: Case) -> None:
    """Raise the version of exactly the row that was read; somebody else's change stops us."""
    seen = case.version
    case.version = seen + 1
    session.expunge(case)
    written = session.execute(
        update(Case)
        .where(col(Case.id) == case.id, col(Case.version) == seen)
        .values(
            stage=case.stage,
            phase=case.phase,
            final=case.final,
            held=case.held,
            entered_on=case.entered_on,
            records_after=case.records_after,
            version=case.version,
        ),
        execution_options={"synchronize_session": False},
    )
    if changed_rows(written) != 1:
        raise StaleWorkError


_STEPS: dict[Verb, Callable[[Act], Refusal | None]] = {
    Verb.APPROVE: _approve,
    Verb.RETURN: _return,
    Verb.HOLD: _hold,
    Verb.RESUME: _hold,
    Verb.WAIVE: _waive,
    Verb.WITHDRAW: _withdraw,
    Verb.REOPEN: _reopen,
}
