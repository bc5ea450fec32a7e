"""Putting new files in the place of old ones, all or none: what is there is moved aside first.

Each move is on record in the data folder before it is made. A program that is killed in the
middle leaves the record; then the data is refused, and the next restore puts everything back.
"""

import datetime as dt
import errno
import filecmp
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from notifications.folder import sync_folder
from runtime import trouble

_RECORD = ".restore-unfinished"
_ASIDE = "before-restore-"


@dataclass(slots=True, kw_only=True)
class Swap:
    """Moves that were made, until they are kept; left without, everything is put back."""

    home: Path
    now: dt.datetime
    aside: Path | None = None
    _kept: bool = False

    def __enter__(self) -> "Swap":
        return self

    def __exit__(self, *_: object) -> None:
        if self._kept:
            return
        put_back(self.home)
        if self.aside is not None:
            with suppress(OSError):  # only when it is empty again
                self.aside.rmdir()

    def keep(self) -> None:
        """Let everything stay where it is now."""
        _Record(self.home).remove()
        self._kept = True

    def move_aside(self, old: Sequence[Path]) -> None:
        """Move what is there into a folder of its own, in the data folder."""
        there = [each for each in old if _is_there(each)]
        if not there:
            return
        if self.aside is None:
            name = f"{_ASIDE}{self.now:%Y%m%d-%H%M%S}-"
            self.aside = Path(tempfile.mkdtemp(dir=self.home, prefix=name))
        for each in there:
            self.move(each, self.aside / each.name)

    def move(self, source: Path, target: Path) -> None:
        """Move one; raises OSError and leaves both as they were."""
        record = _Record(self.home)
        record.add(source, target)
        try:
            _move(source, target)
        except OSError:
            record.drop_last()
            raise


def refuse_unfinished(home: Path) -> None:
    """Raise CannotRunError while a restore is under way, or when one was killed on its way."""
    record = _Record(home)
    if record.is_there():
        folders = {target.parent for _, target in record.moves() if _is_aside(target.parent)}
        raise trouble.unfinished(home, sorted(folders))


def put_back(home: Path) -> bool:
    """Undo every move on record, the last first; say whether there was a record.

    Raises CannotRunError at the first that can not be undone; it and those before stay on record.
    """
    record = _Record(home)
    if not record.is_there():
        return False
    while moves := record.moves():
        try:
            _undo(*moves[-1])
        except OSError as error:
            left = [target for _, target in moves if _is_there(target)]
            raise trouble.not_put_back(home, left) from error
        record.drop_last()
    record.remove()
    return True


class _Record:
    """The moves of a swap, a line each: written before they are made."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / _RECORD

    def is_there(self) -> bool:
        return self._file.exists()

    def moves(self) -> list[tuple[Path, Path]]:
        pairs = (json.loads(line) for line in self._lines())
        return [(self._home / source, self._home / target) for source, target in pairs]

    def add(self, source: Path, target: Path) -> None:
        before = self._lines()
        line = json.dumps([self._name(source), self._name(target)])
        try:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
                file.flush()
                os.fsync(file.fileno())
            sync_folder(self._home)
        except OSError:
            self._cut(before)
            raise

    def drop_last(self) -> None:
        self._cut(self._lines()[:-1])

    def remove(self) -> None:
        self._file.unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        """Return whole lines: of one that was not written to its end, nothing was moved."""
        if not self._file.exists():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines(keepends=True)
        return [line for line in lines if line.endswith("\n")]

    def _cut(self, lines: list[str]) -> None:
        """Leave no more than these lines, which a full disk can not hinder."""
        if self._file.exists():
            os.truncate(self._file, len("".join(lines).encode()))

    def _name(self, path: Path) -> str:
        """Return a name that holds when the data folder itself is moved."""
        path, home = path.absolute(), self._home.absolute()
        return str(path.relative_to(home) if path.is_relative_to(home) else path)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _is_aside(folder: Path) -> bool:
    return folder.name.startswith(_ASIDE)


def _undo(source: Path, target: Path) -> None:
    """Undo a move: one that was made, or one whose maker was killed at it."""
    if _is_there(source):
        _partial(target).unlink(missing_ok=True)
        if _is_copy(source, target):
            target.unlink()
    elif _is_there(target):
        source.parent.mkdir(mode=0o700, exist_ok=True)
        _move(target, source)
    if _is_aside(target.parent):
        with suppress(OSError):  # only when it is empty again
            target.parent.rmdir()


def _is_copy(source: Path, target: Path) -> bool:
    real = source.is_file() and target.is_file() and not source.is_symlink()
    return real and filecmp.cmp(source, target, shallow=False)


def _partial(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _move(source: Path, target: Path) -> None:
    """Move a file or folder, a file onto another disk too: there whole, or not at all.

    A folder on a disk of its own stays: to copy it and clear it away could end between the two.
    """
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV or source.is_dir():
            raise
        _carry(source, target)


def _carry(source: Path, target: Path) -> None:
    """Copy a file onto another disk, and remove it here once it is safe there."""
    partial = _partial(target)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with source.open("rb") as old, os.fdopen(descriptor, "wb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            os.fsync(new.fileno())
        shutil.copystat(source, partial)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    try:
        sync_folder(target.parent)
        source.unlink()
    except OSError:
        target.unlink()
        raise
