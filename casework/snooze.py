"""Snooze (暂缓提醒): staff keep a deadline quiet until a day, with a reason; nothing is lost.

What would have spoken before that day is recorded as suppressed. On the day, or when somebody
ends the snooze, the most urgent rung that was passed over speaks once. The last rung of a
statutory date can not be silenced. A snooze belongs to a date: when the date moves, it ends.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from casework.outbox import Claim
from casework.rungs import Dated, Reached, rung_claims
from casework.services import Services
from casework.told import of_this_day
from models.answer import Snooze
from models.deadline import Deadline, DeadlineState
from models.duties import enterprises_by_id, read_staff
from models.engine import StaleWorkError
from models.letter import ItemKind, ItemState, LetterItem
from models.writes import table_of
from policy.ladder import reached
from policy.obligation import DeadlineKind
from policy.snooze import breaks_through
from policy.workdays import Calendar

_NAMES = tuple(each.name for each in fields(Dated))
_SAME = ("enterprise_id", "programme", "obligation", "subject", "period", "due_on")
_dates, _first = table_of(Deadline).c, aliased(Deadline)
# Asked twice by every sweep: put together once.
_IN_FORCE = (
    select(
        *(col(each) for each in (Snooze.id, Snooze.until, Snooze.reason)),
        _dates.kind,
        *(_dates[name] for name in _NAMES),
    )
    .join(_first, col(_first.id) == col(Snooze.deadline_id))
    # A date that became certain on the same day is the same date.
    .join(Deadline, and_(*(_dates[name] == getattr(_first, name) for name in _SAME)))
    .where(col(Snooze.ended_on).is_(None), _dates.state == DeadlineState.OPEN.value)
    .order_by(col(Snooze.id))
)
# Few dates are kept quiet, and of nine nights in ten none: each list asks, and need not look on.
_QUIET = select(col(Snooze.deadline_id)).where(col(Snooze.ended_on).is_(None)).limit(1)
_HELD = select(col(Snooze.id)).where(col(Snooze.ended_on).is_(None)).with_for_update()

_END_PAST = (
    update(table_of(Snooze))
    .where(col(Snooze.until) <= bindparam("day"), col(Snooze.ended_on).is_(None))
    .values(ended_on=bindparam("day"), ended_by=bindparam("who"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A snooze in force, and the deadline that it keeps quiet."""

    id: int
    until: dt.date
    reason: str
    deadline: Dated
    kind: str

    @property
    def why(self) -> str:
        """Return why a reminder that came due did not speak."""
        return f"暂缓到 {self.until}：{self.reason}"


def snoozes_in_force(session: Session) -> tuple[Quiet, ...]:
    """Return the snoozes that nobody ended, each with the open date it belongs to."""
    if session.scalar(_QUIET) is None:
        return ()
    return tuple(
        Quiet(
            id=number,
            until=until,
            reason=reason,
            kind=kind,
            deadline=Dated(**dict(zip(_NAMES, row, strict=True))),
        )
        for number, until, reason, kind, *row in session.execute(_IN_FORCE)
    )


def hushed(
    services: Services, claims: Iterable[Claim], quiet: Iterable[Quiet], day: dt.date
) -> Iterator[Claim]:
    """Yield the claims; of those that speak before a snooze is over, only what breaks through."""
    silent = {each.deadline.id: each for each in quiet if day < each.until}
    for claim in claims:
        snooze = silent.get(claim.deadline_id or 0)
        speaks = claim.state is ItemState.CLAIMED
        if snooze is not None and speaks and claim.rung != loud(services, snooze):
            yield replace(claim, state=ItemState.SUPPRESSED, reason=snooze.why)
        else:
            yield claim


def loud(services: Services, quiet: Quiet) -> str:
    """Return the rung of its deadline that speaks all the same, or nothing."""
    ladder = services.catalogue.ladders.get(quiet.deadline.ladder)
    return breaks_through(ladder, DeadlineKind(quiet.kind)) if ladder else ""


def unchanged(session: Session, quiet: Iterable[Quiet]) -> None:
    """Hold the snoozes until this transaction ends; StaleWorkError when they are others by now."""
    if snoozes_held(session) != tuple(quiet):
        raise StaleWorkError


def snoozes_held(session: Session) -> tuple[Quiet, ...]:
    """Return the snoozes that nobody ended; nobody does until this transaction ends."""
    session.execute(_HELD)
    return snoozes_in_force(session)


def awakened(
    session: Session,
    services: Services,
    over: Iterable[Quiet],
    day: dt.date,
    calendar: Calendar,
) -> tuple[Claim, ...]:
    """Return what these deadlines have to say now: of each the most urgent rung passed over."""
    last: dict[int, tuple[Quiet, Reached]] = {}
    for each in over:
        found = _passed_over(session, services, each, day, calendar)
        if found is not None:
            last[each.deadline.id] = each, found
    if not last:
        return ()
    rungs = [rung for _, rung in last.values()]
    firms = enterprises_by_id(session, {each.deadline.enterprise_id for each in rungs})
    claims = rung_claims(rungs, firms, read_staff(session, day), day)
    return tuple(
        replace(claim, key=f"awake/{last[claim.deadline_id or 0][0].until}/{claim.key}")
        for claim in claims
    )


def _passed_over(
    session: Session, services: Services, quiet: Quiet, day: dt.date, calendar: Calendar
) -> Reached | None:
    """Return the most urgent rung whose day has come, unless somebody was told of it."""
    ladder = services.catalogue.ladders.get(quiet.deadline.ladder)
    due_on = quiet.deadline.due_on
    passed = reached(ladder, due_on, day, calendar) if ladder else ()
    if not passed:
        return None
    rung = passed[-1]  # they come in the order of their days
    said = select(col(LetterItem.state)).where(
        col(LetterItem.deadline_id).in_(of_this_day(quiet.deadline)),
        col(LetterItem.kind) == ItemKind.RUNG.value,
        col(LetterItem.rung) == rung.key,
    )
    states = set(session.scalars(said))
    if not states or ItemState.CLAIMED.value in states:
        return None  # it spoke, or the sweep of its day will let it
    return Reached(deadline=quiet.deadline, rung=rung, speaks_on=day)


def end_past(session: Session, day: dt.date, by: str) -> None:
    """Note that every snooze is over whose day has come, also of a date that met its end before.

    Not earlier: a decision that is taken back may bring the date back, as quiet as it was.
    """
    session.connection().execute(_END_PAST, {"day": day, "who": by})


def end(session: Session, over: Iterable[Quiet], day: dt.date, by: str) -> None:
    """Note that these snoozes are over."""
    ids = [each.id for each in over]
    if not ids:
        return
    session.execute(
        update(Snooze)
        .where(col(Snooze.id).in_(ids), col(Snooze.ended_on).is_(None))
        .values(ended_on=day, ended_by=by)
        .execution_options(synchronize_session=False)
    )
