"""One 截止事项: its clock (suspended, extended, given up, taken back), its reminders kept quiet."""

from casework.clocks import ClockChange, ClockWish, touch_clock
from casework.date_page import DatePage, date_page
from casework.firm_contact import whom_to_call
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.snoozing import snooze, unsnooze
from casework.typed import day_of, number_of
from casework.words import CLOCK_ACTS, KINDS
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from policy.clocks import Act

_MOST_DAYS = 9_999


def add_dates(site: Site) -> None:
    """Add the page of one date, and what can be done to it."""
    site.page("/dates/{number}", show_date)
    site.act("/dates/{number}/clock", touch)
    site.act("/dates/{number}/snooze", keep_quiet)
    site.act("/dates/{number}/unsnooze", speak_again)


def show_date(visit: Visit) -> Answer:
    """Show one date whole."""
    page = _page(visit)
    return Missing() if page is None else _shown(visit, page)


def _page(visit: Visit) -> DatePage | None:
    number = number_of(visit.path["number"])
    if number is None:
        return None
    page = date_page(visit.services, number)
    return None if isinstance(page, Refusal) else page


def _shown(visit: Visit, page: DatePage, **more: object) -> Shown:
    return Shown(
        template="date.html",
        values={
            "date": page,
            "contact": whom_to_call(visit.services, page.line.uscc),
            "kind": {kind.value: words for kind, words in KINDS.items()}[page.line.kind],
            "act_titles": CLOCK_ACTS,
            "may_decide": visit.who.role in DECIDERS,
            "zone": visit.services.zone,
            "change": None,
            **more,
        },
    )


def touch(visit: Visit) -> Answer:
    """Show what an act does to the clock; when somebody is sure, do it."""
    page, act = _page(visit), {each.value: each for each in Act}.get(visit.said("act"))
    if page is None or act is None:
        return Missing()
    wish = _wish(visit, page, act)
    sure = visit.said("sure") == "yes"
    done = touch_clock(visit.services, wish, by=visit.who.actor, preview=not sure)
    if isinstance(done, Refusal):
        return Sent(to=f"/dates/{page.line.id}", said=done.reason, wrong=True)
    if not sure:
        return _shown(visit, page, change=done, wish=wish, says=_says(done))
    told = f"；下一封信里更正给 {done.telling} 人" if done.telling else ""
    return Sent(
        to=f"/dates/{done.deadline_id}", said=f"已办理（{CLOCK_ACTS[act]}）：{_says(done)}{told}"
    )


def _wish(visit: Visit, page: DatePage, act: Act) -> ClockWish:
    days = number_of(visit.said("days")) or 0
    return ClockWish(
        deadline=page.line.id,
        act=act,
        reason=visit.said("reason"),
        days=days if days <= _MOST_DAYS else 0,
        document=visit.said("document"),
        tell=visit.said("tell") == "yes",
        expecting=number_of(visit.said("seen")),
    )


def _says(done: ClockChange) -> str:
    if done.suspended_on:
        return f"{done.suspended_on} 起中止，期间不提醒"
    if done.new_on != done.old_on:
        return f"截止日 {done.old_on} → {done.new_on}"
    ended = {"waived": "免办，不再提醒", "cannot_file": "无法申报，不再提醒"}.get(done.state)
    return ended or f"截止日 {done.new_on}，照常提醒"


def keep_quiet(visit: Visit) -> Answer:
    """Keep a date quiet until a day."""
    page = _page(visit)
    if page is None:
        return Missing()
    back = f"/dates/{page.line.id}"
    until = day_of(visit.said("until"))
    if until is None:
        return Sent(to=back, said="请写明到哪天再提醒，例如 2026-04-20", wrong=True)
    reason = visit.said("reason")
    done = snooze(visit.services, page.line.id, until, reason=reason, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    last = "；法定期限前最后一次提醒照常发" if done.statutory else ""
    return Sent(to=back, said=f"暂缓提醒到 {until}{last}")


def speak_again(visit: Visit) -> Answer:
    """End that."""
    page = _page(visit)
    if page is None:
        return Missing()
    reason = visit.said("reason")
    done = unsnooze(visit.services, page.line.id, reason=reason, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=f"/dates/{page.line.id}", said=done.reason, wrong=True)
    missed = f"；补上提醒 {done.items} 份" if done.items else ""
    return Sent(to=f"/dates/{page.line.id}", said=f"照常提醒{missed}")
