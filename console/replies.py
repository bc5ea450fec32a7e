"""企业答复: what enterprises said of their dates, and what a clerk makes of it."""

from casework.answers_page import list_answers
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.settle import SettledAnswer, confirm, give_back, handled
from casework.typed import number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit


def add_replies(site: Site) -> None:
    """Add the list and its acts."""
    site.page("/replies", show_replies)
    site.act("/replies/{number}", settle)


def show_replies(visit: Visit) -> Answer:
    """Show what enterprises answered, what waits first."""
    words = visit.query.get("q", "").strip()
    found = list_answers(visit.services, enterprise=words or None)
    return Shown(
        template="replies.html",
        values={
            "found": None if isinstance(found, Refusal) else found,
            "words": words,
            "zone": visit.services.zone,
            "may_decide": visit.who.role in DECIDERS,
        },
    )


def settle(visit: Visit) -> Answer:
    """Confirm a receipt, return it, or note how help was given."""
    number, back = number_of(visit.path["number"]), visit.said("back")
    if number is None:
        return Missing()
    back = back if back.startswith(("/dates/", "/replies")) else "/replies"
    done = _settled(visit, number)
    if done is None:
        return Missing()
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    closed = f"；已销去截止事项：{'、'.join(done.closed)}" if done.closed else ""
    moved = f"；事项推进了 {done.moved} 步" if done.moved else ""
    return Sent(to=back, said=f"已处理：{done.enterprise}，{done.title}{closed}{moved}")


def _settled(visit: Visit, number: int) -> SettledAnswer | Refusal | None:
    reason, by = visit.said("reason"), visit.who.actor
    match visit.said("act"):
        case "confirm":
            return confirm(visit.services, number, by=by)
        case "return":
            return give_back(visit.services, number, reason=reason, by=by)
        case "handled":
            return handled(visit.services, number, reason=reason, by=by)
        case _:
            return None
