"""Upgrading the tables of an older program: a backup first, then all of it or nothing."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from casework.refusal import Refusal
from config.settings import Settings
from runtime import schema, trouble
from runtime.address import looking_at, refuse_strangers, sqlite_file
from runtime.backup import make_backup
from runtime.moving import kept_by_somebody
from runtime.swap import refuse_unfinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """From which revision to which; without a backup nothing was to be done."""

    before: str
    after: str
    backup: Path | None


def upgrade(settings: Settings, *, now: dt.datetime) -> Upgraded | Refusal:
    """Bring the tables up to date, after a backup; ``now`` is local time.

    Refused while somebody keeps the timetable: an older program would meet newer tables.
    """
    refuse_unfinished(settings.home)
    file = sqlite_file(settings)
    if file is not None and not file.exists():
        raise trouble.missing(settings.home)
    head = schema.head() or ""
    with looking_at(settings) as engine:
        before = schema.revision_of(engine)
        refuse_strangers(settings, engine, before)
        if before is None:
            raise trouble.missing(settings.home)
    if before == head:
        return Upgraded(before=before, after=head, backup=None)
    if refusal := kept_by_somebody(settings, now):
        return refusal
    backup = make_backup(settings, now=now)
    with looking_at(settings) as engine:
        try:
            schema.upgrade(engine)
        except Exception as error:
            raise trouble.not_upgraded(settings.home, backup.file, error) from error
    return Upgraded(before=before, after=head, backup=backup.file)
