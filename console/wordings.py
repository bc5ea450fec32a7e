"""信函模板: how each kind of letter reads, tried on before it is kept, and every version of it."""

from dataclasses import dataclass

from casework.letter_page import letter_page
from casework.letter_preview import Preview, Trial, preview
from casework.letters_page import LetterFilter, LetterLine, outbox
from casework.refusal import Refusal
from casework.reword import NewWording, keep, restore, tidied, tried
from casework.roles import may_reword
from casework.services import Services
from casework.typed import number_of
from casework.wordings import TITLES, WordingPage, wording_page
from console.letters import inert
from console.site import Site
from console.visits import Answer, Framed, Missing, Sent, Shown, Visit
from models.enterprise import Role
from models.letter import LetterState
from notifications.allowed import FILTERS, LARGEST
from notifications.examples import EXAMPLES
from notifications.trying import Tried, differences
from notifications.values import Wording

_HEADS = frozenset({Role.HEAD})
_LARGEST = 512 * 1024  # bytes of a form: three templates, each character as nine of them
_REAL = 10  # letters that wait, to try it on


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What an attempt looks like: on an invented letter, or on one that waits."""

    shown: Preview
    faults: tuple[str, ...]


def add_wordings(site: Site) -> None:
    """Add the kinds of letters, and the page on which a head words one anew."""
    site.page("/letters/wordings", show_wordings)
    site.page("/letters/wordings/{name}", show_wording)
    for act, handler in (("try", try_wording), ("page", try_page), ("keep", keep_wording)):
        path = f"/letters/wordings/{{name}}/{act}"
        site.act(path, handler, roles=_HEADS, largest=_LARGEST)
    site.act("/letters/wordings/{name}/restore", restore_wording, roles=_HEADS)


def show_wordings(visit: Visit) -> Answer:
    """Show which kinds of letters there are, and since when each reads as it does."""
    found = [wording_page(visit.services, letter) for letter in TITLES]
    pages = [each for each in found if isinstance(each, WordingPage)]
    return Shown(template="wordings.html", values={"pages": pages, "zone": visit.services.zone})


def show_wording(visit: Visit) -> Answer:
    """Show how a kind of letter reads, and how two of its versions differ."""
    page = wording_page(visit.services, visit.path["name"])
    if isinstance(page, Refusal):
        return Missing()
    return _shown(visit, page, page.wording, None)


def _shown(visit: Visit, page: WordingPage, wording: Wording, seen: _Seen | None) -> Answer:
    old = visit.query.get("old", "")
    before = page.wording_of(_number(old)) if old else None
    return Shown(
        template="wording.html",
        values={
            "page": page,
            "wording": wording,
            "seen": seen,
            "reason": visit.said("reason"),
            "on": visit.said("on"),
            "invented": [each.title for each in EXAMPLES[page.letter]],
            "real": _waiting(visit.services, page.letter),
            "old": old if before is not None else "",
            "differences": differences(before, page.wording) if before else (),
            "may_reword": may_reword(visit.who.actor) is None,
            "filters": FILTERS,
            "largest": LARGEST,
            "zone": visit.services.zone,
        },
        frames=True,
    )


def _waiting(services: Services, letter: str) -> list[LetterLine]:
    """Return some letters of this kind that wait."""
    found = outbox(services, LetterFilter(state=LetterState.QUEUED, letter=letter), limit=_REAL)
    return list(found.letters)


def _wording(visit: Visit, page: WordingPage) -> Wording:
    parts = {name: visit.said(name) for name in ("subject", "text", "html")}
    return tidied(Wording(version=page.version + 1, **parts))


def _seen(visit: Visit, page: WordingPage, wording: Wording) -> _Seen:
    """Try a wording: on everything invented, and show it on what was chosen."""
    found: Tried = tried(page.letter, wording)
    on = visit.said("on")
    if found.letters and number_of(on) is not None:
        letter = letter_page(visit.services, _number(on))
        if not isinstance(letter, Refusal) and letter.letter == page.letter:
            shown = preview(visit.services, letter, Trial(wordings={page.letter: wording}))
            faults = (f"试写给{letter.to}的信：{shown.trouble}",) if shown.trouble else ()
            return _Seen(shown=shown, faults=(*found.faults, *faults))
    titles = [title for title, _ in found.letters]
    if not titles:
        return _Seen(shown=Preview(remark=""), faults=found.faults)
    which = titles.index(on) if on in titles else 0
    title, written = found.letters[which]
    shown = Preview(
        remark=f"虚构的信：{title}。",
        trouble=written.fault,
        subject=written.subject,
        text=written.text,
        html=written.html,
    )
    return _Seen(shown=shown, faults=found.faults)


def try_wording(visit: Visit) -> Answer:
    """Show how it would read and what is wrong with it; nothing is kept."""
    page = wording_page(visit.services, visit.path["name"])
    if isinstance(page, Refusal):
        return Missing()
    wording = _wording(visit, page)
    return _shown(visit, page, wording, _seen(visit, page, wording))


def try_page(visit: Visit) -> Answer:
    """Show how its page would look, inside ours."""
    page = wording_page(visit.services, visit.path["name"])
    if isinstance(page, Refusal):
        return Missing()
    seen = _seen(visit, page, _wording(visit, page))
    if seen.shown.trouble or not seen.shown.html:
        return Framed(html=_NOTHING)
    return Framed(html=inert(seen.shown.html))


_NOTHING = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>没有</title>'
    "<p>还有错，看不了网页。请先按“预览并检查”。</p>"
)


def keep_wording(visit: Visit) -> Answer:
    """Keep it as a new version; when something is wrong, show what, with all that was typed."""
    page = wording_page(visit.services, visit.path["name"])
    if isinstance(page, Refusal):
        return Missing()
    wording = _wording(visit, page)
    done = keep(visit.services, _new(visit, page, wording), by=visit.who.actor)
    if isinstance(done, Refusal):
        seen = _Seen(shown=Preview(remark=""), faults=(done.reason,))
        return _shown(visit, page, wording, seen)
    said = f"已保存为第 {done} 版，从下一封信起使用"
    return Sent(to=f"/letters/wordings/{page.letter}", said=said)


def restore_wording(visit: Visit) -> Answer:
    """Make an earlier version count again, or the shipped one."""
    page = wording_page(visit.services, visit.path["name"])
    version = visit.said("restore")
    if isinstance(page, Refusal) or not version:
        return Missing()
    new = _new(visit, page, page.wording)
    done = restore(visit.services, new, _number(version), by=visit.who.actor)
    back = f"/letters/wordings/{page.letter}"
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    what = f"第 {version} 版" if _number(version) else "随程序的模板"
    return Sent(to=back, said=f"已恢复{what}，记为第 {done} 版")


def _new(visit: Visit, page: WordingPage, wording: Wording) -> NewWording:
    return NewWording(
        letter=page.letter,
        wording=wording,
        expecting=_number(visit.said("version")),
        reason=visit.said("reason"),
    )


def _number(words: str) -> int:
    """Return the number of a version or a letter; -1, which none has, for what is no number."""
    number = number_of(words)
    return -1 if number is None else number
