"""Projecting live deadlines again, after a calendar or a rule changed: which move, who was told."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.flags import flags_of
from casework.gather import Batch, Gathered, gather
from casework.obligations import DeadlinePlan, NewDeadline, plan_deadlines
from casework.outbox import Claim
from casework.pipeline import keep_versions
from casework.plan import BatchPlan, CasePlan
from casework.record_batch import record
from casework.services import Services
from casework.told import Told, correction_claims, told_of
from models.casebook import LastAssessment
from models.deadline import Deadline
from models.enterprise import Enterprise
from models.span import Span
from policy.deadlines import explain

ACTOR = "日历调整"
_UNSAID = LastAssessment(verdict="", score_low=None, score_high=None, findings="[]")
_MARKS = (("estimated", "预计"), ("provisional", "暂估"), ("needs_confirmation", "待核实"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDate:
    """A deadline whose date, or whose certainty, has changed."""

    deadline_id: int  # the old one's
    enterprise: str
    programme: str
    title: str
    old_on: dt.date
    old_flags: tuple[str, ...]
    new_on: dt.date
    new_flags: tuple[str, ...]
    explanation: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprojection:
    """Every deadline that moves; ``applied`` when it has moved."""

    moved: tuple[MovedDate, ...]
    applied: bool


def reproject(services: Services, *, apply: bool, tell: bool = False) -> Reprojection:
    """Return what moves under the files and calendar of now; ``apply`` supersedes the old dates.

    Nothing else of a monthly run happens: no case is opened, judged or moved. ``tell`` puts a
    correction into the next letter of those who were told the old dates.
    """
    moved: list[MovedDate] = []
    for batch in _batches(services):
        attempt = partial(_one, services, batch, apply=apply, tell=tell)
        moved += services.database.retrying(attempt)
    return Reprojection(moved=tuple(sorted(moved, key=_by_date)), applied=apply)


def _batches(services: Services) -> Iterator[Batch]:
    """Yield the batches of the present month, the same ones as the monthly run fences."""
    with services.database.writing() as session:
        keep_versions(session, services)
        last = session.scalar(select(func.max(col(Enterprise.id)))) or 0
    size = services.batch_size
    for programme in sorted(services.catalogue.programmes):
        for number in range(last // size + 1):
            yield Batch(
                programme=programme,
                period=f"{services.today:%Y-%m}",
                number=number,
                span=Span(number * size, (number + 1) * size),
                actor=ACTOR,
            )


def _one(services: Services, batch: Batch, *, apply: bool, tell: bool) -> list[MovedDate]:
    gathered = gather(services, batch, on=services.today)
    standing = {case.key: (case, False) for case in gathered.casebook.cases}
    opening = tuple(each for each in plan_deadlines(gathered, standing).opening if each.moves)
    if not opening:
        return []
    with services.database.reading() as session:
        moved = list(_moved(session, services, gathered, opening))
    if apply:
        plan = DeadlinePlan(opening=opening, closing=())
        whole = BatchPlan(cases=tuple(_untouched(gathered)), deadlines=plan)
        record(services, gathered, whole, also=partial(_corrections, services, moved, tell=tell))
    return moved


def _corrections(
    services: Services, moved: Iterable[MovedDate], session: Session, *, tell: bool
) -> Iterable[Claim]:
    others = {each.deadline_id: each.told for each in moved if each.new_on != each.old_on}
    return correction_claims(session, others, services.today) if tell else ()


def _untouched(gathered: Gathered) -> Iterator[CasePlan]:
    """Yield the open cases, with nothing to be done about them."""
    for case in gathered.casebook.cases:
        yield CasePlan(
            case=case,
            programme=gathered.versions[case.revision],
            steps=(),
            proposal=None,
            review=None,
            assessment=_UNSAID,
            is_news=False,
        )


def _moved(
    session: Session, services: Services, gathered: Gathered, opening: Iterable[NewDeadline]
) -> Iterator[MovedDate]:
    news = {new.replaces.id: new for new in opening if new.replaces}
    told = told_of(session, services.zone, news)
    old = {
        row.id: row for row in session.scalars(select(Deadline).where(col(Deadline.id).in_(news)))
    }
    for number, new in news.items():
        before, due = old[number], new.due
        yield MovedDate(
            deadline_id=number,
            enterprise=gathered.duties.enterprises[before.enterprise_id].name,
            programme=services.catalogue.programme(before.programme).title,
            title=before.title,
            old_on=before.due_on,
            old_flags=flags_of(before),
            new_on=due.due_on,
            new_flags=tuple(word for mark, word in _MARKS if getattr(due, mark)),
            explanation=explain(due),
            told=told.get(number, ()),
        )


def _by_date(moved: MovedDate) -> tuple[object, ...]:
    return moved.old_on, moved.programme, moved.title, moved.enterprise
