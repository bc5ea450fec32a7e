"""The timetable for many machines: an alarm rings, any worker looks, our tables say what is due."""

import asyncio
import datetime as dt
from pathlib import Path

from prefect import flow
from prefect.runtime import deployment

from casework.runs import failed_of_late
from flows.helpers import forget_missed
from flows.house import folder_of
from flows.local import Report
from flows.patience import LONGEST, Patience
from flows.seat import Seat
from flows.timetable import Keeper
from policy.timetable import RunKind
from runtime.build import opened, process_name, read_settings


@flow(name="timetable")
async def timetable(home: str = "") -> list[str]:
    """Do what is due now, unless somebody keeps the timetable already; return what was done."""
    did = await asyncio.to_thread(look, folder_of(home))
    if deployment.id:
        await forget_missed(deployment.id)
    return did


# What a whole office waits for rests shorter than what nobody sees at night.
_REST = {RunKind.MONTHLY: 600.0, RunKind.DIGEST: 600.0, RunKind.SWEEP: 600.0, RunKind.DELIVER: 0.0}


def _patience(home: Path) -> Patience:
    """Return the patience with what failed a moment ago: whoever looked then was another process.

    Letters are let alone: a look is as long as their own rest.
    """
    patience = Patience()
    with opened(read_settings(home)) as services:
        for kind, ago in failed_of_late(services, within=dt.timedelta(seconds=LONGEST)).items():
            patience.rest(kind, _REST.get(kind, LONGEST) - ago.total_seconds())
    return patience


def look(home: Path) -> list[str]:
    """Do what is due now; the first failure is raised once everything else was tried."""
    did: list[str] = []
    failed: list[Exception] = []

    def told(kind: RunKind | None, outcome: Report | Exception) -> None:
        if isinstance(outcome, Exception):
            failed.append(outcome)
        elif kind is not None:
            did.append(kind.value)

    seat = Seat(home=home, holder=process_name())
    Keeper(seat=seat, told=told, patience=_patience(home)).look_once()
    if failed:
        raise failed[0]
    return did
