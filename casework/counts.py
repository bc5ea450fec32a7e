"""What a batch, or a whole month, did: counted once, in the transaction that did it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from casework.plan import BatchPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCounts:
    """What one batch, or a whole month, did."""

    opened: int = 0
    assessed: int = 0  # assessments that said something new
    moved: int = 0
    reviews: int = 0
    deadlines: int = 0
    superseded: int = 0
    claims: int = 0

    def __add__(self, other: "BatchCounts") -> "BatchCounts":
        names = [each.name for each in fields(self)]
        return BatchCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def __sub__(self, other: "BatchCounts") -> "BatchCounts":
        names = [each.name for each in fields(self)]
        return BatchCounts(**{name: getattr(self, name) - getattr(other, name) for name in names})

    def to_json(self) -> str:
        """Return the text kept in the ledger."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "BatchCounts":
        """Return the counts that `to_json` wrote; an empty object is nothing done."""
        return cls(**json.loads(text))


def counts_of(plan: BatchPlan, claims: int) -> BatchCounts:
    """Return what recording this plan did; ``claims`` is how many of its claims were new."""
    opening = plan.deadlines.opening
    return BatchCounts(
        opened=sum(each.is_new for each in plan.cases),
        assessed=sum(each.is_news for each in plan.cases),
        moved=sum(len(each.steps) for each in plan.cases),
        reviews=sum(each.new_proposal is not None for each in plan.cases),
        deadlines=sum(each.moves is None for each in opening),
        superseded=sum(each.moves is not None for each in opening),
        claims=claims,
    )


def total(counts: Iterable[BatchCounts]) -> BatchCounts:
    """Return the sum."""
    return sum(counts, start=BatchCounts())
