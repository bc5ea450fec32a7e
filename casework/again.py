"""A second try in the same year, after a case was given up, refused, or ended by mistake."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.pipeline import keep_versions
from casework.refusal import Refusal
from casework.services import Services
from models.case import Case, new_case
from models.engine import StaleWorkError
from models.writes import insert_new
from policy.programme import Final


def open_again(session: Session, services: Services, ended: Case) -> Case | Refusal:
    """Open the case's next round, in the first stage of today's rules."""
    refusal = _why_not(session, services, ended)
    if refusal is not None:
        return refusal
    programme = services.catalogue.programme(ended.programme)
    keep_versions(session, services)
    last = session.scalar(
        select(func.max(col(Case.round))).where(
            *_of_enterprise(ended), col(Case.cycle) == ended.cycle
        )
    )
    row = new_case(
        programme, programme.first_stage, enterprise_id=ended.enterprise_id, on=services.today
    )
    row |= {"cycle": ended.cycle, "round": (last or 0) + 1}
    inserted = insert_new(session, Case, [row], returning=("id",))
    if not inserted:
        raise StaleWorkError  # somebody else opened it first
    return session.get_one(Case, inserted[0][0])


def _why_not(session: Session, services: Services, ended: Case) -> Refusal | None:
    if ended.final == Final.ACHIEVED.value:
        return Refusal(reason="事项已经办成，不需要重新开始")
    if ended.cycle != services.today.year:
        return Refusal(reason=f"{ended.cycle} 年度的事项不能在 {services.today.year} 年重新开始")
    going_on = session.scalars(
        select(col(Case.id)).where(*_of_enterprise(ended), col(Case.final).is_(None))
    ).first()
    if going_on is not None:
        return Refusal(reason=f"已有进行中的事项 {going_on}，请在那里办理")
    return None


def _of_enterprise(case: Case) -> tuple[ColumnElement[bool], ...]:
    return col(Case.enterprise_id) == case.enterprise_id, col(Case.programme) == case.programme
