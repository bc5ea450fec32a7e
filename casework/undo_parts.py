"""The parts of taking a decision back: what is about it, and proposals and dates as they were."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.one_a_day import WAITING
from casework.outbox import Claim
from casework.project_again import late_claims, project
from casework.services import Services
from casework.snapshot import Before, key_of, open_dates, open_review
from casework.speak_for import speak_for
from models.case import Case, Review, ReviewState, Transition
from models.deadline import TAKEN_BACK, Deadline, DeadlineState
from models.letter import ItemState, Letter, LetterItem, LetterState
from policy.deadlines import Due

_NOT_LEFT = (*WAITING, LetterState.FAILED.value, LetterState.SUPPRESSED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What hangs on a decision: what is said of it, and the dates it opened and closed."""

    items: tuple[int, ...] = ()  # claimed in letters; they are not to be said
    letters: tuple[int, ...] = ()  # that hold them
    surplus: tuple[Deadline, ...] = ()  # open now, not before
    missing: tuple[Deadline, ...] = ()  # open before, not now: their newest projections


def about_it(session: Session, case: Case, seq: int, before: Before) -> About:
    """Return what hangs on the decision that made this version of the case."""
    now = {key_of(row): row for row in open_dates(session, case)}
    surplus = tuple(row for key, row in now.items() if key not in before.deadlines)
    missing = tuple(_newest(session, case, key) for key in before.deadlines if key not in now)
    moves = select(col(Transition.id)).where(
        col(Transition.case_id) == case.id, col(Transition.seq) >= seq
    )
    rows = session.execute(
        select(col(LetterItem.id), col(LetterItem.letter_id)).where(
            col(LetterItem.state) == ItemState.CLAIMED.value,
            or_(
                col(LetterItem.transition_id).in_(moves),
                col(LetterItem.review_id).in_(_proposed(session, case, before.reviews)),
                col(LetterItem.deadline_id).in_([row.id for row in surplus]),
            ),
        )
    ).all()
    return About(
        items=tuple(item for item, _ in rows),
        letters=tuple(sorted({letter for _, letter in rows if letter})),
        surplus=surplus,
        missing=missing,
    )


def _proposed(session: Session, case: Case, known: int) -> Sequence[int | None]:
    """Return the proposals made since there were so many."""
    of_case = select(col(Review.id)).where(col(Review.case_id) == case.id)
    return session.scalars(of_case.order_by(col(Review.id)).offset(known)).all()


def _newest(session: Session, case: Case, key: tuple[str, str, str]) -> Deadline:
    obligation, subject, period = key
    return session.scalars(
        select(Deadline)
        .where(
            col(Deadline.case_id) == case.id,
            col(Deadline.obligation) == obligation,
            col(Deadline.subject) == subject,
            col(Deadline.period) == period,
        )
        .order_by(col(Deadline.projection).desc())
        .limit(1)
    ).one()


def lock(session: Session, letters: Collection[int]) -> Sequence[Letter]:
    """Return these letters; none of them leaves until this transaction ends."""
    wanted = select(Letter).where(col(Letter.id).in_(letters)).order_by(col(Letter.id))
    return session.scalars(wanted.with_for_update()).all()


def left(letters: Sequence[Letter]) -> bool:
    """Say whether one of them has left, or may have."""
    return any(each.may_repeat or each.state not in _NOT_LEFT for each in letters)


def hush(session: Session, about: About, why: str) -> None:
    """Let what was to be said of the decision end unsaid, with the reason."""
    session.execute(
        update(LetterItem)
        .where(col(LetterItem.id).in_(about.items))
        .values(state=ItemState.SUPPRESSED.value, reason=why)
        .execution_options(synchronize_session=False)
    )


def bring_back(
    session: Session, services: Services, case: Case, before: Before, about: About
) -> list[Claim]:
    """Make the proposal and the dates anew as they were; return what must be said of dates."""
    for row in about.surplus:
        row.state, row.closed_on = DeadlineState.WAIVED.value, services.today
        row.reason = TAKEN_BACK
    session.flush()
    _propose(session, case, before)
    calendar = services.calendar(session)
    claims: list[Claim] = []
    for old in about.missing:
        new = project(
            session, services, old, Due.from_json(old.basis), (old.suspended_on, TAKEN_BACK)
        )
        claims += late_claims(session, services, new, calendar)
    return claims


def _propose(session: Session, case: Case, before: Before) -> None:
    now = open_review(session, case)
    if now is not None and before.review == _named(now):
        return
    if now is not None:
        now.state, now.reason = ReviewState.SUPERSEDED.value, TAKEN_BACK
        session.flush()
    if before.review is None:
        return
    stage, proposes, summary, opened_on = before.review
    again = Review(
        case_id=case.id or 0,
        stage=stage,
        proposes=proposes,
        summary=summary,
        opened_on=dt.date.fromisoformat(opened_on),
    )
    session.add(again)
    session.flush()
    for old in _same(session, again):
        speak_for(session, "review_id", old, again.id)


def _named(review: Review) -> tuple[str, str, str, str]:
    return review.stage, review.proposes, review.summary, review.opened_on.isoformat()


def _same(session: Session, review: Review) -> Iterator[int | None]:
    """Yield the proposals that said the same, on the same day."""
    yield from session.scalars(
        select(col(Review.id)).where(
            col(Review.case_id) == review.case_id,
            col(Review.stage) == review.stage,
            col(Review.proposes) == review.proposes,
            col(Review.opened_on) == review.opened_on,
            col(Review.id) != review.id,
        )
    ).all()
