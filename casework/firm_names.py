"""What an enterprise is called: other names with their reason, and a change of name (更名).

The names found here find the enterprise when somebody searches, and make an import say that a
newcomer may be no newcomer.
"""

from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.reasons import no_reason
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.scope import seen_by
from casework.services import Actor, Services
from exchange.cells import name as read_name
from models.enterprise import Alias, Enterprise
from models.merge import stands
from models.writes import insert_new

_WHY = "请写明理由，例如“营业执照变更”"
_NO_FIRM = Refusal(reason="没有这家企业，或者它不在您负责的范围内")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A name and why; ``seen`` is the name the enterprise had when somebody looked."""

    uscc: str
    name: str
    reason: str
    seen: str = ""


def add_alias(services: Services, wish: Naming, *, by: Actor) -> Refusal | None:
    """Keep another name of an enterprise, once; or say why not."""
    name = _read(wish, by)
    if isinstance(name, Refusal):
        return name

    def attempt(session: Session) -> Refusal | None:
        firm = firm_to_change(session, services, wish.uscc)
        if firm is None:
            return _NO_FIRM
        if name == firm.name:
            return Refusal(reason=f"“{name}”就是现在的名称，不用再登记")
        if refused := _borne_by_another(session, services, firm, name):
            return refused
        row = {"enterprise_id": firm.id, "name": name}
        if insert_new(session, Alias, [row], returning=("id",)):
            told = {"after": name, "reason": wish.reason.strip()}
            note(session, services, by, "enterprise.alias", (firm.uscc, told))
        return None

    return services.database.transact(attempt)


def drop_alias(services: Services, wish: Naming, *, by: Actor) -> Refusal | None:
    """Take back another name; what was kept and why stays in the audit chain."""
    if refused := may_decide(by) or no_reason(wish.reason, _WHY):
        return refused

    def attempt(session: Session) -> Refusal | None:
        firm = firm_to_change(session, services, wish.uscc)
        if firm is None:
            return _NO_FIRM
        mine = (col(Alias.enterprise_id) == firm.id, col(Alias.name) == wish.name)
        gone = session.scalars(delete(Alias).where(*mine).returning(col(Alias.id))).all()
        if gone:
            told = {"before": wish.name, "reason": wish.reason.strip()}
            note(session, services, by, "enterprise.alias_back", (firm.uscc, told))
        return None

    return services.database.transact(attempt)


def rename(services: Services, wish: Naming, *, by: Actor) -> Refusal | None:
    """Give an enterprise its new name; the old one becomes one of its other names."""
    name = _read(wish, by)
    if isinstance(name, Refusal):
        return name

    def attempt(session: Session) -> Refusal | None:
        firm = firm_to_change(session, services, wish.uscc)
        if firm is None:
            return _NO_FIRM
        if firm.name == name:
            return None
        if firm.name != wish.seen:
            return Refusal(reason=f"在您查看之后已改名为“{firm.name}”，请刷新后再办理")
        if refused := _borne_by_another(session, services, firm, name):
            return refused
        before, firm.name = firm.name, name
        insert_new(session, Alias, [{"enterprise_id": firm.id, "name": before}])
        told = {"before": before, "after": name, "reason": wish.reason.strip()}
        note(session, services, by, "enterprise.rename", (firm.uscc, told))
        return None

    return services.database.transact(attempt)


def firm_to_change(session: Session, services: Services, uscc: str) -> Enterprise | None:
    """Return an enterprise these eyes may see, locked until the transaction ends."""
    wanted = select(Enterprise).where(col(Enterprise.uscc) == uscc, *seen_by(services), stands())
    return session.scalars(wanted.with_for_update()).first()


def _read(wish: Naming, by: Actor) -> str | Refusal:
    """Return the name as an import would read it."""
    if refused := may_decide(by) or no_reason(wish.reason, _WHY):
        return refused
    name = read_name(wish.name)
    return name.value or Refusal(reason=name.error or "请填写名称")


def _borne_by_another(
    session: Session, services: Services, firm: Enterprise, name: str
) -> Refusal | None:
    aliased = select(col(Alias.enterprise_id)).where(col(Alias.name) == name)
    other = session.scalars(
        select(Enterprise)
        .where(
            or_(col(Enterprise.name) == name, col(Enterprise.id).in_(aliased)),
            col(Enterprise.id) != firm.id,
            *seen_by(services),
            stands(),
        )
        .limit(1)
    ).first()
    if other is None:
        return None
    who = f"{other.name}（{other.uscc}）"
    return Refusal(reason=f"“{name}”已是 {who}的名称；如果是同一家企业，请合并")
