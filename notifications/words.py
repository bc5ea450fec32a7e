"""Words: text made safe for one line, and dates as staff read them aloud."""

import datetime as dt
import unicodedata

# Controls, formatting marks (also the ones that turn text around), surrogates, line and
# paragraph separators: none has a place in a name, and each has forged a header somewhere.
_NO_PLACE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """Return the text as one harmless line, fit for a header or a sentence.

    Encoded words are broken up: Python 3.11 decodes ``=?UTF-8?Q?=0A?=`` in a subject into a
    line break, and what follows becomes a header of its own.
    """
    if not text.isprintable():  # Python's own word for it, which is quick and a little stricter
        text = "".join(" " if unicodedata.category(char) in _NO_PLACE else char for char in text)
    return " ".join(text.split()).replace("=?", "= ?")


def shortened(text: str, limit: int) -> str:
    """Return at most ``limit`` characters; what was cut shows as an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def day(date: dt.date, on: dt.date) -> str:
    """Return ``5月31日``, with the year when it is not the year of ``on``."""
    if date.year == on.year:
        return f"{date.month}月{date.day}日"
    return f"{date.year}年{date.month}月{date.day}日"


def countdown(days_left: int) -> str:
    """Return how far away a due date is: 还有 5 天, 今天截止, 已超期 3 天."""
    if days_left == 0:
        return "今天截止"
    return f"还有 {days_left} 天" if days_left > 0 else f"已超期 {-days_left} 天"
