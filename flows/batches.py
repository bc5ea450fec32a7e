"""Doing many batches, a few at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from flows.progress import tell

Piece = TypeVar("Piece")
Result = TypeVar("Result")


async def each(
    pieces: Sequence[Piece], work: Callable[[Piece], Awaitable[Result]], *, at_once: int
) -> list[Result]:
    """Return what the work gave for each piece; one that fails does not stop the others.

    Raises the first failure, once everything that could be done is done.
    """
    gate = asyncio.Semaphore(at_once)
    done = 0

    async def one(piece: Piece) -> Result:
        nonlocal done
        async with gate:
            result = await work(piece)
        done += 1
        tell(done, len(pieces))
        return result

    ended = await asyncio.gather(*map(one, pieces), return_exceptions=True)
    results: list[Result] = []
    for each_end in ended:
        if isinstance(each_end, BaseException):
            raise each_end
        results.append(each_end)
    return results
