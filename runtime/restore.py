"""Restoring a backup: what is there is moved aside, and no letter is sent twice."""

import datetime as dt
import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect

from casework.doors import Shut
from casework.held import Loss, Noted, note_restore
from casework.refusal import Refusal
from casework.services import Actor
from config.settings import Settings
from models.copies import Told
from models.engine import Database, make_engine
from runtime import schema, trouble
from runtime.address import sqlite_file
from runtime.backup import DATA, OWN_FILES, SETTINGS, Manifest, read_backup, unpack
from runtime.build import read_settings
from runtime.moving import Copied, kept_by_somebody, pour
from runtime.settings_file import write_database, written_database
from runtime.snapshot import at_rest, closing_engine
from runtime.swap import Swap, put_back
from runtime.trouble import command
from runtime.typed import typed

_WORK = ".restoring-"  # a folder that holds the whole data, passwords too
_BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    made_at: str  # when the backup was made
    rows: int
    held: int  # letters that wait for a person
    ended: Shut  # what was ended, so that nothing ended since the backup opens again
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
    try:
        if put_back(settings.home):  # a restore before this one was killed on its way
            settings = read_settings(settings.home)
        manifest = read_backup(wish.file)
        if isinstance(manifest, Refusal):
            return manifest
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in settings.home.glob(f"{_WORK}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(
            dir=settings.home, prefix=_WORK, ignore_cleanup_errors=True
        ) as work:
            return _restored(settings, wish, manifest, (Path(work), told))
    except (OSError, *trouble.DATABASE_ERRORS) as error:
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
    noted = _prepare(work / DATA, wish, manifest)
    kept = (settings.home / SETTINGS).exists() and wish.database is None
    if not kept:
        _write_settings(settings, work, wish)
    with Swap(home=settings.home, now=wish.now) as swap:
        _put_in_place(settings, work, swap, with_settings=not kept)
        if file is None:
            with at_rest(f"sqlite:///{work / DATA}") as source:
                poured = pour(source, settings, told)
            if not isinstance(poured, Copied):
                return poured
        swap.keep()
    return Restored(
        made_at=manifest.made_at,
        rows=sum(manifest.rows.values()),
        held=noted.held,
        ended=noted.shut,
        aside=swap.aside,
        kept_settings=kept,
    )


def _write_settings(settings: Settings, work: Path, wish: Wish) -> None:
    """Write, beside what was unpacked, the settings that name the place of the data."""
    here, new = settings.home / SETTINGS, work / SETTINGS
    if here.exists():
        shutil.copyfile(here, new)
    if wish.database is not None:
        write_database(new, wish.database)
    elif sqlite_file(settings) is not None:  # the backup's own file is somebody else's data by now
        write_database(new, "")


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


def _prepare(file: Path, wish: Wish, manifest: Manifest) -> Noted:
    """Bring what was unpacked up to date, hold its letters and shut its doors: unseen yet."""
    engine = make_engine(f"sqlite:///{file}")
    loss = Loss(
        at=wish.now,
        backup_at=manifest.moment,
        file=wish.file.name,
        by=(wish.by.name, wish.by.source),
    )
    with closing_engine(engine):
        schema.upgrade(engine)
        noted = Database(engine).transact(lambda session: note_restore(session, loss))
    with closing(connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")  # one file, which can be moved
    return noted


def _put_in_place(settings: Settings, work: Path, swap: Swap, *, with_settings: bool) -> None:
    """Move what is there aside and what was unpacked in; the database comes last."""
    home, file = settings.home, sqlite_file(settings)
    beside = [] if file is None else [file.with_name(file.name + end) for end in _BESIDE]
    swap.move_aside([*beside, home / OWN_FILES])  # the likeliest to fail comes first
    if (work / OWN_FILES).exists():
        swap.move(work / OWN_FILES, home / OWN_FILES)
    if with_settings and (work / SETTINGS).exists():
        swap.move_aside([home / SETTINGS])
        swap.move(work / SETTINGS, home / SETTINGS)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        swap.move(work / DATA, file)
