"""The audit chain as it is read and carried away: searched, in words, in the own division only.

An entry belongs to the enterprise or the member of staff that its subject names; so whose eyes
may see it is asked of them as they are now. What names neither (放假安排, 导入, a mailbox) is of
the whole office, and is for those who see all of it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, literal, not_, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit_words import SOURCES, act_words, detail_words
from casework.scope import sees_county, within
from casework.services import Services
from models.audit import Chain, chain_of
from models.enterprise import Enterprise, Person
from models.ledger import AuditEntry
from policy.divisions import below
from policy.workdays import ONE_DAY

PAGE = 50
_PART = 19  # characters of a 统一社会信用代码 and the slash behind it
_CODES = select(col(Enterprise.uscc) + literal("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is wanted; what is left empty is not asked."""

    who: str = ""
    act: str = ""
    subject: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One entry in words."""

    id: int
    at: dt.datetime
    by: str
    source: str
    act: str
    about: str  # 示例企业（高企/2026）
    uscc: str  # of the enterprise it is about
    details: tuple[str, ...]
    seal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """Some of them, the latest first."""

    lines: tuple[AuditLine, ...]
    following: int | None  # what stands after these


def audit_page(
    services: Services, wanted: AuditFilter, *, before: int | None = None, limit: int = PAGE
) -> AuditPage:
    """Return the entries of a filter, those before an entry, the latest first."""
    statement = select(AuditEntry).where(*conditions(services, wanted))
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    statement = statement.order_by(col(AuditEntry.id).desc()).limit(limit + 1)
    with services.database.reading() as session:
        rows = list(session.scalars(statement))
        lines = tuple(in_words(session, services, rows[:limit]))
    return AuditPage(lines=lines, following=lines[-1].id if len(rows) > limit else None)


def state_of_chain(services: Services) -> Chain:
    """Go through the whole chain, whoever looks: whether it is sound is no secret."""
    with services.database.reading() as session:
        return chain_of(session)


def conditions(services: Services, wanted: AuditFilter) -> Iterator[ColumnElement[bool]]:
    """Yield what an entry must be: of the filter, and for these eyes."""
    yield visible(services)
    for words, columns in (
        (wanted.who, (AuditEntry.by,)),
        (wanted.words, (AuditEntry.by, AuditEntry.subject, AuditEntry.detail)),
    ):
        if words:
            yield or_(*(col(each).contains(words, autoescape=True) for each in columns))
    if wanted.subject:
        yield _about(services, wanted.subject)
    if wanted.act:
        yield col(AuditEntry.act) == wanted.act
    if wanted.first:
        yield col(AuditEntry.at) >= _midnight(services, wanted.first)
    if wanted.last:
        yield col(AuditEntry.at) < _midnight(services, wanted.last + ONE_DAY)


def _midnight(services: Services, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=services.zone)


def _about(services: Services, words: str) -> ColumnElement[bool]:
    """Return the condition that the subject has these words, or names whoever has them."""
    firms = _CODES.where(col(Enterprise.name).contains(words, autoescape=True))
    people = select(col(Person.key)).where(col(Person.name).contains(words, autoescape=True))
    subject = col(AuditEntry.subject)
    return or_(
        subject.contains(words, autoescape=True), _names(services, firms), subject.in_(people)
    )


def visible(services: Services) -> ColumnElement[bool]:
    """Return the condition that these eyes may see an entry."""
    if not services.division:
        return true()
    firm, subject = col(Enterprise.division_code), col(AuditEntry.subject)
    person = col(Person.division_code)
    staff = select(col(Person.key)).where(col(Person.key).startswith("staff/"))
    if not sees_county(services):
        ours = _CODES.where(*within(services, firm))
        return or_(_names(services, ours), subject.in_(staff.where(*within(services, person))))
    own = below(services.division)
    others = _CODES.where(not_(firm.startswith(own)))
    elsewhere = staff.where(person != "", not_(person.startswith(own)))
    return not_(or_(_names(services, others), subject.in_(elsewhere)))


def _names(services: Services, codes: Select[tuple[str]]) -> ColumnElement[bool]:
    """Return the condition that the first or second part of a subject is one of these codes."""
    whole = col(AuditEntry.subject) + literal("/")
    place = func.instr if services.database.dialect == "sqlite" else func.strpos
    first = func.substr(whole, 1, _PART)
    second = func.substr(whole, place(whole, "/") + 1, _PART)
    return or_(first.in_(codes), second.in_(codes))


def in_words(
    session: Session, services: Services, rows: Sequence[AuditEntry]
) -> Iterator[AuditLine]:
    """Yield entries in words, with the names that are known today."""
    parts = {part for row in rows for part in row.subject.split("/")[:2]}
    uscc, key = col(Enterprise.uscc), col(Person.key)
    firms = _named(session, select(uscc, col(Enterprise.name)).where(uscc.in_(parts)))
    subjects = {row.subject for row in rows}
    people = _named(session, select(key, col(Person.name)).where(key.in_(subjects)))
    for row in rows:
        firm = next((part for part in row.subject.split("/")[:2] if part in firms), "")
        name = firms.get(firm) or people.get(row.subject, "")
        yield AuditLine(
            id=row.id or 0,
            at=row.at,
            by=row.by,
            source=SOURCES.get(row.source, row.source),
            act=act_words(row.act),
            about=_subject_words(services, row.subject, firm, name),
            uscc=firm,
            details=detail_words(row.detail),
            seal=row.seal,
        )


def _named(session: Session, statement: Select[tuple[str, str]]) -> dict[str, str]:
    return {code: name for code, name in session.execute(statement).tuples()}  # noqa: C416 - no dict()


def _subject_words(services: Services, subject: str, uscc: str, name: str) -> str:
    if not name:
        return subject
    if not uscc:
        return f"{name}（{subject.removeprefix('staff/')}）"
    programmes = services.catalogue.programmes
    rest = [part for part in subject.split("/") if part not in (uscc, "contact", "")]
    told = " ".join(programmes[part].title if part in programmes else part for part in rest)
    return f"{name}：{told}" if told else name
