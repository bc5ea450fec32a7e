"""企业 and 信函: an enterprise whole, and the letters with their states."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from casework.enterprise_page import enterprise_page, enterprises
from casework.letters_page import LetterFilter, outbox
from casework.refusal import Refusal
from casework.words import KINDS, LETTERS
from console.kept import kept
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit
from models.letter import LetterState


def add_firms(site: Site) -> None:
    """Add these pages."""
    site.page("/enterprises", show_enterprises)
    site.page("/enterprises/{uscc}", show_enterprise)
    site.page("/letters", show_letters)


def show_enterprises(visit: Visit) -> Answer:
    """Show the enterprises whose name has these words."""
    words, after = visit.query.get("q", ""), visit.query.get("after", "")
    found = enterprises(visit.services, words, after=int(after) if after.isdigit() else 0)
    following = urlencode({"q": words, "after": found.following}) if found.following else ""
    return Shown(
        template="enterprises.html",
        values={**kept(visit), "found": found, "words": words, "next": following},
    )


def show_enterprise(visit: Visit) -> Answer:
    """Show one enterprise whole."""
    page = enterprise_page(visit.services, visit.path["uscc"])
    if isinstance(page, Refusal):
        return Missing()
    return Shown(
        template="enterprise.html",
        values={"firm": page, "kinds": {kind.value: words for kind, words in KINDS.items()}},
    )


def show_letters(visit: Visit) -> Answer:
    """Show the letters, the newest first, with what became of each."""
    wanted = letters_wanted(visit.query)
    return Shown(
        template="letters.html",
        values={
            **kept(visit),
            "found": outbox(visit.services, wanted),
            "wanted": wanted,
            "states": [(state.value, LETTERS[state]) for state in LetterState],
            "zone": visit.services.zone,
        },
    )


def letters_wanted(query: Mapping[str, str]) -> LetterFilter:
    """Return the filter of an address of this list."""
    states = {state.value: state for state in LetterState}
    return LetterFilter(
        state=states.get(query.get("state", "")),
        send_on=_day(query.get("on", "")),
        words=query.get("q", ""),
    )


def _day(words: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(words)
    except ValueError:
        return None
