"""Housekeeping: what nothing depends on any more is removed, ours and Prefect's."""

import asyncio
from dataclasses import replace

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casework.housekeeping import HousekeepingReport
from flows import chores
from flows.history import forget
from flows.progress import tell


@flow(name="housekeeping")
async def housekeeping(
    home: str = "", on: str | None = None, dry_run: str | None = None
) -> HousekeepingReport:
    """Tidy the data folder as of a day (YYYY-MM-DD, else today); ``dry_run``: only count."""
    report = await tidy(home, on, dry_run)
    history = await forget(home, chores.forget_before(home), dry_run=bool(dry_run))
    tell(1, 1)
    return replace(report, history=history)


@task(name="tidy", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def tidy(home: str, on: str | None, dry_run: str | None) -> HousekeepingReport:
    """Remove what is old, some rows at a time; done again, it finds nothing more."""
    return await asyncio.to_thread(chores.tidy, home, on, dry_run)
