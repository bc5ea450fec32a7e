"""Acting on many cases at once: first what it would do to each, then, when somebody is sure, it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from casework.assign import Given, Giving, assign_case, officers
from casework.cases import CaseLine, cases, cases_numbered, count_cases
from casework.decide import Decided, Foreseen, Verb, Wish, decide_cases, foresee
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
    effects = _effects(visit, wanted, chosen)
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


def _effects(visit: Visit, wanted: _Wanted, chosen: Chosen) -> Sequence[Effect]:
    """Return what the act would do to each, or did; nothing of cases that are not to be seen."""
    known = cases_numbered(visit.services, [number for number, _ in chosen])
    lines = [(known[number], seen) for number, seen in chosen if number in known]
    if wanted.verb is None:
        return [_given(visit, wanted, line, seen) for line, seen in lines]
    wishes = [
        Wish(case_id=line.id, verb=wanted.verb, reason=wanted.reason, expecting=seen)
        for line, seen in lines
    ]
    if wanted.sure:
        return _decided(visit, wishes, known)
    return [_would(visit, wish, known[wish.case_id]) for wish in wishes]


def _would(visit: Visit, wish: Wish, line: CaseLine) -> Effect:
    what = foresee(visit.services, wish, by=visit.who.actor)
    if isinstance(what, Refusal):
        return _refused(line, f"不会办理：{what.reason}", wish.expecting or 0)
    says = _foreseen(wish.verb, what)
    return Effect(line=line, seen=wish.expecting or 0, says=says, well=True, tells=what.tells)


def _foreseen(verb: Verb, what: Foreseen) -> str:
    then = {Verb.HOLD: "暂缓，不再推进，恢复后继续", Verb.RESUME: "恢复办理"}
    return then.get(verb, f"{what.from_title} → {what.to_title}")


def _decided(
    visit: Visit, wishes: Sequence[Wish], before: Mapping[int, CaseLine]
) -> Sequence[Effect]:
    done = decide_cases(visit.services, wishes, by=visit.who.actor)
    now = cases_numbered(visit.services, [wish.case_id for wish in wishes])
    return [
        _refused(before[wish.case_id], each.reason, before[wish.case_id].version)
        if isinstance(each, Refusal)
        else _well(now[wish.case_id], wish, each)
        for wish, each in zip(wishes, done, strict=True)
    ]


def _refused(line: CaseLine, reason: str, seen: int) -> Effect:
    return Effect(line=line, seen=seen, says=reason, well=False)


def _well(now: CaseLine, wish: Wish, done: Decided) -> Effect:
    return Effect(
        line=now,
        seen=done.version,
        says=f"已{VERBS[wish.verb]}，现在：{now.stage_title}",
        well=True,
        undo=f"decision.{wish.case_id}.{done.decision}",
    )


def _given(visit: Visit, wanted: _Wanted, line: CaseLine, seen: int) -> Effect:
    giving = Giving(case_id=line.id, login=wanted.login, expecting=seen if wanted.sure else None)
    done = assign_case(visit.services, giving, by=visit.who.actor, preview=not wanted.sure)
    if isinstance(done, Refusal):
        return _refused(line, done.reason, seen)
    if done.already:
        return _refused(line, f"本来就是：{_whose(done.now)}", seen)
    return _moved(done, line, sure=wanted.sure)


def _moved(done: Given, line: CaseLine, *, sure: bool) -> Effect:
    says = f"{_whose(done.before)} → {_whose(done.now)}"
    undo = f"given.{done.case_id}.{done.seq}" if sure else ""
    # What somebody saw is the assignment before this one.
    return Effect(line=line, seen=done.seq - 1, says=says, well=True, undo=undo)


def _whose(name: str) -> str:
    return name or "（无人）"
