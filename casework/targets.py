"""Targets of a year: a head enters what a document sets; an older word stays in the history."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.refusal import Overtaken, Refusal
from casework.services import Actor, Services
from models.enterprise import Role
from models.target import Target
from models.writes import insert_all
from policy.stock import Measure

SETTERS = frozenset({Role.HEAD})
_YEARS, _MOST, _LONGEST = (2000, 2100), 1_000_000, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTarget:
    """What a head enters; ``after`` is the number of the word on it that they saw, 0: none."""

    programme: str
    year: int
    measure: Measure
    number: int | None  # None takes it back
    document: str
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """One word on a target, with who said it and when."""

    measure: Measure
    seq: int
    number: int | None
    document: str
    by: str
    at: dt.datetime


def set_target(services: Services, new: NewTarget, *, by: Actor) -> TargetLine | Refusal:
    """Enter a target of the own division; the very same again changes nothing."""
    if by.role is not None and by.role not in SETTERS:
        return Refusal(reason="年度目标由股长录入")
    if wrong := _wrong(services, new):
        return Refusal(reason=wrong)

    def attempt(session: Session) -> TargetLine | Refusal:
        known = _last(session, services, new)
        if known and (known.number, known.document) == (new.number, new.document.strip()):
            return _line(known)
        last = known.seq if known else 0
        if new.after != last:
            said = f"{known.by} 刚刚改过这个目标" if known else "这个目标已经变动"
            who, at = (known.by, known.at) if known else ("", None)
            return Overtaken(reason=f"{said}，请刷新后再录", version=last, by=who, at=at)
        row: dict[str, Any] = {
            "division_code": services.division,
            "programme": new.programme,
            "year": new.year,
            "measure": new.measure.value,
            "seq": last + 1,
            "number": new.number,
            "document": new.document.strip(),
            "by": by.name,
            "at": services.now(),
        }
        insert_all(session, Target, [row])
        detail = {
            "before": known.number if known else None,
            "after": new.number,
            "document": new.document.strip(),
            "division": services.division,
        }
        about = f"target/{new.programme}/{new.year}/{new.measure.value}"
        note(session, services, by, "target.set", (about, detail))
        return _line(Target(**row))

    return services.database.transact(attempt)


def targets_said(services: Services, programme: str, year: int) -> tuple[TargetLine, ...]:
    """Return every word on the targets of the own division, the newest first."""
    with services.database.reading() as session:
        rows = session.scalars(
            select(Target)
            .where(
                col(Target.division_code) == services.division,
                col(Target.programme) == programme,
                col(Target.year) == year,
            )
            .order_by(col(Target.id).desc())
        )
        return tuple(_line(row) for row in rows)


def in_force(said: Iterable[TargetLine]) -> dict[Measure, TargetLine]:
    """Return the word that holds on each measure; one that was taken back holds with no number."""
    found: dict[Measure, TargetLine] = {}
    for line in sorted(said, key=lambda each: each.seq):
        found[line.measure] = line
    return {measure: found[measure] for measure in Measure if measure in found}


def _wrong(services: Services, new: NewTarget) -> str:
    programme = services.catalogue.programmes.get(new.programme)
    checks = (
        (programme and programme.qualification, "这个项目没有可以计数的资格，不设年度目标"),
        (_YEARS[0] <= new.year <= _YEARS[1], f"年度应在 {_YEARS[0]} 至 {_YEARS[1]} 年之间"),
        (
            new.number is None or abs(new.number) <= _MOST,
            "目标应为整数，例如 2；要撤回这个目标就留空",
        ),
        (
            new.number is None or new.number >= 0 or new.measure is Measure.NET,
            "目标不能是负数",
        ),
        (new.document.strip(), "请写明下达目标的文件（文号），撤回也要写明依据"),
        (len(new.document) <= _LONGEST, f"依据最多 {_LONGEST} 个字"),
    )
    return next((sentence for right, sentence in checks if not right), "")


def _last(session: Session, services: Services, new: NewTarget) -> Target | None:
    return session.scalars(
        select(Target)
        .where(
            col(Target.division_code) == services.division,
            col(Target.programme) == new.programme,
            col(Target.year) == new.year,
            col(Target.measure) == new.measure.value,
        )
        .order_by(col(Target.seq).desc())
        .limit(1)
    ).first()


def _line(row: Target) -> TargetLine:
    return TargetLine(
        measure=Measure(row.measure),
        seq=row.seq,
        number=row.number,
        document=row.document,
        by=row.by,
        at=row.at,
    )
