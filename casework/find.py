"""Finding an enterprise or a case by what a person types: number, credit code, or name."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.refusal import Refusal
from casework.scope import seen_by, sees
from casework.services import Services
from casework.typed import number_of
from models.case import Case
from models.enterprise import Alias, Enterprise
from models.merge import same_code, stands

_SHOWN = 5


def enterprise_of(session: Session, words: str, services: Services) -> Enterprise | Refusal:
    """Return the one enterprise with this credit code, name, alias, or part of a name."""
    text = words.strip()
    exact = session.scalars(
        select(Enterprise).where(
            or_(same_code(text), col(Enterprise.name) == text), *seen_by(services), stands()
        )
    ).all()
    if len(exact) == 1:
        return exact[0]
    aliased = select(col(Alias.enterprise_id)).where(col(Alias.name) == text)
    part = col(Enterprise.name).contains(text, autoescape=True)
    found = session.scalars(
        select(Enterprise)
        .where(or_(part, col(Enterprise.id).in_(aliased)), *seen_by(services), stands())
        .order_by(col(Enterprise.id))
        .limit(_SHOWN + 1)
    ).all()
    if len(found) == 1:
        return found[0]
    if not found:
        return Refusal(reason=f"没有找到企业“{text}”，请输入统一社会信用代码或企业名称")
    names = "、".join(each.name for each in found[:_SHOWN])
    more = "…" if len(found) > _SHOWN else ""
    return Refusal(reason=f"“{text}”对应多家企业：{names}{more}，请输入完整名称或统一社会信用代码")


def merged_away(session: Session, enterprise_id: int) -> Refusal | None:
    """Refuse to work on an enterprise that was merged into another one."""
    here = select(col(Enterprise.id)).where(col(Enterprise.id) == enterprise_id, stands())
    if session.scalar(here) is not None:
        return None
    return Refusal(reason="这家企业已并入另一家，请到那里办理")


def is_case_number(words: str) -> bool:
    """Say whether somebody typed the number of a case; a credit code may be all digits too."""
    typed = words.strip()
    return typed.isascii() and typed.isdecimal() and len(typed) < len("91431281MAXX00015X")


def _numbered(session: Session, services: Services, words: str) -> Case | Refusal:
    number = number_of(words.strip())
    case = None if number is None else session.get(Case, number)
    if case is None or not sees(session, services, case.enterprise_id):
        return Refusal(reason=f"没有编号为 {words} 的事项")
    return case


def case_of(
    session: Session, services: Services, words: str, programme: str | None = None
) -> Case | Refusal:
    """Return a case by number, or the newest case of an enterprise in a programme."""
    if is_case_number(words):
        return _numbered(session, services, words)
    enterprise = enterprise_of(session, words, services)
    if isinstance(enterprise, Refusal):
        return enterprise
    wanted = select(Case).where(col(Case.enterprise_id) == enterprise.id)
    if programme is not None:
        wanted = wanted.where(col(Case.programme) == services.catalogue.programme(programme).key)
    cases = session.scalars(
        wanted.order_by(
            col(Case.final).is_(None).desc(), col(Case.cycle).desc(), col(Case.id).desc()
        )
    ).all()
    if not cases:
        return Refusal(reason=f"{enterprise.name} 还没有事项")
    if programme is None and len({case.programme for case in cases}) > 1:
        numbers = "、".join(
            f"{case.id}（{services.catalogue.programme(case.programme).title}）" for case in cases
        )
        return Refusal(
            reason=f"{enterprise.name} 有多个事项：{numbers}，请用编号或 --programme 指定"
        )
    return cases[0]
