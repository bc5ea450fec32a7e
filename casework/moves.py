"""Who moved in some days, from where to where, and why."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from casework.rulebook import read_rules
from casework.services import Services
from models.case import Case, Transition
from models.enterprise import Enterprise


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One step of one case, in words."""

    case: int
    enterprise: str
    programme_title: str
    from_title: str
    to_title: str
    actor: str
    reason: str
    evidence: tuple[str, ...]


def moves_between(services: Services, first: dt.date, last: dt.date) -> tuple[Moved, ...]:
    """Return every step taken on these days (both included), programme by programme."""
    with services.database.reading() as session:
        rows = session.execute(
            select(Transition, Case, col(Enterprise.name))
            .join(Case, col(Case.id) == col(Transition.case_id))
            .join(Enterprise, col(Enterprise.id) == col(Case.enterprise_id))
            .where(col(Transition.on).between(first, last))
            .order_by(col(Case.programme), col(Transition.case_id), col(Transition.seq))
        ).all()
        rules = read_rules(session, services, {case.revision for _, case, _ in rows})
    return tuple(
        Moved(
            case=case.id or 0,
            enterprise=enterprise,
            programme_title=rules[case.revision].title,
            from_title=rules[case.revision].stage(move.from_stage).title,
            to_title=rules[case.revision].stage(move.to_stage).title,
            actor=move.actor,
            reason=move.reason,
            evidence=tuple(json.loads(move.evidence)),
        )
        for move, case, enterprise in rows
    )
