"""Backups: one file holds the database, the office's own files, and what it must be found to be."""

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO

from casework.refusal import Refusal
from config.settings import Settings
from models.copies import CopyDiffersError, Told
from notifications.folder import sync_folder
from runtime import schema, trouble
from runtime.address import looking_at, refuse_strangers
from runtime.snapshot import DamagedError, checked, take_snapshot
from runtime.swap import refuse_unfinished

DATA = "peiyu.db"
SETTINGS = "peiyu.toml"
OWN_FILES = "config"
_MANIFEST = "manifest.json"
_FORM = 1  # of the file; a reader refuses one that it does not know
_PREFIX, _SUFFIX = "peiyu-", ".zip"
_CHUNK = 1 << 20
_ABANDONED = dt.timedelta(days=1)  # a half-made backup whose maker was killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds, and how to tell that it still does."""

    form: int
    made_at: str
    program: str
    revision: str
    rows: Mapping[str, int]
    digests: Mapping[str, str]  # name in the file -> SHA-256

    @property
    def moment(self) -> dt.datetime:
        """Return when it was made."""
        return dt.datetime.fromisoformat(self.made_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup in its folder."""

    file: Path
    size: int
    manifest: Manifest


def make_backup(
    settings: Settings, *, now: dt.datetime, folder: Path | None = None, told: Told | None = None
) -> Backup:
    """Make a backup while others go on working, prove it, and let the oldest ones go.

    ``now`` is local time; the file is named by it. A backup that is not sound leaves no trace.
    """
    refuse_unfinished(settings.home)
    target = folder or settings.backups_folder
    with _sentences(settings, target):
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        _clear_abandoned(target, now)
        with tempfile.TemporaryDirectory(dir=target, prefix=".making-") as work:
            made = _made(settings, Path(work), now, told or _nobody)
            file = _free_name(target, now)
            made.replace(file)
        sync_folder(target)
        backup = _read(file)
        if folder is None:  # elsewhere there may be somebody else's
            for old in list_backups(target)[settings.backups_kept :]:
                old.file.unlink()
    return backup


def list_backups(folder: Path) -> tuple[Backup, ...]:
    """Return the backups of a folder, the newest first; other files there are not looked at."""
    found = []
    for file in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"), reverse=True):
        try:
            found.append(_read(file))
        except _NOT_READ:
            continue
    return tuple(sorted(found, key=lambda each: each.manifest.moment, reverse=True))


def read_backup(file: Path) -> Manifest | Refusal:
    """Return what a backup says of itself, if this program can read it."""
    try:
        with zipfile.ZipFile(file) as packed:
            said = json.loads(packed.read(_MANIFEST))
        if said["form"] != _FORM:
            return Refusal(reason=f"备份“{file}”是更新的程序做的，请安装新版程序后再恢复")
        manifest = Manifest(**said)
    except _NOT_READ as error:
        return Refusal(reason=_why_not(file, error))
    if not schema.is_known(manifest.revision):
        return Refusal(reason=f"备份“{file}”是更新的程序做的，请安装新版程序后再恢复")
    return manifest


def _why_not(file: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"没有备份文件“{file}”"
    if trouble.of_the_disk(error):
        return (
            f"备份文件“{file}”读不了（{trouble.words_of(error)}）；没有改动任何数据。"
            f"请检查读取权限和它所在的磁盘，再运行一次"
        )
    return f"“{file}”不是培育的备份文件，或已损坏；没有改动任何数据"


def unpack(file: Path, manifest: Manifest, into: Path) -> Refusal | None:
    """Unpack a backup and prove it; a refusal when it is not what its maker wrote.

    A disk that is full, or another error of reading and writing, is raised: it says nothing
    about the backup.
    """
    damaged = Refusal(reason=f"备份“{file}”已损坏；没有改动任何数据，请换一份备份")
    try:
        with zipfile.ZipFile(file) as packed:
            as_packed = all(
                _ours(name) and _extracted(packed, name, into / name) == digest
                for name, digest in manifest.digests.items()
            )
        if not as_packed:
            return damaged
        whole = checked(into / DATA)
    except (*_NOT_READ, DamagedError, *trouble.DATABASE_ERRORS) as error:
        if trouble.of_the_disk(error):
            raise
        return damaged
    same = (whole.revision, dict(whole.rows)) == (manifest.revision, dict(manifest.rows))
    return None if same else damaged


_NOT_READ = (OSError, zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError)


def _made(settings: Settings, work: Path, now: dt.datetime, told: Told) -> Path:
    with looking_at(settings) as engine:
        revision = schema.revision_of(engine)
        refuse_strangers(settings, engine, revision)
        if revision is None:
            raise trouble.missing(settings.home)
    whole = take_snapshot(settings, work / DATA, told)
    inside = {DATA: work / DATA, **_own_files(settings.home)}
    manifest = Manifest(
        form=_FORM,
        made_at=now.isoformat(timespec="seconds"),
        program=version("peiyu"),
        revision=whole.revision,
        rows=whole.rows,
        digests={name: _digest(path) for name, path in inside.items()},
    )
    file = work / f"made{_SUFFIX}"
    _pack(file, manifest, inside)
    with tempfile.TemporaryDirectory(dir=work) as again:  # what was written is what will be read
        if unpack(file, manifest, Path(again)):
            raise OSError("读回来的和写进去的不一样")
    return file


def _own_files(home: Path) -> dict[str, Path]:
    """Return the settings and the office's own programmes, notices and calendars."""
    found = [home / SETTINGS, *sorted((home / OWN_FILES).rglob("*.toml"))]
    return {path.relative_to(home).as_posix(): path for path in found if path.is_file()}


def _pack(file: Path, manifest: Manifest, inside: Mapping[str, Path]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # passwords are in it
    with os.fdopen(descriptor, "wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            words = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True)
            packed.writestr(_MANIFEST, words)
            for name, path in inside.items():
                packed.write(path, name)
        raw.flush()
        os.fsync(raw.fileno())


def _extracted(packed: zipfile.ZipFile, name: str, target: Path) -> str:
    """Unpack one file; return its digest."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with packed.open(name) as source, target.open("xb") as file:
        target.chmod(0o600)
        shutil.copyfileobj(source, file, _CHUNK)
    return _digest(target)


def _ours(name: str) -> bool:
    """Say whether a name is one that we pack: nothing else may be written anywhere."""
    parts = PurePosixPath(name).parts
    own = parts[:1] == (OWN_FILES,) and name.endswith(".toml")
    return name in (DATA, SETTINGS) or (own and ".." not in parts and "\\" not in name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _sum(file)


def _sum(file: IO[bytes]) -> str:
    seal = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        seal.update(chunk)
    return seal.hexdigest()


def _read(file: Path) -> Backup:
    with zipfile.ZipFile(file) as packed:
        manifest = Manifest(**json.loads(packed.read(_MANIFEST)))
    return Backup(file=file, size=file.stat().st_size, manifest=manifest)


def _free_name(folder: Path, now: dt.datetime) -> Path:
    name = f"{_PREFIX}{now:%Y%m%d-%H%M%S}"
    number = 1
    while (folder / f"{name}{_SUFFIX}").exists():
        number += 1
        name = f"{_PREFIX}{now:%Y%m%d-%H%M%S}-{number}"
    return folder / f"{name}{_SUFFIX}"


def _clear_abandoned(folder: Path, now: dt.datetime) -> None:
    for left in folder.glob(".making-*"):
        if left.stat().st_mtime < (now - _ABANDONED).timestamp():
            shutil.rmtree(left)


def _nobody(_table: str, _rows: int) -> None:
    """Hear nothing."""


@contextmanager
def _sentences(settings: Settings, folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, *trouble.DATABASE_ERRORS) as error:
        if isinstance(error, OSError) or trouble.of_the_disk(error):  # we write there alone
            raise trouble.no_backup(folder, trouble.words_of(error)) from error
        raise trouble.unreadable(settings.database_url, error) from error
    except (DamagedError, CopyDiffersError) as error:
        raise trouble.no_backup(folder, f"数据库不完整 {error}".strip()) from error
