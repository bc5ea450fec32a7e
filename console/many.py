"""Acting on many cases at once: first what it would do to each, then, when somebody is sure, it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from casework.assign import Given, Giving, assign_case, officers
from casework.cases import CaseLine, cases, cases_numbered, count_cases
from casework.decide import Foreseen, Verb, Wish, decide_case, foresee
from casework.refusal import Refusal
from casework.typed import number_of
from casework.words import VERBS
from console.case_asked import asked_at
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit

BULK = (Verb.APPROVE, Verb.HOLD, Verb.RESUME, Verb.RETURN)
ASSIGN = "assign"
MOST = 200  # cases acted on at once
COUNTED = 1_000  # more of them are only said to be more
Chosen: TypeAlias = Sequence[tuple[int, int]]  # a case's number, and what somebody saw of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an act would do, or did, to one case."""

    line: CaseLine
    seen: int  # what to expect of the case when somebody is sure
    says: str
    well: bool
    tells: bool = False
    undo: str = ""  # what a form says to take it back


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The act that a form asks for."""

    verb: Verb | None  # None: to give them to somebody
    title: str
    reason: str
    login: str  # whom they are given to; empty: nobody
    sure: bool


def add_many(site: Site) -> None:
    """Add the act."""
    site.act("/decide", act_on_many)


def act_on_many(visit: Visit) -> Answer:
    """Show what an act on many would do; when somebody is sure, do it, one by one."""
    back = visit.said("back")
    back = back if back.startswith("/cases") else "/cases"
    wanted = _wanted(visit)
    if wanted is None:
        return Missing()
    chosen, matching = _chosen(visit, back)
    if not chosen:
        return Sent(to=back, said="请先选中要办理的事项", wrong=True)
    if wanted.verb is not None and not wanted.reason:
        return Sent(to=back, said="请写明理由", wrong=True)
    lines = cases_numbered(visit.services, [number for number, _ in chosen])
    effects = [
        _effect(visit, wanted, lines[number], seen) for number, seen in chosen if number in lines
    ]
    return Shown(
        template="decide_many.html",
        values={
            "effects": effects,
            "wanted": wanted,
            "verb": wanted.verb.value if wanted.verb else ASSIGN,
            "told": len({each.line.uscc for each in effects if each.tells}),
            "well": sum(each.well for each in effects),
            "matching": matching,
            "most": MOST,
            "counted": COUNTED,
            "back": back,
        },
    )


def _wanted(visit: Visit) -> _Wanted | None:
    said, sure = visit.said("verb"), visit.said("sure") == "yes"
    reason = visit.said("reason")
    if said == ASSIGN:
        login = visit.said("officer")
        names: Mapping[str, str] = {each.login: each.name for each in officers(visit.services)}
        title = f"指派给 {names.get(login, login)}" if login else "不指派给谁"
        return _Wanted(verb=None, title=title, reason=reason, login=login, sure=sure)
    verb = next((each for each in BULK if each.value == said), None)
    if verb is None:
        return None
    return _Wanted(verb=verb, title=VERBS[verb], reason=reason, login="", sure=sure)


def _chosen(visit: Visit, back: str) -> tuple[Chosen, int]:
    """Return the cases that are meant; and how many match, when all that match are meant."""
    if visit.said("whole") and visit.said("sure") != "yes":
        wanted = asked_at(visit, back)
        found = cases(visit.services, wanted, limit=MOST).lines
        matching = count_cases(visit.services, wanted, most=COUNTED)
        return [(line.id, line.version) for line in found], matching
    pairs = [pair.partition(".") for pair in dict.fromkeys(visit.form.get("case", ()))]
    numbers = [(number_of(number), number_of(seen)) for number, _, seen in pairs[:MOST]]
    return [(case, seen) for case, seen in numbers if case is not None and seen is not None], 0


def _effect(visit: Visit, wanted: _Wanted, line: CaseLine, seen: int) -> Effect:
    if wanted.verb is None:
        return _given(visit, wanted, line, seen)
    wish = Wish(case_id=line.id, verb=wanted.verb, reason=wanted.reason, expecting=seen)
    if wanted.sure:
        return _decided(visit, wish, line)
    what = foresee(visit.services, wish, by=visit.who.actor)
    if isinstance(what, Refusal):
        return Effect(line=line, seen=seen, says=f"不会办理：{what.reason}", well=False)
    return Effect(
        line=line, seen=seen, says=_foreseen(wish.verb, what), well=True, tells=what.tells
    )


def _foreseen(verb: Verb, what: Foreseen) -> str:
    then = {Verb.HOLD: "暂缓，不再推进，恢复后继续", Verb.RESUME: "恢复办理"}
    return then.get(verb, f"{what.from_title} → {what.to_title}")


def _decided(visit: Visit, wish: Wish, line: CaseLine) -> Effect:
    done = decide_case(visit.services, wish, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Effect(line=line, seen=line.version, says=done.reason, well=False)
    now = cases_numbered(visit.services, [line.id])[line.id]
    says = f"已{VERBS[wish.verb]}，现在：{now.stage_title}"
    return Effect(
        line=now,
        seen=done.version,
        says=says,
        well=True,
        undo=f"decision.{line.id}.{done.decision}",
    )


def _given(visit: Visit, wanted: _Wanted, line: CaseLine, seen: int) -> Effect:
    giving = Giving(case_id=line.id, login=wanted.login, expecting=seen if wanted.sure else None)
    done = assign_case(visit.services, giving, by=visit.who.actor, preview=not wanted.sure)
    if isinstance(done, Refusal):
        return Effect(line=line, seen=seen, says=done.reason, well=False)
    if done.already:
        return Effect(line=line, seen=seen, says=f"本来就是：{_whose(done.now)}", well=False)
    return _moved(done, line, sure=wanted.sure)


def _moved(done: Given, line: CaseLine, *, sure: bool) -> Effect:
    says = f"{_whose(done.before)} → {_whose(done.now)}"
    undo = f"given.{done.case_id}.{done.seq}" if sure else ""
    # What somebody saw is the assignment before this one.
    return Effect(line=line, seen=done.seq - 1, says=says, well=True, undo=undo)


def _whose(name: str) -> str:
    return name or "（无人）"
