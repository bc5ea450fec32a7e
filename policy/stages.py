"""Stage decisions: given what is known of a case, may it move, to where, and why not.

Pure: the caller gathers a ``CaseFacts`` and records what comes back. A case that may not
move is no error; what it waits for is a value that pages and letters show.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from policy.programme import Final, Gate, Need, NeedKind, Programme, Stage
from policy.workdays import Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A record that counts: its kind, its day, and the evidence given."""

    kind: str
    on: dt.date
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """All that a stage decision may look at.

    ``outcomes`` maps criterion keys to met, unmet, unknown or needs_person, as last assessed;
    waived and optional criteria are left out.
    """

    stage: str
    cycle: int
    verdict: str
    outcomes: Mapping[str, str]
    refusing: frozenset[str] = frozenset()  # confirmed criteria that are unmet
    records: Sequence[Seen] = ()
    waived: frozenset[str] = frozenset()  # "stage/need title" that somebody let it skip
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One need that is not fulfilled yet, in words; ``until`` when only time is missing."""

    title: str
    reason: str
    until: dt.date | None = None


class How(StrEnum):
    """What a decision does to the case."""

    MOVE = "move"
    PROPOSE = "propose"  # every need is fulfilled; a person must let it through
    STAY = "stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The next step of a case, with its reason and the evidence it rests on."""

    how: How
    to: str | None = None
    reason: str = ""
    evidence: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What one need said: satisfied with evidence, or waiting with a reason."""

    satisfied: bool
    text: str
    until: dt.date | None = None


def next_step(
    programme: Programme, facts: CaseFacts, *, today: dt.date, calendar: Calendar
) -> Decision:
    """Return the one step this case may take today, or what it waits for."""
    stage = programme.stage(facts.stage)
    if stage.final is not None:
        return Decision(how=How.STAY)
    ended = _ended(programme, stage, facts, today)
    if ended is not None:
        return ended
    answers = [
        (need, _answer(need, facts, today=today, calendar=calendar))
        for need in stage.needs
        if f"{stage.key}/{need.title}" not in facts.waived
    ]
    waiting = tuple(
        Waiting(title=need.title, reason=answer.text, until=answer.until)
        for need, answer in answers
        if not answer.satisfied
    )
    if waiting or facts.held or stage.following is None:
        return Decision(how=How.STAY, waiting=waiting)
    evidence = tuple(answer.text for _, answer in answers)
    reason = "；".join(need.title for need, _ in answers) or "无须等待"
    how = How.PROPOSE if stage.gate is Gate.STAFF else How.MOVE
    return Decision(how=how, to=stage.following, reason=reason, evidence=evidence)


def _ended(programme: Programme, stage: Stage, facts: CaseFacts, today: dt.date) -> Decision | None:
    """Return the move that ends the case, when something says it is over."""
    rejected = programme.final(Final.REJECTED)
    refusal = _latest(facts, stage.rejects_on)
    if rejected is not None and refusal is not None:
        return Decision(
            how=How.MOVE,
            to=rejected.key,
            reason=f"{refusal.on.isoformat()} 登记未通过",
            evidence=(refusal.evidence,) if refusal.evidence else (),
        )
    lapsed = programme.final(Final.LAPSED)
    if lapsed is not None and stage.lapses and today.year > facts.cycle:
        reason = f"{facts.cycle} 年度已结束，未进入下一环节"
        return Decision(how=How.MOVE, to=lapsed.key, reason=reason)
    return None


def _latest(facts: CaseFacts, kind: str | None) -> Seen | None:
    """Return the newest record of this kind."""
    found = [record for record in facts.records if record.kind == kind]
    return max(found, key=lambda record: record.on, default=None)


def _answer(need: Need, facts: CaseFacts, *, today: dt.date, calendar: Calendar) -> _Answer:
    match need.kind:
        case NeedKind.FIGURES:
            return _figures(need, facts)
        case NeedKind.CRITERIA:
            return _criteria(need, facts)
        case NeedKind.RECORD:
            return _recorded(need, facts, today)
        case NeedKind.WORKDAYS:
            return _workdays(need, facts, today=today, calendar=calendar)
        case _:
            assert_never(need.kind)


def _named(need: Need, facts: CaseFacts) -> Mapping[str, str]:
    """Return the outcomes the need looks at: all of them, or those it names."""
    if not need.criteria:
        return facts.outcomes
    return {key: facts.outcomes[key] for key in need.criteria if key in facts.outcomes}


def _figures(need: Need, facts: CaseFacts) -> _Answer:
    missing = sorted(key for key, outcome in _named(need, facts).items() if outcome == "unknown")
    if missing:
        return _Answer(satisfied=False, text=f"{len(missing)} 项条件缺数据")
    return _Answer(satisfied=True, text="所需数据齐全")


def _criteria(need: Need, facts: CaseFacts) -> _Answer:
    outcomes = _named(need, facts)
    refused = sum(key in facts.refusing for key in outcomes)
    if refused:
        return _Answer(satisfied=False, text=f"{refused} 项条件不符合")
    missing = sum(outcome == "unknown" for outcome in outcomes.values())
    if missing:
        return _Answer(satisfied=False, text=f"{missing} 项条件缺数据")
    judged = sum(outcome != "met" for outcome in outcomes.values())
    text = "条件均符合" if not judged else f"无不符合项，{judged} 项待人工判断"
    return _Answer(satisfied=True, text=text)


def _recorded(need: Need, facts: CaseFacts, today: dt.date) -> _Answer:
    record = _latest(facts, need.record)
    if record is None or record.on > today:
        return _Answer(satisfied=False, text=f"尚未登记：{need.title}")
    words = f"{need.title}（{record.on.isoformat()}）"
    return _Answer(satisfied=True, text=f"{words}：{record.evidence}" if record.evidence else words)


def _workdays(need: Need, facts: CaseFacts, *, today: dt.date, calendar: Calendar) -> _Answer:
    record = _latest(facts, need.record)
    if record is None:
        return _Answer(satisfied=False, text=f"尚未登记：{need.title}的起始日")
    last = calendar.nth_workday(record.on, need.workdays).date
    if today <= last:
        text = f"{need.title}：{need.workdays} 个工作日，至 {last.isoformat()} 止"
        return _Answer(satisfied=False, text=text, until=last)
    return _Answer(
        satisfied=True, text=f"{need.title}：{record.on.isoformat()} 至 {last.isoformat()} 期满"
    )
