"""Putting new files in the place of old ones, all or none: what is there is moved aside first."""

import datetime as dt
import errno
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime import trouble


@dataclass(slots=True, kw_only=True)
class Swap:
    """Moves that were made, until they are kept; left without, everything is put back."""

    home: Path
    now: dt.datetime
    aside: Path | None = None
    _done: list[tuple[Path, Path]] = field(default_factory=list)
    _kept: bool = False

    def __enter__(self) -> "Swap":
        return self

    def __exit__(self, *_: object) -> None:
        if not self._kept:
            self._put_back()

    def keep(self) -> None:
        """Let everything stay where it is now."""
        self._kept = True

    def move_aside(self, old: Sequence[Path]) -> None:
        """Move what is there into a folder of its own, in the data folder."""
        there = [each for each in old if each.exists() or each.is_symlink()]
        if not there:
            return
        if self.aside is None:
            name = f"before-restore-{self.now:%Y%m%d-%H%M%S}-"
            self.aside = Path(tempfile.mkdtemp(dir=self.home, prefix=name))
        for each in there:
            self.move(each, self.aside / each.name)

    def move(self, source: Path, target: Path) -> None:
        """Move one; raises OSError and leaves both as they were."""
        _move(source, target)
        self._done.append((source, target))

    def _put_back(self) -> None:
        stuck = [moved for moved in reversed(self._done) if not _moved_back(*moved)]
        if stuck:
            raise trouble.not_put_back(self.home, [target for _, target in stuck])
        if self.aside is not None:
            with suppress(OSError):  # only when it is empty again
                self.aside.rmdir()


def _moved_back(source: Path, target: Path) -> bool:
    try:
        _move(target, source)
    except OSError:
        return False
    return True


def _move(source: Path, target: Path) -> None:
    """Move a file or folder, a file onto another disk too: there whole, or not at all.

    A folder on a disk of its own stays: to copy it and clear it away could end between the two.
    """
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV or source.is_dir():
            raise
        partial = target.with_name(f".{target.name}.part")
        try:
            shutil.copy2(source, partial)
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        source.unlink()
