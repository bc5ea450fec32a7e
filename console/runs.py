"""The page of runs, for whoever keeps the program running: how far, what ran, what is amiss.

It is shown without signing in, to this machine alone unless somebody said otherwise: it names
nobody, neither who began a run nor what a failure said.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from casework.runs_page import RunLine, took
from console.pages import Page
from models.ledger import RunState
from policy.silence import Trouble

_PAGE = Page("runs")
HEADERS = _PAGE.headers
_SOON, _LATER = 5, 60  # seconds until the page looks again: while something runs, and otherwise
_TONES = {RunState.RUNNING: "busy", RunState.FINISHED: "good", RunState.FAILED: "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    title: str
    slot: str
    state: str
    tone: str
    started: str
    took: str
    done: int
    of: int  # batches in all while it runs, else 0


def page(
    lines: Sequence[RunLine], troubles: Sequence[Trouble], now: dt.datetime, zone: ZoneInfo
) -> str:
    """Return the page as HTML."""
    rows = [_row(each, zone) for each in lines]
    return _PAGE.render(
        runs=rows,
        troubles=troubles,
        now=f"{now.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        refresh=_SOON if any(each.tone == "busy" for each in rows) else _LATER,
    )


def _row(line: RunLine, zone: ZoneInfo) -> _Row:
    runs = line.state == RunState.RUNNING.value and not line.cut_off
    return _Row(
        title=line.title,
        slot=line.slot,
        state=line.state_title,
        tone="bad" if line.cut_off else _TONES[RunState(line.state)],
        started=f"{line.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        took=took(line.seconds),
        done=line.done,
        of=line.pieces if runs else 0,
    )
