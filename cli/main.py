"""`peiyu`: the whole command line. Commands register themselves when their module is read."""

import io
import sys

try:
    from cli import (  # noqa: F401 - each registers its commands when it is read
        absences,
        accounts,
        acting,
        answers,
        audits,
        calendar_days,
        carrying,
        certificates,
        clocks,
        configuring,
        days,
        demonstration,
        imports,
        keeping,
        letters,
        looking,
        machines,
        month_view,
        nightly,
        office,
        one_case,
        papers,
        rehearsing,
        robots,
        running,
        safekeeping,
        staff,
        tokens,
        up,
        webhooks,
    )
    from cli.app import app
except KeyboardInterrupt:  # somebody changed their mind before we were read
    raise SystemExit(130) from None

__all__ = ["app", "run"]


def run() -> None:
    """Run the command that was typed, and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # An old terminal may not know every character; a strange mark is better than no answer.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="peiyu")
