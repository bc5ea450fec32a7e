"""企业, 截止日历 and 信函: an enterprise whole, the dates, and the letters with their states."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from casework.due import DueFilter, DueList, due
from casework.enterprise_page import enterprise_page, enterprises
from casework.letters_page import LetterFilter, outbox
from casework.refusal import Refusal
from casework.words import KINDS, LETTERS
from console.remarks import noted
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit
from models.letter import LetterState

_DAYS = (7, 30, 90, 365)


def add_firms(site: Site) -> None:
    """Add these pages."""
    site.page("/enterprises", show_enterprises)
    site.page("/enterprises/{uscc}", show_enterprise)
    site.page("/due", show_due)
    site.page("/letters", show_letters)


def show_enterprises(visit: Visit) -> Answer:
    """Show the enterprises whose name has these words."""
    words, after = visit.query.get("q", ""), visit.query.get("after", "")
    found = enterprises(visit.services, words, after=int(after) if after.isdigit() else 0)
    following = urlencode({"q": words, "after": found.following}) if found.following else ""
    return Shown(
        template="enterprises.html", values={"found": found, "words": words, "next": following}
    )


def show_enterprise(visit: Visit) -> Answer:
    """Show one enterprise whole."""
    page = enterprise_page(visit.services, visit.path["uscc"])
    if isinstance(page, Refusal):
        return Missing()
    return Shown(
        template="enterprise.html",
        values={
            "firm": page,
            "kinds": {kind.value: words for kind, words in KINDS.items()},
            **noted(visit, page.uscc),
        },
    )


def show_due(visit: Visit) -> Answer:
    """Show the open dates, the gravest first."""
    wanted = _dates(visit.query)
    if wanted.programme and wanted.programme not in visit.services.catalogue.programmes:
        return Missing()
    found = due(visit.services, wanted)
    if isinstance(found, Refusal):
        found = DueList(on=visit.services.today, until=visit.services.today, lines=())
    return Shown(
        template="due.html",
        values={
            "found": found,
            "wanted": wanted,
            "days": _DAYS,
            "programmes": visit.services.catalogue.programmes.values(),
            "kinds": {kind.value: words for kind, words in KINDS.items()},
        },
    )


def _dates(query: Mapping[str, str]) -> DueFilter:
    days = query.get("days", "")
    return DueFilter(
        days=min(int(days), max(_DAYS)) if days.isdigit() and len(days) < 5 else 30,  # noqa: PLR2004
        programme=query.get("programme") or None,
        enterprise=query.get("q") or None,
        overdue=bool(query.get("overdue")),
    )


def show_letters(visit: Visit) -> Answer:
    """Show the letters, the newest first, with what became of each."""
    states = {state.value: state for state in LetterState}
    wanted = LetterFilter(
        state=states.get(visit.query.get("state", "")),
        send_on=_day(visit.query.get("on", "")),
        words=visit.query.get("q", ""),
    )
    return Shown(
        template="letters.html",
        values={
            "found": outbox(visit.services, wanted),
            "wanted": wanted,
            "states": [(state.value, LETTERS[state]) for state in LetterState],
            "zone": visit.services.zone,
        },
    )


def _day(words: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(words)
    except ValueError:
        return None
