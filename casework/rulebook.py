"""The rules that cases in flight keep: one programme value per revision in use."""

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from config.catalogue import from_text
from models.case import Case, ProgrammeVersion
from policy.programme import Programme, Stage

_HERE = "rules"  # in the session's own notes


def read_rules(
    session: Session, services: Services, revisions: Iterable[str]
) -> dict[str, Programme]:
    """Return revision -> rules, from today's files where they still are the same."""
    today = {each.revision: each for each in services.catalogue.programmes.values()}
    wanted = set(revisions)
    rows = session.execute(
        select(col(ProgrammeVersion.revision), col(ProgrammeVersion.content)).where(
            col(ProgrammeVersion.revision).in_(wanted - today.keys())
        )
    )
    kept = {revision: _rules(content) for revision, content in rows}
    return kept | {revision: today[revision] for revision in wanted & today.keys()}


def rules_in_use(session: Session, services: Services) -> dict[str, Programme]:
    """Return revision -> rules, of every version that a case keeps, ended or not."""
    kept = exists().where(
        col(Case.programme) == col(ProgrammeVersion.programme),
        col(Case.revision) == col(ProgrammeVersion.revision),
    )
    used = session.scalars(select(col(ProgrammeVersion.revision)).where(kept))
    return read_rules(session, services, used)


@lru_cache(maxsize=256)
def _rules(content: str) -> Programme:
    """Return what a kept text says: it never changes, and each page asks for it."""
    return from_text(content)[0]


def rules_of(session: Session, case: Case) -> Programme:
    """Return the rules a case started with; asked for once in a session: they never change."""
    kept: dict[str, Programme] = session.info.setdefault(_HERE, {})
    if case.revision not in kept:
        kept[case.revision] = _rules(session.get_one(ProgrammeVersion, case.revision).content)
    return kept[case.revision]


def stages_of(programmes: Iterable[Programme]) -> dict[str, Stage]:
    """Return key -> stage of several versions of a programme, the newest one's order first."""
    found: dict[str, Stage] = {}
    for programme in programmes:
        for stage in programme.stages:
            found.setdefault(stage.key, stage)
    return found
