"""Registering a certificate (高企证书, 科小入库登记) when it is granted, without a roster."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.find import case_of, enterprise_of, is_case_number
from casework.pipeline import run_one
from casework.refusal import Refusal
from casework.roles import may_decide
from casework.scope import sees
from casework.services import Actor, Services
from casework.standing_in import acting
from exchange.cells import Read
from exchange.numbers import hnte_held, hnte_number, tsme_held, tsme_number
from exchange.values import Held
from models.enterprise import Enterprise
from models.figures import Qualification


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A certificate as somebody reads it out. ``target`` is a case number, a code or a name."""

    target: str
    number: str
    on: dt.date  # 发证日期, 入库日期
    field: str = ""  # 技术领域


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """What was put on file; ``already`` when the very same was there."""

    enterprise: str
    kind: str  # hnte, tsme
    number: str
    valid_from: dt.date
    valid_to: dt.date
    already: bool
    before: str  # the dates on file before, when it was a correction
    warning: str


def register_certificate(services: Services, granted: Granted, *, by: Actor) -> Certified | Refusal:
    """Put a certificate on file, or mend its date; its deadlines appear at once.

    The number tells which kind it is. Refuses a number that is none, or another enterprise's.
    """
    if refusal := may_decide(by):
        return refusal
    read = _held(granted, services.today)
    if read.value is None:
        return Refusal(reason=read.error)
    held, warning = read.value, read.warning

    def attempt(session: Session) -> tuple[Certified, int] | Refusal:
        firm = _enterprise(session, services, granted.target)
        if isinstance(firm, Refusal):
            return firm
        done = _put(session, services, firm, held, by=by)
        if isinstance(done, Refusal):
            return done
        already, before = done
        certified = Certified(
            enterprise=firm.name,
            kind=held.kind,
            number=held.number,
            valid_from=held.valid_from,
            valid_to=held.valid_to,
            already=already,
            before=before,
            warning=warning,
        )
        return certified, firm.id or 0

    done = services.database.transact(attempt)
    if isinstance(done, Refusal):
        return done
    certified, enterprise_id = done
    for programme in sorted(services.catalogue.programmes):
        run_one(services, programme=programme, enterprise_id=enterprise_id, actor=by.name)
    return certified


def _held(granted: Granted, today: dt.date) -> Read[Held]:
    if not granted.number.strip():
        return Read(error="请写明证书编号（入库登记编号）")
    if granted.on > today:
        return Read(error=f"{granted.on} 还没有到，只能登记已经发出的证书")
    looks_like_hnte = granted.number.strip()[:1].upper() in ("G", "Ｇ")
    number = (hnte_number if looks_like_hnte else tsme_number)(granted.number)
    if number.value is None:
        return Read(error=number.error)
    if looks_like_hnte:
        return hnte_held(number.value, granted.on, granted.field.strip())
    return tsme_held(number.value, granted.on)


def _enterprise(session: Session, services: Services, target: str) -> Enterprise | Refusal:
    if not is_case_number(target):
        return enterprise_of(session, target, services)
    case = case_of(session, services, target)
    return case if isinstance(case, Refusal) else session.get_one(Enterprise, case.enterprise_id)


def _put(
    session: Session, services: Services, firm: Enterprise, held: Held, *, by: Actor
) -> tuple[bool, str] | Refusal:
    """Write the row; return whether the very same was there, and what it said before."""
    row = session.scalars(
        select(Qualification).where(
            col(Qualification.kind) == held.kind, col(Qualification.number) == held.number
        )
    ).first()
    if row is not None and row.enterprise_id != firm.id:
        other = session.get_one(Enterprise, row.enterprise_id)
        whose = other.name if sees(session, services, row.enterprise_id) else "另一个区划的企业"
        return Refusal(reason=f"编号 {held.number} 已登记在 {whose} 名下，请核对编号和企业")
    dates = (held.valid_from, held.valid_to)
    before = ""
    if row is None:
        row = Qualification(
            enterprise_id=firm.id or 0,
            kind=held.kind,
            number=held.number,
            valid_from=held.valid_from,
            valid_to=held.valid_to,
        )
    elif (row.valid_from, row.valid_to) == dates and held.field in ("", row.field):
        return True, ""
    else:
        before = f"{row.valid_from} 至 {row.valid_to}"
        row.valid_from, row.valid_to = dates
    row.field = held.field or row.field
    row.source = f"{by.name}登记"
    session.add(row)
    detail = {"number": held.number, "from": dates[0], "to": dates[1], "before": before}
    by = acting(session, services, by, firm.id or 0)
    note(session, services, by, "certificate", (f"{held.kind}/{firm.uscc}", detail))
    return False, before
