"""Delivery: hand the letters that are due to the carrier, each once."""

import asyncio

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from casework.deliver import DeliveryReport
from flows import chores
from flows.progress import tell


@flow(name="delivery")
async def delivery(
    home: str = "", on: str | None = None, until: str | None = None
) -> DeliveryReport:
    """Send the letters of a day (YYYY-MM-DD, else today); ``until``: begin none after a moment."""
    report = await send(home, on, until)
    tell(1, 1)
    return report


@task(name="send", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[2, 10])
async def send(home: str, on: str | None, until: str | None) -> DeliveryReport:
    """Lease, write and hand over letters; a lease keeps a second try from what is on its way."""
    return await asyncio.to_thread(chores.send, home, on, until)
