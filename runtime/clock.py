"""The one real clock of the house."""

import datetime as dt


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)
