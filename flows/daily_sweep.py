"""The daily sweep: queue every reminder that came due since the last one."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casework.remind import SweepReport
from flows import chores
from flows.progress import tell


@flow(name="daily-sweep")
async def daily_sweep(home: str = "", on: str | None = None) -> SweepReport:
    """Queue the reminders of a day (YYYY-MM-DD, else today) for the data folder."""
    report = await remind(home, on)
    tell(1, 1)
    return report


@task(name="remind", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def remind(home: str, on: str | None) -> SweepReport:
    """Claim the rungs of a day; done again, it claims nothing twice."""
    return await asyncio.to_thread(chores.remind, home, on)
