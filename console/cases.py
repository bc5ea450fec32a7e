"""事项: the list with its filters, and deciding about many at once after seeing what it does."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from casework.case_page import CasePage, case_page
from casework.cases import CaseFilter, cases
from casework.decide import Verb, Wish, decide_case
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.words import FINALS, PHASES, VERBS, VERDICTS
from console.kept import kept
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from models.letter import LetterState
from policy.findings import Verdict

BULK = (Verb.APPROVE, Verb.HOLD, Verb.RETURN)
_SINGLE = (Verb.APPROVE, Verb.RETURN, Verb.HOLD, Verb.RESUME, Verb.WITHDRAW, Verb.REOPEN)
_MOST = 200  # cases decided about at once
REASONS = ("材料齐全，符合条件", "材料不全，请补正后再报", "等企业补充数据", "等上级通知")
_TICKED = ("waiting", "held", "over", "ended")
_TAG = {
    Verdict.MEETS.value: "good",
    Verdict.NEEDS_PERSON.value: "warn",
    Verdict.INCOMPLETE.value: "warn",
    Verdict.FAILS.value: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effect:
    """What a decision would do, or did, to one case."""

    page: CasePage
    version: int
    says: str
    well: bool


def add_cases(site: Site) -> None:
    """Add the list, the page of one case, and what can be decided there."""
    site.page("/cases", show_cases)
    site.page("/cases/{number}", show_case)
    site.act("/cases/{number}/decide", decide)
    site.act("/decide", decide_many)


def show_cases(visit: Visit) -> Answer:
    """Show the cases that match; the address says which, so it can be kept and passed on."""
    wanted, after = cases_wanted(visit.query), visit.query.get("after", "")
    if wanted.programme and wanted.programme not in visit.services.catalogue.programmes:
        return Missing()
    found = cases(visit.services, wanted, after=int(after) if after.isdigit() else 0)
    asked = {name: value for name, value in visit.query.items() if value and name != "after"}
    return Shown(
        template="cases.html",
        values={
            **kept(visit),
            "found": found,
            "wanted": wanted,
            "asked": asked,
            "next": urlencode({**asked, "after": found.following}) if found.following else "",
            "programmes": visit.services.catalogue.programmes.values(),
            "phases": PHASES,
            "verdicts": VERDICTS,
            "tags": _TAG,
            "finals": {final.value: words for final, words in FINALS.items()},
            "verbs": [(verb.value, VERBS[verb]) for verb in BULK],
            "may_decide": visit.who.role in DECIDERS and not wanted.ended,
            "reasons": REASONS,
        },
    )


def cases_wanted(query: Mapping[str, str]) -> CaseFilter:
    """Return the filter of an address of this list."""
    cycle = query.get("cycle", "")
    return CaseFilter(
        programme=query.get("programme") or None,
        stage=query.get("stage") or None,
        phase=query.get("phase") or None,
        cycle=int(cycle) if cycle.isdigit() else None,
        words=query.get("q", ""),
        **{name: bool(query.get(name)) for name in _TICKED},
    )


def show_case(visit: Visit) -> Answer:
    """Show one case whole: where it stands, why, until when, and what happened."""
    page = _page(visit, visit.path["number"])
    if page is None:
        return Missing()
    open_now = page.final is None
    verbs = [
        (verb.value, VERBS[verb])
        for verb in _SINGLE
        if (verb is Verb.REOPEN) is not open_now
        and not (verb is Verb.HOLD and page.held)
        and not (verb is Verb.RESUME and not page.held)
    ]
    return Shown(
        template="case.html",
        values={
            "case": page,
            "verbs": verbs,
            "may_decide": visit.who.role in DECIDERS,
            "reasons": REASONS,
            "story": _story(page),
            "zone": visit.services.zone,
        },
    )


def _page(visit: Visit, number: str) -> CasePage | None:
    if not number.isdigit() or len(number) > 15:  # noqa: PLR2004 - more is no number of ours
        return None
    page = case_page(visit.services, number)
    return None if isinstance(page, Refusal) else page


def _story(page: CasePage) -> Sequence[tuple[str, str, str]]:
    """Return one line of time: what moved, what was recorded, what was said; the newest first."""
    return sorted((*_done(page), *_said(page)), key=lambda line: line[0], reverse=True)


def _done(page: CasePage) -> Iterator[tuple[str, str, str]]:
    for move in page.history.moves:
        why = "；".join((move.reason, *move.evidence))
        yield f"{move.on}", f"{move.actor}：{move.from_title} → {move.to_title}", why
    for record in page.history.records:
        void = "" if record.counts else "（不再作数）"
        yield f"{record.on}", f"{record.by} 登记：{record.title}{void}", record.evidence
    for waiver in page.history.waivers:
        yield f"{waiver.at:%Y-%m-%d}", f"{waiver.by} 免除：{waiver.need}", waiver.reason


def _said(page: CasePage) -> Iterator[tuple[str, str, str]]:
    """Yield one line for what one letter said of the case."""
    told: dict[tuple[str, str, str, str], list[str]] = {}
    for each in page.history.letters:
        why = "" if each.state == LetterState.SENT.value else each.reason
        matter = f"{each.kind_title} {each.about}".strip()
        told.setdefault((f"{each.on}", each.to, each.state_title, why), []).append(matter)
    for (on, to, state, why), about in told.items():
        what = "、".join(dict.fromkeys(about))
        yield on, f"信函给 {to}：{what}", state + (f"，{why}" if why else "")


def decide(visit: Visit) -> Answer:
    """Carry out a decision about one case; what was overtaken says by whom."""
    back = f"/cases/{visit.path['number']}"
    wish = _wish(visit, visit.path["number"], visit.said("version"))
    if wish is None:
        return Missing()
    done = decide_case(visit.services, wish, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    return Sent(to=back, said=f"已{VERBS[wish.verb]}")


def _wish(visit: Visit, number: str, version: str) -> Wish | None:
    verbs = {verb.value: verb for verb in Verb}
    verb = verbs.get(visit.said("verb"))
    if verb is None or not (number.isdigit() and version.isdigit()):
        return None
    return Wish(case_id=int(number), verb=verb, reason=visit.said("reason"), expecting=int(version))


def decide_many(visit: Visit) -> Answer:
    """Show what a decision about many would do; when somebody is sure, do it, one by one."""
    chosen = list(dict.fromkeys(visit.form.get("case", ())))[:_MOST]
    back = visit.said("back")
    back = back if back.startswith("/cases") else "/cases"
    if not chosen:
        return Sent(to=back, said="请先选中要办理的事项", wrong=True)
    if not visit.said("reason"):
        return Sent(to=back, said="请写明理由", wrong=True)
    verb = next((each for each in BULK if each.value == visit.said("verb")), None)
    if verb is None:
        return Missing()
    sure = visit.said("sure") == "yes"
    effects = [each for pair in chosen if (each := _effect(visit, pair, verb, sure=sure))]
    told = {each.page.uscc for each in effects if each.well} if verb is not Verb.HOLD else set()
    return Shown(
        template="decide_many.html",
        values={
            "effects": effects,
            "verb": verb.value,
            "verb_title": VERBS[verb],
            "reason": visit.said("reason"),
            "told": len(told),
            "well": sum(each.well for each in effects),
            "sure": sure,
            "back": back,
        },
    )


def _effect(visit: Visit, pair: str, verb: Verb, *, sure: bool) -> _Effect | None:
    """Return what happens to one of many; ``pair`` is its number and the version they saw."""
    number, _, version = pair.partition(".")
    page = _page(visit, number)
    wish = _wish(visit, number, version)
    if page is None or wish is None:
        return None
    if not sure:
        says, well = _would(page, verb, int(version))
        return _Effect(page=page, version=int(version), says=says, well=well)
    done = decide_case(visit.services, wish, by=visit.who.actor)
    if isinstance(done, Refusal):
        return _Effect(page=page, version=page.version, says=done.reason, well=False)
    after = _page(visit, number) or page
    return _Effect(
        page=after,
        version=done.version,
        says=f"已{VERBS[verb]}，现在：{after.stage_title}",
        well=True,
    )


def _would(page: CasePage, verb: Verb, version: int) -> tuple[str, bool]:
    """Return what a decision would do, and whether it would do anything."""
    why_not = (
        (page.version != version, "在您查看之后有变化，不会办理"),
        (page.final is not None, f"已经结束（{page.final}），不会办理"),
        (
            verb is Verb.APPROVE and not (page.next_stage and page.next_by_person),
            "没有待审的建议，不会办理",
        ),
        (verb is Verb.HOLD and page.held, "已经暂缓"),
    )
    if reason := next((sentence for holds, sentence in why_not if holds), ""):
        return reason, False
    then = {
        Verb.APPROVE: f"{page.stage_title} → {page.next_stage}",
        Verb.HOLD: "暂缓，不再催办，恢复后继续",
    }
    return then.get(verb, f"退回补正，现在在：{page.stage_title}"), True
