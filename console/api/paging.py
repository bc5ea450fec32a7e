"""Pages of lists: where the next one begins is a word that only we can read."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import Depends, Query

from casework.typed import number_of
from console.api.problems import ProblemError

_MOST = 200
_MARK = "after:"


def _following(
    next_: Annotated[
        str, Query(alias="next", max_length=100, description="`next` of the page before.")
    ] = "",
) -> int:
    """Return the number after which a page begins."""
    if not next_:
        return 0
    try:
        words = urlsafe_b64decode(next_.encode()).decode()
    except ValueError:
        words = ""
    after = number_of(words.removeprefix(_MARK))
    if after is None:
        raise ProblemError(422, "参数 next 不是上一页给的那个，请从第一页重新读")
    return after


def next_of(following: int | None) -> str | None:
    """Return how the next page is asked for."""
    if following is None:
        return None
    return urlsafe_b64encode(f"{_MARK}{following}".encode()).decode()


After = Annotated[int, Depends(_following)]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="How many at most.")]
