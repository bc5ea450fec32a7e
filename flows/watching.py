"""The watch as a flow: a scheduler beside ours sees whether ours is silent, and the other way."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows import chores


@flow(name="watch")
async def watch_over(home: str = "") -> list[str]:
    """See what is silent in the data folder; return each trouble as a sentence."""
    return await look(home)


@task(name="look", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def look(home: str) -> list[str]:
    """Look, record alarms, and send their letters."""
    return await asyncio.to_thread(chores.watch_over, home)
