"""Pages of lists: where the next one begins is a word that only we can read."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Depends, Query

from casework.typed import number_of
from console.api.problems import ProblemError

_MOST = 200
_LONGEST = 2_000
_BY_NUMBER = "after"
Next = Annotated[
    str, Query(alias="next", max_length=_LONGEST, description="`next` of the page before.")
]


def place_of(said: str, order: str) -> str:
    """Return where a page of a list in this order begins; empty: at its beginning.

    ProblemError 422: it is no place that we gave, or one of another list.
    """
    if not said:
        return ""
    try:
        words = urlsafe_b64decode(said.encode()).decode()
    except ValueError:
        words = ""
    ours, _, place = words.partition(":")
    if ours != order or not place:
        raise ProblemError(422, "参数 next 不是上一页给的那个，请从第一页重新读")
    return place


def next_place(place: str, order: str) -> str | None:
    """Return how the next page of a list in this order is asked for; None on the last."""
    return urlsafe_b64encode(f"{order}:{place}".encode()).decode() if place else None


def number_after(said: str) -> int:
    """Return the number after which a page of a list by number begins; ProblemError 422."""
    place = place_of(said, _BY_NUMBER)
    after = number_of(place) if place else 0
    if after is None:
        raise ProblemError(422, "参数 next 不是上一页给的那个，请从第一页重新读")
    return after


def _following(next_: Next = "") -> int:
    return number_after(next_)


def next_of(following: int | None) -> str | None:
    """Return how the next page of a list by number is asked for."""
    return None if following is None else next_place(str(following), _BY_NUMBER)


After = Annotated[int, Depends(_following)]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="How many at most.")]
