"""The nightly backup: one file, proven, before anything is cleared away."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import chores
from flows.progress import tell


@flow(name="backup")
async def backup(home: str = "", on: str | None = None) -> chores.BackupReport:
    """Back the data up, as the run of a day (YYYY-MM-DD, else today)."""
    report = await back_up(home, on)
    tell(1, 1)
    return report


@task(name="backup", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def back_up(home: str, on: str | None) -> chores.BackupReport:
    """Make a backup; one that is not sound leaves no trace."""
    return await asyncio.to_thread(chores.back_up, home, on)
