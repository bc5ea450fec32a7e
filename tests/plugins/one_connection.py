"""Watches that no thread holds one connection and asks for a second: enough of them stop for ever.

def test_something(second_connections):
    ...
    assert not second_connections
"""

import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import get_ident

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

HERE = Path(__file__).parents[2]


@pytest.fixture
def second_connections() -> Iterator[list[str]]:
    """Where, in our own code, a second connection was taken while the first was held."""
    held: Counter[int] = Counter()
    owners: dict[int, int] = {}
    found: list[str] = []

    def out(_: object, record: object, __: object) -> None:
        owners[id(record)] = me = get_ident()
        held[me] += 1
        if held[me] > 1:
            ours = [each for each in traceback.extract_stack() if _is_ours(each.filename)]
            found.append(" > ".join(f"{Path(each.filename).name}:{each.lineno}" for each in ours))

    def back(_: object, record: object) -> None:
        held[owners.pop(id(record), 0)] -= 1

    event.listen(Pool, "checkout", out)
    event.listen(Pool, "checkin", back)
    yield found
    event.remove(Pool, "checkout", out)
    event.remove(Pool, "checkin", back)


def _is_ours(filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(HERE) and "tests" not in path.parts and ".venv" not in path.parts
