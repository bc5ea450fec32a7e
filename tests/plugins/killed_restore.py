"""Types a restore in a process of its own that is killed before a step of putting in place.

    python -m tests.plugins.killed_restore KEPT UNTIL WORDS…

A step is a move, the copying into a server, or the word that all stays as it is. Each is killed
before in a child of its own, over a copy of the folder KEPT: ``KEPT-1`` before the first, and on
until one ends well, or was killed before the step UNTIL. One process reads everything once and
forks the children.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from cli.main import app
from runtime import moving, swap
from runtime.restore import restore  # noqa: F401 - read once, for every child
from tests.house.tree import ROOT

_STEPS = ((swap, "_move"), (moving, "copy_tables"), (swap.Swap, "keep"))


def killed(kept: Path, *words: str, until: str = "") -> dict[Path, str]:
    """Return the folders in which a restore was killed, each with the step that never came."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.plugins.killed_restore", str(kept), until, *words],
        cwd=Path.cwd(),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return {Path(f"{kept}-{at}"): name for at, name in enumerate(done.stdout.split(), start=1)}


def main() -> None:
    """Kill one child after another, each a step later."""
    kept, until, *words = sys.argv[1:]
    for at in count(1):
        home = Path(f"{kept}-{at}")
        shutil.copytree(kept, home)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _type(["restore", *words, "--home", str(home)], (home, at, writing))
        os.close(writing)
        with os.fdopen(reading) as said:
            name = said.read()
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()
        if name == until:
            return


def _type(words: list[str], end: tuple[Path, int, int]) -> None:
    """Type it while somebody looks at the data; name the last step and die before it."""
    home, last, told = end
    steps = count(1)

    def step(name: str, does: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            if next(steps) == last:
                os.write(told, name.encode())
                os.kill(os.getpid(), signal.SIGKILL)
            return does(*given)

        return counted

    for where, name in _STEPS:
        setattr(where, name, step(name, getattr(where, name)))
    if (home / "peiyu.db").exists():
        reader = sqlite3.connect(home / "peiyu.db")
        reader.execute("SELECT count(*) FROM run").fetchone()
    sys.stdout = sys.stderr
    app(words, prog_name="peiyu")


if __name__ == "__main__":
    main()
