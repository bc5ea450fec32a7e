"""Who lives in the invented county: 150 enterprises in kinds, each with the reason it is there.

The mix is that of the bureau's own report: 28 valid 高企 in three expiry cohorts, 70 科小 of
2025, 38 规上, and a near miss of every kind. ``says`` is what an assessment on the first
working day of March 2026 must say of every enterprise of the kind; the tests hold it to that.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from scripts.demo_firms import Firm, usual
from scripts.demo_hnte_kinds import CANDIDATES, HOLDERS, NEAR_MISSES
from scripts.demo_small_kinds import OTHERS, SMALL

KINDS = (*HOLDERS, *CANDIDATES, *NEAR_MISSES, *SMALL, *OTHERS)
# What only one enterprise of a kind has: the kind and which of them -> knobs.
_SINGULAR: Mapping[tuple[str, int], Mapping[str, Any]] = {
    ("known_by_name", 1): {"wrong_check_digit": True},
    ("ready", 2): {"rd_falls": True},
    ("name_twins", 0): {"name": "洪江市示例双溪茶业有限公司"},
    ("name_twins", 1): {"name": "湖南示例双溪茶业有限责任公司"},
}


def firms() -> Iterator[Firm]:
    """Yield the 150 enterprises, kind after kind."""
    numbers = count(1)
    for kind in KINDS:
        for index in range(kind.count):
            number = next(numbers)
            issued = kind.issued[index % len(kind.issued)] if kind.issued else None
            knobs = usual(number) | dict(kind.knobs) | dict(_SINGULAR.get((kind.key, index), {}))
            yield Firm(
                number=number,
                kind=kind.key,
                issued_on=issued,
                above_scale=index < kind.scale,
                **knobs,
            )
