"""The Monday digest: each member of staff gets the week's summary in the letter of the day."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casework.digest import DigestReport
from flows import chores
from flows.progress import tell


@flow(name="weekly-digest")
async def weekly_digest(home: str = "", on: str | None = None) -> DigestReport:
    """Sum up the week of a day (YYYY-MM-DD, else today) for the data folder."""
    report = await sum_up(home, on)
    tell(1, 1)
    return report


@task(name="sum-up", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def sum_up(home: str, on: str | None) -> DigestReport:
    """Claim each summary; done again, it claims nothing twice."""
    return await asyncio.to_thread(chores.sum_up, home, on)
