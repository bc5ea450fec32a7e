"""What happened to a case: moves with their evidence, records, decisions, letters."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select, union
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.words import ITEMS, LETTERS, REVIEWS
from models.case import Case, Record, Review, ReviewState, Transition, Waiver, still_counts
from models.deadline import Deadline
from models.enterprise import Person
from models.letter import ItemKind, ItemState, Letter, LetterItem, LetterState
from policy.answers import receipt_kind
from policy.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """One transition."""

    on: dt.date
    from_title: str
    to_title: str
    actor: str
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """Something that was recorded; ``counts`` is False when it was revoked or is of no use now."""

    on: dt.date
    kind: str
    title: str
    evidence: str
    by: str
    at: dt.datetime
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """One proposal and what became of it."""

    opened_on: dt.date
    from_title: str
    to_title: str
    summary: str
    state: str
    state_title: str
    decided_by: str
    decided_at: dt.datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverLine:
    """A need that somebody let the case skip."""

    stage_title: str
    need: str
    by: str
    reason: str
    at: dt.datetime  # local
    counts: bool  # until the case comes into that stage anew


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """One thing that was said about the case, to whom, and what became of the letter."""

    on: dt.date
    kind_title: str
    about: str
    to: str
    state: str
    state_title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All of that, the oldest first."""

    moves: tuple[MoveLine, ...]
    records: tuple[RecordLine, ...]
    reviews: tuple[ReviewLine, ...]
    waivers: tuple[WaiverLine, ...]
    letters: tuple[SaidLine, ...]


def history(session: Session, rules: Programme, case: Case, zone: dt.tzinfo) -> History:
    """Return what happened to a case, in the words of the rules it keeps."""
    titles = {stage.key: stage.title for stage in rules.stages}
    return History(
        moves=_moves(session, titles, case),
        records=_records(session, rules, case),
        reviews=_reviews(session, titles, case),
        waivers=_waivers(session, titles, case, zone),
        letters=_letters(session, case),
    )


def _moves(session: Session, titles: dict[str, str], case: Case) -> tuple[MoveLine, ...]:
    rows = session.scalars(
        select(Transition).where(col(Transition.case_id) == case.id).order_by(col(Transition.seq))
    )
    return tuple(
        MoveLine(
            on=row.on,
            from_title=titles.get(row.from_stage, row.from_stage),
            to_title=titles.get(row.to_stage, row.to_stage),
            actor=row.actor,
            reason=row.reason,
            evidence=tuple(json.loads(row.evidence)),
        )
        for row in rows
    )


def _records(session: Session, rules: Programme, case: Case) -> tuple[RecordLine, ...]:
    titles = {each.key: each.title for each in rules.records}
    titles |= {receipt_kind(each.key): f"凭证核对：{each.title}" for each in rules.obligations}
    rows = session.scalars(
        select(Record).where(col(Record.case_id) == case.id).order_by(col(Record.seq))
    )
    return tuple(
        RecordLine(
            on=row.on,
            kind=row.kind,
            title=titles.get(row.kind, row.kind),
            evidence=row.evidence,
            by=row.by,
            at=row.at,
            counts=not row.revoked and row.seq > case.records_after,
        )
        for row in rows
    )


def _reviews(session: Session, titles: dict[str, str], case: Case) -> tuple[ReviewLine, ...]:
    rows = session.scalars(
        select(Review).where(col(Review.case_id) == case.id).order_by(col(Review.id))
    )
    return tuple(
        ReviewLine(
            opened_on=row.opened_on,
            from_title=titles.get(row.stage, row.stage),
            to_title=titles.get(row.proposes, row.proposes),
            summary=row.summary,
            state=row.state,
            state_title=REVIEWS[ReviewState(row.state)],
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            reason=row.reason,
        )
        for row in rows
    )


def _waivers(
    session: Session, titles: dict[str, str], case: Case, zone: dt.tzinfo
) -> tuple[WaiverLine, ...]:
    rows = session.execute(
        select(Waiver, still_counts())
        .where(col(Waiver.case_id) == case.id)
        .order_by(col(Waiver.id))
    )
    return tuple(
        WaiverLine(
            stage_title=titles.get(row.stage, row.stage),
            need=row.need,
            by=row.by,
            reason=row.reason,
            at=row.at.astimezone(zone),
            counts=counts,
        )
        for row, counts in rows
    )


def _letters(session: Session, case: Case) -> tuple[SaidLine, ...]:
    """Return everything said of the case: its moves, its proposals, its dates."""
    said = (
        select(col(LetterItem.id)).where(
            of.in_(select(col(kind.id)).where(col(kind.case_id) == case.id))
        )
        for of, kind in (
            (col(LetterItem.deadline_id), Deadline),
            (col(LetterItem.transition_id), Transition),
            (col(LetterItem.review_id), Review),
        )
    )
    rows = session.execute(
        select(LetterItem, Letter, col(Person.name), col(Deadline.title))
        .outerjoin(Letter, col(Letter.id) == col(LetterItem.letter_id))
        .outerjoin(Person, col(Person.id) == col(LetterItem.person_id))
        .outerjoin(Deadline, col(Deadline.id) == col(LetterItem.deadline_id))
        .where(col(LetterItem.id).in_(union(*said)))  # each by its index; an OR reads them all
        .order_by(col(LetterItem.speaks_on), col(LetterItem.id))
    )
    return tuple(_said(item, letter, name, title) for item, letter, name, title in rows)


def _said(item: LetterItem, letter: Letter | None, name: str | None, title: str | None) -> SaidLine:
    state, words, reason = item.state, "未列入信函", item.reason
    if item.state == ItemState.CLAIMED.value and letter is not None:
        state, words, reason = letter.state, LETTERS[LetterState(letter.state)], letter.reason
    return SaidLine(
        on=letter.send_on if letter else item.speaks_on,
        kind_title=ITEMS[ItemKind(item.kind)],
        about=title or "",
        to=name or "（无收件人）",
        state=state,
        state_title=words,
        reason=reason,
    )
