"""Reading what obligations hang on: deadlines so far, qualifications, events, contacts."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.absence import Absence
from models.addresses import usable_email
from models.case import Case, Record
from models.clock import read_clocks
from models.deadline import Deadline, DeadlineState, case_subject
from models.enterprise import Enterprise, Person, Role
from models.figures import Qualification
from models.span import Span
from models.writes import table_of
from policy.clocks import Entry

# What makes a deadline one: enterprise, obligation, subject, period.
DeadlineKey = tuple[int, str, str, str]
_CHUNK = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDeadline:
    """The newest projection of a deadline."""

    id: int
    case_id: int | None
    projection: int
    due_on: dt.date
    state: str
    provisional: bool
    estimated: bool
    needs_confirmation: bool
    closed_on: dt.date | None = None
    suspended_on: dt.date | None = None
    reason: str = ""  # why it is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldQualification:
    """A certificate or number on file."""

    id: int
    enterprise_id: int
    kind: str
    number: str
    valid_from: dt.date
    valid_to: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A record of the programme, those of ended cases and of no case included."""

    case_id: int | None
    enterprise_id: int
    subject: str  # the case it belongs to, in the words of a deadline's subject
    kind: str
    on: dt.date


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A member of staff."""

    id: int
    key: str
    role: str
    email: str
    division_code: str
    name: str = ""
    deputy: "Staff | None" = None  # who stands in while they are away


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An enterprise as letters need it, with the one contact we write to."""

    id: int
    uscc: str
    name: str
    division_code: str
    contact: Staff | None


@dataclass(frozen=True, kw_only=True)
class Duties:
    """All of that for one programme and one span of enterprises."""

    enterprises: Mapping[int, Named]
    staff: tuple[Staff, ...]
    deadlines: Mapping[DeadlineKey, KnownDeadline]
    qualifications: tuple[HeldQualification, ...]
    events: tuple[Event, ...]
    clocks: Mapping[DeadlineKey, Sequence[Entry]] = field(default_factory=dict)

    def events_of(self, enterprise_id: int, kind: str) -> Sequence[Event]:
        """Return an enterprise's records of one kind."""
        return self._events_by_kind.get((enterprise_id, kind), ())

    def qualifications_of(self, enterprise_id: int) -> Sequence[HeldQualification]:
        """Return an enterprise's certificates and numbers."""
        return self._qualifications_by_holder.get(enterprise_id, ())

    def spent(self, duty: tuple[int, str, str]) -> Collection[dt.date]:
        """Return the days whose records closed a deadline of (enterprise, obligation, subject)."""
        return self._spent.get(duty, ())

    @cached_property
    def _events_by_kind(self) -> dict[tuple[int, str], list[Event]]:
        found: dict[tuple[int, str], list[Event]] = {}
        for event in self.events:
            found.setdefault((event.enterprise_id, event.kind), []).append(event)
        return found

    @cached_property
    def _qualifications_by_holder(self) -> dict[int, list[HeldQualification]]:
        found: dict[int, list[HeldQualification]] = {}
        for held in self.qualifications:
            found.setdefault(held.enterprise_id, []).append(held)
        return found

    @cached_property
    def _spent(self) -> dict[tuple[int, str, str], set[dt.date]]:
        found: dict[tuple[int, str, str], set[dt.date]] = {}
        for (enterprise, obligation, subject, _), known in self.deadlines.items():
            if known.state == DeadlineState.MET.value and known.closed_on is not None:
                found.setdefault((enterprise, obligation, subject), set()).add(known.closed_on)
        return found


def read_duties(session: Session, programme: str, span: Span, on: dt.date) -> Duties:
    """Return what the obligations of a programme hang on in this span; staff as on a day."""
    return Duties(
        enterprises=named_enterprises(session, span),
        staff=read_staff(session, on),
        deadlines=_deadlines(session, programme, span),
        qualifications=_qualifications(session, span),
        events=_events(session, programme, span),
        clocks=read_clocks(session, programme, span),
    )


def named_enterprises(session: Session, span: Span) -> dict[int, Named]:
    """Return id -> name, division and contact of the enterprises in the span."""
    return _named(session, *span.holds(col(Enterprise.id)))


