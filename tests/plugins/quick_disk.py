"""Where the tests write: in memory where there is room, for a disk waits at every commit.

A commit on a disk costs some milliseconds of waiting, and the tests make tens of thousands. What a
test run writes need not survive a power cut; a killed process loses nothing there either.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_MEMORY = Path("/dev/shm")  # noqa: S108 - what systemd and containers call it
_ROOM = 4 * 2**30  # bytes; a whole run takes some 400 MB


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Let this process, its workers and all they start write there, unless TMPDIR says where."""
    if "TMPDIR" not in os.environ and _is_fit(_MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def _is_fit(folder: Path) -> bool:
    """Say whether there is room, and programs may be run there, as PostgreSQL's are."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    runs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return runs and min(shutil.disk_usage(folder).free, _free_memory()) >= _ROOM


def _free_memory() -> int:
    """Return how many bytes of memory nobody needs; a full one would kill what runs."""
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    told = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(told.get("MemAvailable", "0").split()[0]) * 1024
