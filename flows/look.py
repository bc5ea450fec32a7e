"""The timetable for many machines: an alarm rings, any worker looks, our tables say what is due."""

import asyncio
from pathlib import Path

from prefect import flow
from prefect.runtime import deployment

from flows.helpers import forget_missed
from flows.house import folder_of
from flows.local import Report
from flows.seat import Seat
from flows.timetable import Keeper
from policy.timetable import RunKind
from runtime.build import process_name


@flow(name="timetable")
async def timetable(home: str = "") -> list[str]:
    """Do what is due now, unless somebody keeps the timetable already; return what was done."""
    did = await asyncio.to_thread(look, folder_of(home))
    if deployment.id:
        await forget_missed(deployment.id)
    return did


def look(home: Path) -> list[str]:
    """Do what is due now; the first failure is raised once everything else was tried."""
    did: list[str] = []
    failed: list[Exception] = []

    def told(kind: RunKind | None, outcome: Report | Exception) -> None:
        if isinstance(outcome, Exception):
            failed.append(outcome)
        elif kind is not None:
            did.append(kind.value)

    Keeper(seat=Seat(home=home, holder=process_name()), told=told).look_once()
    if failed:
        raise failed[0]
    return did
