"""Alarms: what is amiss is raised once, told to whoever keeps the program, and cleared when well.

What was well again before its letter left is told all the same: it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import case, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.one_a_day import WAITING
from casework.outbox import Claim, queue
from casework.recipients import NOBODY
from casework.services import Services
from casework.standing_in import addressed
from models.base import Instant
from models.duties import Staff, read_staff
from models.enterprise import Role
from models.ledger import Alarm
from models.letter import ItemKind, ItemState, Letter, LetterItem
from models.writes import insert_new
from policy.silence import Trouble
from policy.workdays import Calendar

_TOLD = (
    Role.OPERATOR,
    Role.HEAD,
    Role.CLERK,
)  # in this order


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What recording the troubles of a moment did."""

    raised: tuple[str, ...] = ()  # sentences of what is new
    cleared: tuple[str, ...] = ()  # and of what is well again


def record(services: Services, troubles: Sequence[Trouble]) -> Changed:
    """Raise what is new, clear what is well again, and tell whoever must know."""
    calendar = services.calendar()

    def attempt(session: Session) -> Changed:
        keys = {trouble.key for trouble in troubles}
        raised = [each for each in troubles if _raise(session, services, each)]
        cleared = [alarm for alarm in _open(session) if alarm.key not in keys]
        for alarm in cleared:
            alarm.cleared_at = services.now()
        session.flush()
        _tell(session, services, calendar)
        return Changed(
            raised=tuple(each.sentence for each in raised),
            cleared=tuple(alarm.sentence for alarm in cleared),
        )

    return services.database.transact(attempt)


def note(services: Services, trouble: Trouble) -> None:
    """Raise one trouble that is over by now: it is told, and the next look clears it."""
    calendar = services.calendar()

    def attempt(session: Session) -> None:
        _raise(session, services, trouble)
        _tell(session, services, calendar)

    services.database.transact(attempt)


def open_alarms(services: Services) -> list[Alarm]:
    """Return what is amiss as far as anybody has looked, the oldest first."""
    with services.database.reading() as session:
        return _open(session)


def letters_with_alarms(session: Session, services: Services) -> list[int]:
    """Return the letters that speak of alarms and may leave today."""
    rows = session.scalars(
        select(col(Letter.id))
        .join(LetterItem, col(LetterItem.letter_id) == col(Letter.id))
        .where(
            col(LetterItem.kind) == ItemKind.ALARM.value,
            col(LetterItem.state) == ItemState.CLAIMED.value,
            col(Letter.state).in_(WAITING),
            col(Letter.send_on) <= services.today,
        )
        .distinct()
    )
    return [each for each in rows if each is not None]


def _open(session: Session) -> list[Alarm]:
    return list(
        session.scalars(
            select(Alarm)
            .where(col(Alarm.cleared_at).is_(None))
            .order_by(col(Alarm.raised_at), col(Alarm.id))
        )
    )


def _raise(session: Session, services: Services, trouble: Trouble) -> bool:
    """Raise it, say it anew, or open it again; True when it is news."""
    row = {
        "key": trouble.key,
        "kind": trouble.kind.value,
        "sentence": trouble.sentence,
        "hint": trouble.hint,
        "raised_at": services.now(),
    }
    if insert_new(session, Alarm, [row], returning=("id",)):
        return True
    now = literal(services.now(), Instant)  # a bare one would keep its zone's hours
    since = case((col(Alarm.cleared_at).is_(None), col(Alarm.raised_at)), else_=now)
    session.execute(
        update(Alarm)
        .where(col(Alarm.key) == trouble.key)
        .values(sentence=trouble.sentence, hint=trouble.hint, raised_at=since, cleared_at=None)
        .execution_options(synchronize_session=False)
    )
    return False


def _tell(session: Session, services: Services, calendar: Calendar) -> None:
    """Put every open alarm into the letters of those who keep the program, each once."""
    people = _keepers(session, services)
    claims = [claim for alarm in _open(session) for claim in _claims(services, alarm, people)]
    queue(session, services, claims, send_on=services.today, calendar=calendar)


def _claims(services: Services, alarm: Alarm, people: Sequence[Staff]) -> list[Claim]:
    claim = Claim(
        key=f"alarm/{alarm.key}",
        kind=ItemKind.ALARM,
        person_id=None,
        speaks_on=services.today,
        alarm_id=alarm.id,
    )
    nobody = replace(claim, key=f"{claim.key}/nobody", state=ItemState.SUPPRESSED, reason=NOBODY)
    return list(addressed(claim, people)) or [nobody]


def _keepers(session: Session, services: Services) -> Sequence[Staff]:
    """Return the operators; if none can be written to, the heads; then the clerks.

    When nobody at all can be, it is recorded of whom that is true.
    """
    staff = read_staff(session, services.today)
    held = [tuple(each for each in staff if each.role == role.value) for role in _TOLD]
    reached = (them for them in held if any(each.email for each in them))
    return next(reached, next(filter(None, held), ()))
