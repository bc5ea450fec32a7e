"""信函: the outbox page by page, one letter as its recipient reads it, and deciding about many."""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from casework.bounces import trust
from casework.letter_acts import TITLES, Chosen, LetterAct, carry_out, effect
from casework.letter_page import LetterPage, letter_page
from casework.letter_preview import preview
from casework.letter_undo import batch_page, undo
from casework.letters_page import PAGE, LetterFilter, letter_lines, outbox
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.typed import day_of, number_of
from casework.words import LETTERS
from console.kept import kept
from console.site import Site
from console.visits import Answer, Framed, Missing, Sent, Shown, Visit
from models.letter import LetterState

REASONS = ("企业来电，先不发", "内容还要核对", "电话里已经告知", "邮箱已更正", "对方说没有收到")
_ALL = "all."
_KEYS = ("state", "on", "q", "person", "uscc")
# Whatever a letter links to answers for somebody else: shown, it leads nowhere.
_LINK = re.compile(r'(<a\b[^>]*?)\shref="[^"]*"', re.IGNORECASE)
TAGS = {"sent": "good", "failed": "bad", "unknown": "bad", "held": "warn", "deferred": "warn"}


def add_letters(site: Site) -> None:
    """Add the outbox, the page of one letter, and what can be decided there."""
    site.page("/letters", show_letters)
    site.act("/letters/act", decide_letters)
    site.page("/letters/acts/{name}", show_batch)
    site.act("/letters/acts/{name}/undo", undo_batch)
    site.page("/letters/{number}", show_letter)
    site.page("/letters/{number}/page", show_letter_itself)
    site.act("/letters/{number}/trust", trust_mailbox)


def show_letters(visit: Visit) -> Answer:
    """Show the letters, the newest first, with what became of each."""
    asked = {name: visit.query[name] for name in _KEYS if visit.query.get(name)}
    wanted = letters_wanted(asked)
    found = outbox(visit.services, wanted, after=visit.query.get("after", ""))
    return Shown(
        template="letters.html",
        values={
            **kept(visit),
            "found": found,
            "wanted": wanted,
            "states": [(state.value, LETTERS[state]) for state in LetterState],
            "tags": TAGS,
            "zone": visit.services.zone,
            "asked": asked,
            "following": urlencode({**asked, "after": found.following}) if found.following else "",
            "filter": urlencode(asked),
            "acts": [(act.value, title) for act, title in TITLES.items()],
            "may_decide": visit.who.role in DECIDERS,
            "reasons": REASONS,
        },
    )


def letters_wanted(query: Mapping[str, str]) -> LetterFilter:
    """Return the filter of an address of this list."""
    states = {state.value: state for state in LetterState}
    person = query.get("person", "")
    return LetterFilter(
        state=states.get(query.get("state", "")),
        send_on=day_of(query.get("on", "")),
        words=query.get("q", ""),
        person=(number_of(person) or 0) if person else None,
        uscc=query.get("uscc", ""),
    )


def _page(visit: Visit) -> LetterPage | None:
    found = letter_page(visit.services, number_of(visit.path["number"]) or 0)
    return None if isinstance(found, Refusal) else found


def show_letter(visit: Visit) -> Answer:
    """Show one letter whole, and as its recipient reads it."""
    page = _page(visit)
    if page is None:
        return Missing()
    return Shown(
        template="letter.html",
        values={
            "letter": page,
            "tags": TAGS,
            "shown": preview(visit.services, page),
            "zone": visit.services.zone,
            "acts": [(act.value, TITLES[act]) for act in page.acts],
            "may_decide": visit.who.role in DECIDERS,
            "reasons": REASONS,
        },
        frames=True,
    )


def show_letter_itself(visit: Visit) -> Answer:
    """Show the letter's own page, to be held inside ours."""
    page = _page(visit)
    return Missing() if page is None else Framed(html=inert(preview(visit.services, page).html))


def inert(html: str) -> str:
    """Return a letter's page without anything to click."""
    return _LINK.sub(r"\1", html)


def decide_letters(visit: Visit) -> Answer:
    """Show what a decision about letters would do; when somebody is sure, do it."""
    back = visit.said("back")
    back = back if re.match(r"/letters(/\d+)?(\?|$)", back) else "/letters"
    chosen = _chosen(visit)
    if chosen is None:
        return Missing()
    if why_not := _why_not(visit, chosen):
        return Sent(to=back, said=why_not, wrong=True)
    if visit.said("sure") == "yes":
        return _carried_out(visit, chosen, back)
    would = effect(visit.services, chosen)
    if not would.letters:
        said = f"没有可以“{TITLES[chosen.act]}”的信，可能已经发出"
        return Sent(to=back, said=said, wrong=True)
    return Shown(
        template="letters_act.html",
        values={
            "act": visit.said("act"),
            "verb": chosen.act.value,
            "title": TITLES[chosen.act],
            "would": would,
            "lines": letter_lines(visit.services, would.letters[:PAGE]),
            "numbers": would.letters if chosen.numbers is not None else (),
            "filter": visit.said("filter"),
            "reason": visit.said("reason"),
            "back": back,
            "tags": TAGS,
        },
    )


def _why_not(visit: Visit, chosen: Chosen) -> str:
    if chosen.numbers == ():
        return "请先选中要办理的信"
    return "" if visit.said("reason") else "请写明理由"


def _chosen(visit: Visit) -> Chosen | None:
    verb = visit.said("act")
    acts = {act.value: act for act in LetterAct}
    act = acts.get(verb.removeprefix(_ALL))
    if act is None:
        return None
    if verb.startswith(_ALL):
        return Chosen(act=act, wanted=letters_wanted(dict(parse_qsl(visit.said("filter")))))
    numbers = [number_of(each) for each in visit.form.get("letter", ())]
    return Chosen(act=act, numbers=tuple(dict.fromkeys(filter(None, numbers))))


def _carried_out(visit: Visit, chosen: Chosen, back: str) -> Answer:
    stamp = visit.said("stamp") or "?"  # nobody decides about what they were not shown
    done = carry_out(
        visit.services, chosen, reason=visit.said("reason"), by=visit.who.actor, stamp=stamp
    )
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    said = f"{TITLES[chosen.act]}：办成 {len(done.letters)} 封"
    return Sent(to=f"/letters/acts/{done.batch}", said=said)


def show_batch(visit: Visit) -> Answer:
    """Show what one decision did, and let it be undone while nothing has left."""
    found = batch_page(visit.services, visit.path["name"])
    if isinstance(found, Refusal):
        return Missing()
    shown = replace(found, lines=found.lines[:PAGE])
    return Shown(
        template="letters_done.html",
        values={
            "batch": shown,
            "number": len(found.lines),
            "can_go_back": found.can_go_back,
            "tags": TAGS,
            "zone": visit.services.zone,
            "may_decide": visit.who.role in DECIDERS,
        },
    )


def undo_batch(visit: Visit) -> Answer:
    """Bring back what has not left yet."""
    name = visit.path["name"]
    done = undo(visit.services, name, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=f"/letters/acts/{name}", said=done.reason, wrong=True)
    return Sent(to=f"/letters/acts/{name}", said=f"撤销了 {done} 封")


def trust_mailbox(visit: Visit) -> Answer:
    """Write to a mailbox again that was disowned."""
    page = _page(visit)
    if page is None:
        return Missing()
    done = trust(visit.services, page.email, reason=visit.said("reason"), by=visit.who.actor)
    back = f"/letters/{page.id}"
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    return Sent(to=back, said=f"已恢复邮箱 {done}，以后照常发；要再发这封信，请按“再发”")
