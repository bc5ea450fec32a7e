"""Reading the cases of a batch with everything their next step depends on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.case import Assessment, Case, Record, Review, ReviewState, Waiver, still_counts
from models.span import Span
from models.writes import table_of
from policy.stages import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A case that has not ended, as read; ``id`` is None while it is only planned."""

    id: int | None
    enterprise_id: int
    cycle: int
    round: int
    revision: str
    stage: str
    version: int
    entered_on: dt.date
    held: bool = False
    records_after: int = 0
    assessed: str = ""

    @property
    def key(self) -> tuple[int, int, int]:
        """Return what makes the case unique within its programme."""
        return (self.enterprise_id, self.cycle, self.round)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    """A proposal that waits for a person."""

    id: int
    stage: str
    proposes: str
    opened_on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAssessment:
    """What the criteria said last."""

    verdict: str
    score_low: int | None
    score_high: int | None
    findings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Casebook:
    """The open cases of one programme in one span of enterprises."""

    cases: tuple[OpenCase, ...]
    taken: frozenset[tuple[int, int]]  # (enterprise, cycle) that have or had a case
    records: Mapping[int, tuple[Seen, ...]] = field(default_factory=dict)
    waived: Mapping[int, frozenset[str]] = field(default_factory=dict)
    reviews: Mapping[int, OpenReview] = field(default_factory=dict)
    assessments: Mapping[int, LastAssessment] = field(default_factory=dict)


_NAMES = tuple(each.name for each in fields(OpenCase))


def read_casebook(session: Session, programme: str, span: Span, *, cycle: int) -> Casebook:
    """Return the open cases of the span with their records, waivers, reviews, assessments."""
    ours = (
        col(Case.programme) == programme,
        *span.holds(col(Case.enterprise_id)),
    )
    live = (*ours, col(Case.final).is_(None))
    rows = session.execute(
        select(*(table_of(Case).c[name] for name in _NAMES))
        .where(*live)
        .order_by(col(Case.enterprise_id), col(Case.cycle), col(Case.round))
    )
    started = select(col(Case.enterprise_id), col(Case.cycle)).where(
        *ours, col(Case.cycle) == cycle
    )
    return Casebook(
        cases=tuple(_case(row) for row in rows),
        taken=frozenset((enterprise, year) for enterprise, year in session.execute(started)),
        records=_records(session, live),
        waived=_waivers(session, live),
        reviews=_reviews(session, live),
        assessments=_assessments(session, live),
    )


def _case(row: Iterable[Any]) -> OpenCase:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    return OpenCase(**values)


def _of_cases(statement: Select[Any], case_id: Any, live: Iterable[Any]) -> Select[Any]:  # noqa: ANN401
    return statement.join(Case, and_(col(Case.id) == case_id, *live))


def _records(session: Session, live: Iterable[Any]) -> dict[int, tuple[Seen, ...]]:
    wanted = select(col(Record.case_id), col(Record.kind), col(Record.on), col(Record.evidence))
    rows = session.execute(
        _of_cases(wanted, col(Record.case_id), live)
        .where(col(Record.revoked).is_(False), col(Record.seq) > col(Case.records_after))
        .order_by(col(Record.case_id), col(Record.seq))
    )
    found: dict[int, list[Seen]] = defaultdict(list)
    for case_id, kind, day, evidence in rows:
        found[case_id].append(Seen(kind=kind, on=day, evidence=evidence))
    return {case_id: tuple(seen) for case_id, seen in found.items()}


def _waivers(session: Session, live: Iterable[Any]) -> dict[int, frozenset[str]]:
    wanted = select(col(Waiver.case_id), col(Waiver.stage), col(Waiver.need))
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(_of_cases(wanted, col(Waiver.case_id), live).where(still_counts()))
    for case_id, stage, need in rows:
        found[case_id].add(f"{stage}/{need}")
    return {case_id: frozenset(needs) for case_id, needs in found.items()}


def _reviews(session: Session, live: Iterable[Any]) -> dict[int, OpenReview]:
    wanted = select(
        col(Review.case_id),
        col(Review.id),
        col(Review.stage),
        col(Review.proposes),
        col(Review.opened_on),
    ).where(col(Review.state) == ReviewState.OPEN.value)
    rows = session.execute(_of_cases(wanted, col(Review.case_id), live))
    return {
        case: OpenReview(id=id_, stage=stage, proposes=to, opened_on=day)
        for case, id_, stage, to, day in rows
    }


def _assessments(session: Session, live: Iterable[Any]) -> dict[int, LastAssessment]:
    rows = session.execute(
        select(
            col(Assessment.case_id),
            col(Assessment.verdict),
            col(Assessment.score_low),
            col(Assessment.score_high),
            col(Assessment.findings),
        ).join(
            Case,
            and_(
                col(Case.id) == col(Assessment.case_id),
                col(Case.assessed) == col(Assessment.period),
                *live,
            ),
        )
    )
    return {
        case: LastAssessment(verdict=verdict, score_low=low, score_high=high, findings=findings)
        for case, verdict, low, high, findings in rows
    }
