"""What was counted is remembered until somebody writes anything: then it is counted anew.

A count is never older than the data: it is kept under the version of the data that it was made of,
and asking for the version costs next to nothing. Nothing is kept where there is no version.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from casework.services import Services
from models.engine import Database

T = TypeVar("T")

_MOST = 64  # answers of one database: some divisions, some years
_lock = Lock()
_kept: WeakKeyDictionary[Database, OrderedDict[Hashable, tuple[str, Any]]] = WeakKeyDictionary()


def remembered(services: Services, what: Hashable, make: Callable[[], T]) -> T:
    """Return what ``make`` returns, or returned since the last change of the data.

    ``what`` names everything that the answer hangs on beside the data, the day and the division.
    """
    version = services.database.version()
    if version is None:
        return make()
    key = (what, services.today, services.division, services.county, _supposed(services))
    with _lock:
        known = _kept.setdefault(services.database, OrderedDict())
        if key in known and known[key][0] == version:
            known.move_to_end(key)
            answer: T = known[key][1]
            return answer
    made = make()
    with _lock:
        known[key] = (version, made)
        known.move_to_end(key)
        if len(known) > _MOST:
            known.popitem(last=False)
    return made


def _supposed(services: Services) -> Hashable:
    return tuple(sorted(services.supposing.items()))
