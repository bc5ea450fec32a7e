"""改一个数会怎样: who would enter and who would leave, if a criterion asked for another number."""

from casework.refusal import Refusal
from casework.what_if import choices, what_if
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit

_TITLES = {
    "enters": ("会进来", "现在不符合这一条，改后符合", "good"),
    "leaves": ("会出去", "现在符合这一条，改后不符合", "bad"),
    "nearest": ("仍然不符合", "改后离要求最近的几家", "warn"),
    "stays": ("不受影响", "现在符合，改后也符合", ""),
}


def add_what_if(site: Site) -> None:
    """Add the page, which changes nothing: its address can be passed on."""
    site.page("/programmes/{name}/what-if", show_what_if)


def show_what_if(visit: Visit) -> Answer:
    """Show the form, and what came of it."""
    programme = visit.services.catalogue.programmes.get(visit.path["name"])
    if programme is None or not programme.criteria:
        return Missing()
    which, value = visit.query.get("which", ""), visit.query.get("value", "")
    found = what_if(visit.services, programme, which, value) if which else None
    refused = found if isinstance(found, Refusal) else None
    return Shown(
        template="what_if.html",
        values={
            "programme": programme,
            "choices": choices(visit.services, programme),
            "which": which,
            "value": value,
            "found": None if refused else found,
            "wrong": refused.reason if refused else "",
            "titles": _TITLES,
        },
        status=422 if refused else 200,
    )