def enterprises_by_id(session: Session, ids: Collection[int]) -> dict[int, Named]:
    """Return id -> name, division and contact of these enterprises."""
    found: dict[int, Named] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        found |= _named(session, col(Enterprise.id).in_(wanted[start : start + _CHUNK]))
    return found


_NAMED = (
    select(
        *(col(each) for each in (Enterprise.id, Enterprise.uscc, Enterprise.name)),
        col(Enterprise.division_code),
        *(col(each) for each in (Person.id, Person.key, Person.role)),
        usable_email(),
        col(Person.division_code),
    )
    .outerjoin(
        Person,
        (col(Person.enterprise_id) == col(Enterprise.id))
        & (col(Person.role) == Role.CONTACT.value)
        & col(Person.active),
    )
    .order_by(col(Enterprise.id))
)


def _named(session: Session, *where: ColumnElement[bool]) -> dict[int, Named]:
    rows = session.execute(_NAMED.where(*where))
    return {
        id_: Named(
            id=id_,
            uscc=uscc,
            name=name,
            division_code=division,
            contact=None
            if person is None
            else Staff(id=person, key=key, role=role, email=email, division_code=of),
        )
        for id_, uscc, name, division, person, key, role, email, of in rows
    }


_NO_STAFF = (Role.CONTACT.value, Role.ROBOT.value)
_STAFF = (
    select(
        *(col(each) for each in (Person.id, Person.key, Person.role)),
        usable_email(),
        col(Person.division_code),
        col(Person.name),
    )
    .where(col(Person.active), col(Person.role).not_in(_NO_STAFF))
    .order_by(col(Person.id))
)
_AWAY = select(col(Absence.person_id), col(Absence.deputy_id)).where(
    col(Absence.first_on) <= bindparam("on"), col(Absence.last_on) >= bindparam("on")
)


def read_staff(session: Session, on: dt.date) -> tuple[Staff, ...]:
    """Return every active member of staff, in the order they were registered.

    With who stands in for them on a day, if there is one who can be written to.
    """
    rows = session.execute(_STAFF)
    staff = [
        Staff(id=id_, key=key, role=role, email=email, division_code=of, name=name)
        for id_, key, role, email, of, name in rows
    ]
    away = session.execute(_AWAY, {"on": on})
    there = {each.id: each for each in staff if each.email}
    deputies = {person: there.get(deputy) for person, deputy in away}
    return tuple(replace(each, deputy=deputies.get(each.id)) for each in staff)


_KNOWN = tuple(each.name for each in fields(KnownDeadline))
_NAMING = ("enterprise_id", "obligation", "subject", "period")


def _deadlines(session: Session, programme: str, span: Span) -> dict[DeadlineKey, KnownDeadline]:
    columns = table_of(Deadline).c
    rows = session.execute(
        select(*(columns[name] for name in (*_NAMING, *_KNOWN)))
        .where(
            columns.programme == programme,
            *span.holds(columns.enterprise_id),
            columns.state != DeadlineState.SUPERSEDED.value,
        )
        .order_by(columns.projection)
    )
    return {
        tuple(row[: len(_NAMING)]): KnownDeadline(
            **dict(zip(_KNOWN, row[len(_NAMING) :], strict=True))
        )
        for row in rows
    }


def _qualifications(session: Session, span: Span) -> tuple[HeldQualification, ...]:
    rows = session.scalars(
        select(Qualification)
        .where(
            *span.holds(col(Qualification.enterprise_id)),
        )
        .order_by(col(Qualification.enterprise_id), col(Qualification.number))
    )
    return tuple(
        HeldQualification(
            id=row.id or 0,
            enterprise_id=row.enterprise_id,
            kind=row.kind,
            number=row.number,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row in rows
    )


def _events(session: Session, programme: str, span: Span) -> tuple[Event, ...]:
    rows = session.execute(
        select(Record, Case)
        .outerjoin(Case, col(Case.id) == col(Record.case_id))
        .where(
            col(Record.programme) == programme,
            *span.holds(col(Record.enterprise_id)),
            col(Record.revoked).is_(False),
        )
        .order_by(col(Record.enterprise_id), col(Record.seq))
    )
    return tuple(
        Event(
            case_id=record.case_id,
            enterprise_id=record.enterprise_id,
            subject=case_subject(case.cycle, case.round) if case else "enterprise",
            kind=record.kind,
            on=record.on,
        )
        for record, case in rows
    )
