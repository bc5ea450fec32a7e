"""What the address of a list of cases asks for, also when it comes back in a form."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from casework.assign import officers
from casework.cases import CaseFilter
from casework.typed import number_of
from console.visits import Visit

MINE, NOBODYS = "me", "nobody"
_TICKED = ("waiting", "held", "running", "wanting", "over", "ended")
_UNKNOWN = -1  # whoever has left, or never was: their list is empty


def filter_of(visit: Visit, query: Mapping[str, str]) -> CaseFilter:
    """Return what an address asks for; whose is said of whoever looks."""
    whose = query.get("officer", "")
    logins = {each.login: each.id for each in officers(visit.services)} if whose else {}
    people = {NOBODYS: 0, MINE: visit.who.person_id, **logins}
    return CaseFilter(
        programme=query.get("programme") or None,
        stage=query.get("stage") or None,
        phase=query.get("phase") or None,
        cycle=number_of(query.get("cycle", "")),
        words=query.get("q", ""),
        officer=people.get(whose, _UNKNOWN) if whose else None,
        **{name: bool(query.get(name)) for name in _TICKED},
    )


def asked_at(visit: Visit, address: str) -> CaseFilter:
    """Return what the address of a list asks for."""
    return filter_of(visit, dict(parse_qsl(urlsplit(address).query)))
