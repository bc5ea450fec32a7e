"""What was compared with its document, laid over the files: those rules count as confirmed.

Only as long as they say what was compared: a file that asks for another number is unconfirmed
again. A confirmed rule makes a new revision, like every other change of a programme.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.duties_told import due_when
from casework.rules_told import wanted
from config.catalogue import Catalogue, revised
from models.confirmation import Confirmation, Part
from policy.confirm import Confirm
from policy.obligation import Obligation
from policy.programme import Criterion, Programme

_DIGITS = 8
R = TypeVar("R", Criterion, Obligation)


def standing(session: Session) -> tuple[Confirmation, ...]:
    """Return the confirmations that stand: the newest word on each rule, unless taken back."""
    newest = (
        select(func.max(col(Confirmation.id)))
        .group_by(col(Confirmation.programme), col(Confirmation.part), col(Confirmation.key))
        .scalar_subquery()
    )
    rows = select(Confirmation).where(
        col(Confirmation.id).in_(newest), col(Confirmation.stands).is_(True)
    )
    return tuple(session.scalars(rows.order_by(col(Confirmation.id))))


def mark_of(rows: Iterable[Confirmation]) -> str:
    """Return what tells two sets of confirmations apart; empty when there is none."""
    ids = ",".join(str(each.id) for each in rows)
    return sha256(ids.encode()).hexdigest()[:_DIGITS] if ids else ""


def with_confirmed(catalogue: Catalogue, rows: Iterable[Confirmation]) -> Catalogue:
    """Return the catalogue in which these rules are confirmed."""
    by_programme: dict[str, dict[tuple[str, str], Confirmation]] = defaultdict(dict)
    for row in rows:
        by_programme[row.programme][row.part, row.key] = row
    programmes = {
        key: _with(programme, by_programme[key]) if key in by_programme else programme
        for key, programme in catalogue.programmes.items()
    }
    return replace(catalogue, programmes=programmes)


def rule_says(programme: Programme, part: Part, key: str) -> str:
    """Return a rule in words, as it is compared with its document; empty when there is none."""
    rules: tuple[Criterion | Obligation, ...] = (
        programme.criteria if part is Part.CRITERION else programme.obligations
    )
    found = next((each for each in rules if each.key == key), None)
    match found:
        case Criterion():
            return "；".join(wanted(found))
        case Obligation():
            return due_when(programme, found)
        case None:
            return ""


def _with(programme: Programme, rows: Mapping[tuple[str, str], Confirmation]) -> Programme:
    def laid(part: Part, rule: R) -> R:
        row = rows.get((part.value, rule.key))
        if row is None or row.says != rule_says(programme, part, rule.key):
            return rule
        return replace(rule, confirm=Confirm.CONFIRMED, source=source_of(row))

    criteria = tuple(laid(Part.CRITERION, each) for each in programme.criteria)
    obligations = tuple(laid(Part.OBLIGATION, each) for each in programme.obligations)
    changed = replace(programme, criteria=criteria, obligations=obligations)
    return programme if changed == programme else revised(changed)


def source_of(row: Confirmation) -> str:
    """Return the document a rule was found in."""
    dated = f"（{row.dated}）" if row.dated else ""
    return f"{row.document}{dated} {row.clause}".strip()
