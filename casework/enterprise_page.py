"""One enterprise whole: its cases, what it holds, its dates, its figures, and the list of all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.cases import CaseFilter, CaseLine, cases
from casework.due import DueLine, due_line
from casework.named import named
from casework.refusal import Refusal
from casework.scope import seen_by
from casework.services import Services
from models.case import Case
from models.deadline import Deadline, DeadlineState
from models.enterprise import Alias, Enterprise, Person
from models.figures import Qualification
from models.merge import stands

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseLine:
    """One enterprise in the list."""

    id: int
    uscc: str
    name: str
    division_code: str
    cases: int  # open ones
    overdue: int  # open dates that have passed


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseList:
    """One page; ``following`` is where the next one starts, None on the last."""

    lines: tuple[EnterpriseLine, ...]
    following: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """A certificate or registration number."""

    title: str
    number: str
    valid_from: dt.date
    valid_to: dt.date
    in_force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterprisePage:
    """Everything about one enterprise that is not a case's own."""

    id: int
    uscc: str
    name: str
    aliases: tuple[str, ...]
    division_code: str
    registered_on: dt.date | None
    industry: str
    address: str
    change_note: str
    contact: Person | None
    cases: tuple[CaseLine, ...]
    ended: tuple[CaseLine, ...]
    held: tuple[HeldLine, ...]
    deadlines: tuple[DueLine, ...]


def enterprises(
    services: Services, words: str = "", *, after: int = 0, limit: int = PAGE
) -> EnterpriseList:
    """Return the enterprises with a greater number than ``after`` whose name has these words."""
    with services.database.reading() as session:
        statement = _listed(services).where(col(Enterprise.id) > after)
        if words.strip():
            statement = statement.where(named(session, words.strip()))
        rows = session.execute(statement.order_by(col(Enterprise.id)).limit(limit + 1)).all()
        lines = tuple(
            EnterpriseLine(
                id=firm.id or 0,
                uscc=firm.uscc,
                name=firm.name,
                division_code=firm.division_code,
                cases=number,
                overdue=overdue,
            )
            for firm, number, overdue in rows[:limit]
        )
    return EnterpriseList(lines=lines, following=lines[-1].id if len(rows) > limit else None)


def _listed(services: Services) -> Select[tuple[Enterprise, int, int]]:
    """Return each enterprise, its open cases and its late dates."""
    open_cases = (
        select(func.count())
        .where(col(Case.enterprise_id) == col(Enterprise.id), col(Case.final).is_(None))
        .scalar_subquery()
    )
    late = (
        select(func.count())
        .where(
            col(Deadline.enterprise_id) == col(Enterprise.id),
            col(Deadline.state) == DeadlineState.OPEN.value,
            col(Deadline.due_on) < services.today,
        )
        .scalar_subquery()
    )
    return select(Enterprise, open_cases, late).where(*seen_by(services), stands())


def enterprise_page(services: Services, uscc: str) -> EnterprisePage | Refusal:
    """Return everything about the enterprise of this credit code."""
    with services.database.reading() as session:
        firm = session.scalars(
            select(Enterprise).where(col(Enterprise.uscc) == uscc.upper(), *seen_by(services))
        ).first()
        if firm is None:
            return Refusal(reason=f"没有统一社会信用代码为 {uscc} 的企业")
        number = firm.id or 0
        others = (col(Alias.enterprise_id) == number, col(Alias.name) != firm.name)
        names = session.scalars(select(col(Alias.name)).where(*others).order_by(col(Alias.id)))
        contact = session.scalars(select(Person).where(col(Person.enterprise_id) == number)).first()
        found = (tuple(names), contact, _held(session, services, number))
        dates = _dates(session, services, firm)
    now = CaseFilter(words=firm.uscc)
    before = CaseFilter(words=firm.uscc, ended=True)
    return EnterprisePage(
        id=number,
        uscc=firm.uscc,
        name=firm.name,
        aliases=found[0],
        division_code=firm.division_code,
        registered_on=firm.registered_on,
        industry=firm.industry,
        address=firm.address,
        change_note=firm.change_note,
        contact=found[1],
        cases=_own(cases(services, now).lines, firm),
        ended=_own(cases(services, before).lines, firm),
        held=found[2],
        deadlines=dates,
    )


def _own(lines: Sequence[CaseLine], firm: Enterprise) -> tuple[CaseLine, ...]:
    """Return an enterprise's own: a code that was merged into another one finds those too."""
    return tuple(line for line in lines if line.uscc == firm.uscc)


def _held(session: Session, services: Services, number: int) -> tuple[HeldLine, ...]:
    titles = {
        each.qualification: each.title
        for each in services.catalogue.programmes.values()
        if each.qualification
    }
    rows = session.scalars(
        select(Qualification)
        .where(col(Qualification.enterprise_id) == number)
        .order_by(col(Qualification.valid_from).desc(), col(Qualification.id))
    )
    return tuple(
        HeldLine(
            title=titles.get(row.kind, row.kind),
            number=row.number,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            in_force=row.valid_from <= services.today <= row.valid_to,
        )
        for row in rows
    )


def _dates(session: Session, services: Services, firm: Enterprise) -> tuple[DueLine, ...]:
    rows: Sequence[Deadline] = session.scalars(
        select(Deadline)
        .where(
            and_(
                col(Deadline.enterprise_id) == firm.id,
                col(Deadline.state) == DeadlineState.OPEN.value,
            )
        )
        .order_by(col(Deadline.due_on), col(Deadline.id))
    ).all()
    return tuple(due_line(services, row, firm.name, firm.uscc) for row in rows)
