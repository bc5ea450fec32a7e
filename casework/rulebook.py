"""The rules that cases in flight keep: one programme value per revision in use."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.services import Services
from config.catalogue import from_text
from models.case import Case, ProgrammeVersion
from policy.programme import Programme, Stage


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
    kept = {revision: from_text(content)[0] for revision, content in rows}
    return kept | {revision: today[revision] for revision in wanted & today.keys()}


def rules_of(session: Session, case: Case) -> Programme:
    """Return the rules a case started with."""
    return from_text(session.get_one(ProgrammeVersion, case.revision).content)[0]


def stages_of(programmes: Iterable[Programme]) -> dict[str, Stage]:
    """Return key -> stage of several versions of a programme, the newest one's order first."""
    found: dict[str, Stage] = {}
    for programme in programmes:
        for stage in programme.stages:
            found.setdefault(stage.key, stage)
    return found
