"""企业: the list, and an enterprise whole."""

from urllib.parse import urlencode

from casework.enterprise_page import enterprise_page, enterprises
from casework.refusal import Refusal
from casework.typed import number_of
from casework.words import KINDS
from console.kept import kept
from console.remarks import noted
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit


def add_firms(site: Site) -> None:
    """Add these pages."""
    site.page("/enterprises", show_enterprises)
    site.page("/enterprises/{uscc}", show_enterprise)


def show_enterprises(visit: Visit) -> Answer:
    """Show the enterprises whose name has these words."""
    words, after = visit.query.get("q", ""), number_of(visit.query.get("after", "")) or 0
    found = enterprises(visit.services, words, after=after)
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
        values={
            "firm": page,
            "kinds": {kind.value: words for kind, words in KINDS.items()},
            **noted(visit, page.uscc),
        },
    )
