"""The revisions of a programme that cases keep, how many cases, and what they differ in."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import case as when
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.duties_told import held_titles
from casework.rule_changes import RuleChange, rule_changes
from casework.rulebook import read_rules
from casework.scope import cases_seen_by
from casework.services import Services
from models.case import Case, ProgrammeVersion
from policy.programme import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLine:
    """One revision of a programme that cases started with, or that is in force."""

    revision: str
    seen_at: dt.datetime | None  # None: no case needed it yet
    open_cases: int
    cases: int
    of_today: bool


def changes_between(
    services: Services, key: str, older: str, newer: str
) -> tuple[RuleChange, ...] | None:
    """Return what differs between two revisions of a programme; None: one is not known."""
    with services.database.reading() as session:
        rules = read_rules(session, services, {older, newer})
    pair = [rules.get(each) for each in (older, newer)]
    was, now = pair
    if was is None or now is None or {was.key, now.key} != {key}:
        return None
    return rule_changes(was, now, held_titles(services.catalogue))


def counted(session: Session, services: Services) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (programme, revision) -> open cases, all cases, of those one may see."""
    still = func.sum(when((col(Case.final).is_(None), 1), else_=0))
    rows = session.execute(
        select(col(Case.programme), col(Case.revision), still, func.count())
        .where(*cases_seen_by(services))
        .group_by(col(Case.programme), col(Case.revision))
    )
    return {(key, revision): (int(n), whole) for key, revision, n, whole in rows}


def revisions_of(
    session: Session, services: Services, programme: Programme
) -> Iterator[RevisionLine]:
    """Yield the revision in force and those that cases keep, the newest first."""
    cases = counted(session, services)
    rows = session.execute(
        select(col(ProgrammeVersion.revision), col(ProgrammeVersion.seen_at))
        .where(col(ProgrammeVersion.programme) == programme.key)
        .order_by(col(ProgrammeVersion.seen_at).desc())
    )
    seen: dict[str, dt.datetime | None] = {programme.revision: None}
    seen |= {revision: at for revision, at in rows}  # noqa: C416 - rows are no pairs to mypy
    for revision, at in seen.items():
        still, whole = cases.get((programme.key, revision), (0, 0))
        if whole or revision == programme.revision:
            yield RevisionLine(
                revision=revision,
                seen_at=at,
                open_cases=still,
                cases=whole,
                of_today=revision == programme.revision,
            )
