"""Restoring a backup: what is there is moved aside, and no letter is sent twice."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

from casework.held import Loss, note_restore
from casework.refusal import Refusal
from casework.services import Actor
from config.settings import Settings
from models.copies import Told
from models.engine import Database, make_engine
from runtime import schema, trouble
from runtime.address import sqlite_file
from runtime.backup import DATA, OWN_FILES, SETTINGS, Manifest, read_backup, unpack
from runtime.moving import Copied, kept_by_somebody, pour
from runtime.settings_file import write_database, written_database
from runtime.snapshot import at_rest, closing_engine
from runtime.trouble import command
from runtime.typed import typed

_BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    made_at: str  # when the backup was made
    rows: int
    held: int  # letters that wait for a person
    aside: Path | None  # where that what was there lies now
    kept_settings: bool  # the folder had settings of its own; they stayed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be restored by whom; ``now`` is local time."""

    file: Path
    now: dt.datetime
    by: Actor
    database: str | None = None  # another place for the data than the settings name


def restore(settings: Settings, wish: Wish, told: Told) -> Restored | Refusal:
    """Restore a backup into a data folder, or refuse and change nothing.

    What is there is moved aside and never deleted; a PostgreSQL must be empty. Letters that may
    have left since the backup are held, and so is what may have been said.
    """
    manifest = read_backup(wish.file)
    if isinstance(manifest, Refusal):
        return manifest
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(
            dir=settings.home, prefix=".restoring-", ignore_cleanup_errors=True
        ) as work:
            return _restored(settings, wish, manifest, (Path(work), told))
    except OSError as error:
        raise trouble.not_restored(settings.home, error) from error


def _restored(
    settings: Settings, wish: Wish, manifest: Manifest, means: tuple[Path, Told]
) -> Restored | Refusal:
    work, told = means
    if refusal := unpack(wish.file, manifest, work):
        return refusal
    settings = _going_to(settings, work, wish)
    file = sqlite_file(settings)
    if file is not None and file.exists() and (refusal := _in_the_way(settings, file, wish)):
        return refusal
    held = _prepare(work / DATA, wish, manifest)
    if file is None:
        with at_rest(f"sqlite:///{work / DATA}") as source:
            poured = pour(source, settings, told)
        if not isinstance(poured, Copied):
            return poured
    kept = (settings.home / SETTINGS).exists()
    aside = _put_in_place(settings, work, wish.now)
    if wish.database is not None:
        write_database(settings.home / SETTINGS, wish.database)
    elif not kept and file is not None:  # the backup's own file is somebody else's data by now
        write_database(settings.home / SETTINGS, "")
    return Restored(
        made_at=manifest.made_at,
        rows=sum(manifest.rows.values()),
        held=held,
        aside=aside,
        kept_settings=kept,
    )


def _going_to(settings: Settings, work: Path, wish: Wish) -> Settings:
    """Return the settings with the place of the data: as wished, as set here, or as it was.

    A file that the backup names is not gone to: it is where the living data is, and a restore
    into another folder is a drill. A server is no such place, since only an empty one is filled.
    """
    database = settings.database
    if wish.database is not None:
        database = wish.database
    elif not database and not (settings.home / SETTINGS).exists():
        was = written_database(work / SETTINGS)
        database = "" if was.startswith("sqlite") else was
    return settings.model_copy(update={"database": database})


def _in_the_way(settings: Settings, file: Path, wish: Wish) -> Refusal | None:
    """Return why the file that is there may not be moved aside."""
    if wish.database is None and not file.resolve().is_relative_to(settings.home.resolve()):
        how = command(settings.home, f"restore {typed(wish.file)} --database sqlite:///{file}")
        return Refusal(
            reason=f"设置里的数据文件“{file}”不在数据文件夹“{settings.home}”里，没有改动。"
            f"确实要恢复到那里（原来的会移到一旁），请写明：{how}"
        )
    try:
        return kept_by_somebody(settings, wish.now)
    except trouble.CannotRunError:  # a damaged file is what a restore is for
        return None


def _prepare(file: Path, wish: Wish, manifest: Manifest) -> int:
    """Bring the unpacked database up to date and hold its letters, before anybody sees it."""
    engine = make_engine(f"sqlite:///{file}")
    loss = Loss(
        at=wish.now,
        backup_at=manifest.moment,
        file=wish.file.name,
        by=(wish.by.name, wish.by.source),
    )
    with closing_engine(engine):
        schema.upgrade(engine)
        held = Database(engine).transact(lambda session: note_restore(session, loss))
    with closing(connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")  # one file, which can be moved
    return held


def _put_in_place(settings: Settings, work: Path, now: dt.datetime) -> Path | None:
    """Move what is there aside and what was unpacked in; the database comes last.

    What can not be moved leaves everything as it was.
    """
    home, file = settings.home, sqlite_file(settings)
    beside = [] if file is None else [file.with_name(file.name + end) for end in _BESIDE]
    old = [each for each in (*beside, home / OWN_FILES) if each.exists()]  # the likeliest to fail
    aside = None
    if old:
        aside = Path(tempfile.mkdtemp(dir=home, prefix=f"before-restore-{now:%Y%m%d-%H%M%S}-"))
    new = [(work / OWN_FILES, home / OWN_FILES)]
    if not (home / SETTINGS).exists():
        new.append((work / SETTINGS, home / SETTINGS))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.append((work / DATA, file))
    moves = [(each, aside / each.name) for each in old if aside is not None]
    try:
        _move_all([*moves, *(each for each in new if each[0].exists())])
    except OSError:
        with suppress(OSError):  # only when it is empty again
            if aside is not None:
                aside.rmdir()
        raise
    return aside


def _move_all(moves: Sequence[tuple[Path, Path]]) -> None:
    """Move each, or put back what was moved and raise what kept us from it."""
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            shutil.move(source, target)
            done.append((source, target))
    except OSError:
        for source, target in reversed(done):
            with suppress(OSError):
                shutil.move(target, source)
        raise
