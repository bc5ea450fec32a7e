"""Findings (结论): what a criterion said, and the verdict they add up to."""

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from policy.confirm import Confirm
from policy.facts import Kind, fact_named
from policy.programme import Criterion, Programme, Rule


class Outcome(StrEnum):
    """What a criterion can say."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"  # a figure or a statement is missing
    NEEDS_PERSON = "needs_person"  # only a person can judge it


class Verdict(StrEnum):
    """What all criteria together say, the gravest first."""

    FAILS = "fails"  # a confirmed, required criterion is not met
    INCOMPLETE = "incomplete"  # nothing refuses, but something is unknown
    NEEDS_PERSON = "needs_person"  # nothing is unknown, but a person must judge
    MEETS = "meets"


class Key(StrEnum):
    """The members of a finding's JSON; short, for a nation's worth of them is stored."""

    OUTCOME = "o"
    VALUE = "v"  # a whole number, [num, den], [low, high] points, true, "2026-01-31"
    THRESHOLD = "t"
    GAP = "g"
    MISSING = "m"
    WAIVED_BY = "w"
    PARTS = "p"


Value = Fraction | int | bool | dt.date | tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """The points of one part of the score sheet; ``taken``: the item of several that counts."""

    part: str
    low: int
    high: int
    taken: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one criterion said about one enterprise.

    ``value`` and ``threshold`` are exact and in the fact's base unit (分, a plain fraction,
    pieces, days; a score is a range of points). ``gap`` is what is missing to the threshold,
    whole, in base units of what the enterprise can change (分 of research for a ratio of money,
    persons for a share of staff); None where nothing is missing or nothing can be computed.
    ``waived`` says that another criterion, one of ``waived_by``, stands in for it.
    ``missing`` names the facts an unknown finding waits for: ``sales:2024`` or ``core_ip``.
    """

    criterion: str
    outcome: Outcome
    value: Value = None
    threshold: Value = None
    gap: int | None = None
    waived: bool = False
    confirm: Confirm = Confirm.CONFIRMED
    missing: tuple[str, ...] = ()
    waived_by: tuple[str, ...] = ()
    points: tuple[Points, ...] = ()


def findings_of(programme: Programme, text: str) -> tuple[Finding, ...]:
    """Return the findings that `policy.assess` wrote as JSON, in the order of the criteria.

    A criterion that the text does not know (other rules judged then) has no finding.
    """
    told = json.loads(text)
    return tuple(
        _finding(criterion, told[criterion.key])
        for criterion in programme.criteria
        if criterion.key in told
    )


def counting(programme: Programme, text: str) -> dict[str, str]:
    """Return criterion -> outcome of those that count: required, with nothing standing in.

    Reads no value and so costs a fraction of `findings_of`: a batch asks it of every case.
    """
    told = json.loads(text)
    return {
        criterion.key: said[Key.OUTCOME]
        for criterion in programme.criteria
        if criterion.required
        and (said := told.get(criterion.key)) is not None
        and Key.WAIVED_BY not in said
    }


def gist(programme: Programme, text: str) -> dict[str, tuple[str, object]]:
    """Return criterion -> outcome and value, without counts of days that merely grow."""
    ageing = {each.key for each in programme.criteria if each.fact == "days_since_registered"}
    return {
        key: (said[Key.OUTCOME], None if key in ageing else said.get(Key.VALUE))
        for key, said in json.loads(text).items()
    }


def _finding(criterion: Criterion, told: dict[str, Any]) -> Finding:
    waived_by = tuple(told.get(Key.WAIVED_BY, ()))
    return Finding(
        criterion=criterion.key,
        outcome=Outcome(told[Key.OUTCOME]),
        value=_value(fact_named(criterion.fact).kind, told.get(Key.VALUE)),
        threshold=_threshold(criterion, told.get(Key.THRESHOLD)),
        gap=told.get(Key.GAP),
        waived=bool(waived_by),
        confirm=criterion.confirm,
        missing=tuple(told.get(Key.MISSING, ())),
        waived_by=waived_by,
        points=tuple(
            Points(part=part, low=low, high=high, taken=taken[0] if taken else None)
            for part, (low, high, *taken) in told.get(Key.PARTS, {}).items()
        ),
    )


def _threshold(criterion: Criterion, told: object) -> Value:
    match criterion.rule:
        case Rule.IS_TRUE | Rule.JUDGED:
            return True
        case Rule.IS_FALSE:
            return False
        case _:
            kind = fact_named(criterion.fact).kind
            return _value(Kind.COUNT if kind in (Kind.POINTS, Kind.DATE) else kind, told)


def _value(kind: Kind, told: object) -> Value:
    match told:
        case [int(first), int(second)]:
            return (first, second) if kind is Kind.POINTS else Fraction(first, second)
        case int(whole):
            return Fraction(whole) if kind in (Kind.RATIO, Kind.AVERAGE) else whole
        case str(day):
            return dt.date.fromisoformat(day)
        case _:
            return None
