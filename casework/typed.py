"""What somebody typed, as far as it can be ours: a number that a column holds, a day, words."""

import datetime as dt
import re

LARGEST = 2**31 - 1  # of a number in our tables
_DIGITS = len(str(LARGEST))
# No document and no date of ours is beyond.
FIRST_DAY, LAST_DAY = dt.date(1949, 1, 1), dt.date(2100, 12, 31)
# No keyboard types them, a database takes no NUL, and half a character can not be written down.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def number_of(words: str) -> int | None:
    """Return the number that somebody sent; None when it can be none of ours."""
    if not (words.isascii() and words.isdecimal() and len(words) <= _DIGITS):
        return None
    number = int(words)
    return number if number <= LARGEST else None


def day_of(words: str) -> dt.date | None:
    """Return the day that somebody sent; None when it is none, or none of ours."""
    try:
        day = dt.date.fromisoformat(words.strip())
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def plain(words: str) -> str:
    """Return words without what is no character of a text."""
    return _UNFIT.sub("", words)
