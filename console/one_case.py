"""One 事项: where it stands, why, until when, what happened; and what a clerk does about it."""

from collections.abc import Iterator, Sequence

from casework.assign import Giving, assign_case, officers
from casework.case_acts import CaseActs, case_acts
from casework.case_page import CasePage, case_page
from casework.decide import Verb, Wish, decide_case
from casework.firm_contact import whom_to_call
from casework.records import Happened, Recorded, record_event
from casework.refusal import Refusal
from casework.revoke import revoke_record
from casework.roles import DECIDERS
from casework.typed import day_of, number_of
from casework.words import VERBS
from console.remarks import noted
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from models.letter import LetterState

REASONS = ("材料齐全，符合条件", "材料不全，请补正后再报", "等企业补充数据", "等上级通知")
_SINGLE = (Verb.APPROVE, Verb.RETURN, Verb.HOLD, Verb.RESUME, Verb.WITHDRAW, Verb.REOPEN)


def add_one_case(site: Site) -> None:
    """Add the page of one case, and what can be done there."""
    site.page("/cases/{number}", show_case)
    site.act("/cases/{number}/decide", decide)
    site.act("/cases/{number}/record", record)
    site.act("/cases/{number}/revoke", revoke)
    site.act("/cases/{number}/assign", assign)


def show_case(visit: Visit) -> Answer:
    """Show one case whole."""
    page = _page(visit, visit.path["number"])
    if page is None:
        return Missing()
    acts = case_acts(visit.services, page.id)
    programme = visit.services.catalogue.programmes.get(page.programme)
    return Shown(
        template="case.html",
        values={
            "case": page,
            "contact": whom_to_call(visit.services, page.uscc),
            "acts": acts,
            "verbs": _verbs(page),
            "may_decide": visit.who.role in DECIDERS,
            "reasons": REASONS,
            "kinds": programme.records if programme else (),
            "certifies": bool(programme and programme.qualification),
            "officers": officers(visit.services),
            "story": _story(page, acts),
            **noted(visit, page.uscc, page.id),
        },
    )


def _verbs(page: CasePage) -> Sequence[tuple[str, str]]:
    open_now = page.final is None
    return [
        (verb.value, VERBS[verb])
        for verb in _SINGLE
        if (verb is Verb.REOPEN) is not open_now
        and not (verb is Verb.HOLD and page.held)
        and not (verb is Verb.RESUME and not page.held)
    ]


def _page(visit: Visit, number: str) -> CasePage | None:
    if number_of(number) is None:
        return None
    page = case_page(visit.services, number)
    return None if isinstance(page, Refusal) else page


def _story(page: CasePage, acts: CaseActs) -> Sequence[tuple[str, str, str]]:
    """Return one line of time: what moved, what was recorded, what was said; the newest first."""
    done = [(f"{each.at:%Y-%m-%d}", each.what, each.why) for each in acts.lines]
    return sorted((*done, *_done(page), *_said(page)), key=lambda line: line[0], reverse=True)


def _done(page: CasePage) -> Iterator[tuple[str, str, str]]:
    for move in page.history.moves:
        why = "；".join((move.reason, *move.evidence))
        yield f"{move.on}", f"{move.actor}：{move.from_title} → {move.to_title}", why
    for record in page.history.records:
        void = "" if record.counts else "（不再作数）"
        yield f"{record.on}", f"{record.by} 登记：{record.title}{void}", record.evidence
    for waiver in page.history.waivers:
        void = "" if waiver.counts else "（不再作数）"
        yield f"{waiver.at:%Y-%m-%d}", f"{waiver.by} 免除：{waiver.need}{void}", waiver.reason


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
    number, version = number_of(visit.path["number"]), number_of(visit.said("version"))
    verb = {each.value: each for each in Verb}.get(visit.said("verb"))
    if verb is None or number is None or version is None:
        return Missing()
    wish = Wish(
        case_id=number,
        verb=verb,
        reason=visit.said("reason"),
        expecting=version,
        need=visit.said("need"),
    )
    done = decide_case(visit.services, wish, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=f"/cases/{number}", said=done.reason, wrong=True)
    return Sent(to=f"/cases/{done.case_id}", said=f"已{VERBS[verb]}")


def record(visit: Visit) -> Answer:
    """Record that something happened; the very same twice is one."""
    happened = _happened(visit, visit.said("kind"), visit.said("on"), visit.said("evidence"))
    if isinstance(happened, Sent):
        return happened
    done = record_event(visit.services, happened, by=visit.who.actor)
    back = f"/cases/{visit.path['number']}"
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    return Sent(to=back, said=_recorded(done))


def _recorded(done: Recorded) -> str:
    parts = (
        f"{'早已登记过' if done.already else '已登记'}：{done.title}",
        f"已销去截止事项：{'、'.join(done.closed)}" if done.closed else "",
        f"事项推进了 {done.moved} 步" if done.moved else "",
    )
    return "；".join(part for part in parts if part)


def revoke(visit: Visit) -> Answer:
    """Take back what was recorded by mistake."""
    kind, on, evidence = (*visit.said("record").split("/", 2), "", "")[:3]
    happened = _happened(visit, kind, on, evidence)
    if isinstance(happened, Sent):
        return happened
    back = f"/cases/{visit.path['number']}"
    done = revoke_record(visit.services, happened, reason=visit.said("reason"), by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    again = f"；重新算作未办：{'、'.join(done.reopened)}" if done.reopened else ""
    return Sent(to=back, said=f"已作废：{done.title}{again}")


def _happened(visit: Visit, kind: str, on: str, evidence: str) -> Happened | Sent:
    number = visit.path["number"]
    if number_of(number) is None:
        return Sent(to="/cases", said="没有这个事项", wrong=True)
    day = day_of(on)
    if day is None:
        return Sent(to=f"/cases/{number}", said="请写明是哪一天，例如 2026-03-10", wrong=True)
    return Happened(target=number, kind=kind, on=day, evidence=evidence)


def assign(visit: Visit) -> Answer:
    """Give the case to somebody."""
    number, seen = number_of(visit.path["number"]), number_of(visit.said("assignment"))
    if number is None or seen is None:
        return Missing()
    wish = Giving(case_id=number, login=visit.said("officer"), expecting=seen)
    done = assign_case(visit.services, wish, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=f"/cases/{number}", said=done.reason, wrong=True)
    return Sent(to=f"/cases/{number}", said=f"经办人：{done.now or '（无人）'}")
