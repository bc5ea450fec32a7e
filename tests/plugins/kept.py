"""Runs `peiyu up` in a process of its own, at a moment that stands still.

    python -m tests.plugins.kept HOME MOMENT BATCH [WORD…]

With a BATCH greater than 0 it kills itself in the middle of writing that batch of the month.
"""

import datetime as dt
import os
import re
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
_INSIDE = 3  # writes of the batch that are done when it dies


def started(
    home: Path, moment: dt.datetime, *words: str, dies_in: int = 0
) -> "subprocess.Popen[str]":
    """Start `peiyu up --once --plain`; ``dies_in`` is the number of the batch in which it dies."""
    return keeping(home, moment, "--once", "--plain", *words, dies_in=dies_in)


def keeping(
    home: Path, moment: dt.datetime, *words: str, dies_in: int = 0
) -> "subprocess.Popen[str]":
    """Start `peiyu up` with these words."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.plugins.kept"),
            *(str(home), moment.isoformat(), str(dies_in), *words),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1", "PEIYU_LEASE_SECONDS": "6"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def main() -> None:
    """Do what the arguments say."""
    from cli.main import app
    from runtime import clock

    home, moment, batch, *words = sys.argv[1:]
    stands = dt.datetime.fromisoformat(moment)
    clock.now = lambda: stands  # type: ignore[assignment]
    if int(batch):
        event.listen(Engine, "before_cursor_execute", _killer(int(batch)))
    app(["up", "--home", home, *words], prog_name="peiyu")


def _killer(batch: int) -> Any:
    """Return a listener that ends this process after a few writes of the n-th batch."""
    begun, written = count(1), count(1)
    inside = False

    def step(*given: Any) -> None:
        nonlocal inside
        statement = given[2]
        if re.match(r"INSERT INTO run_batch\b", statement):
            inside = next(begun) >= batch
        elif inside and re.match(r"INSERT|UPDATE", statement) and next(written) > _INSIDE:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


if __name__ == "__main__":
    main()
