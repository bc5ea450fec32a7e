"""审计: who did what to what and when, searched and carried away; whether the chain is sound."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from casework.audit_export import Form, export
from casework.audit_page import AuditFilter, audit_page, state_of_chain
from casework.audit_words import ACTS
from casework.refusal import Refusal
from casework.roles import AUDITORS
from casework.typed import day_of, number_of
from console.people import tabs
from console.site import Site
from console.visits import Answer, Given, Sent, Shown, Visit

_FIELDS = ("who", "act", "subject", "first", "last", "words")


def add_audit(site: Site) -> None:
    """Add these pages."""
    site.page("/audit", show_audit, roles=AUDITORS)
    site.page("/audit/chain", show_chain, roles=AUDITORS)
    site.act("/audit/export", export_audit, roles=AUDITORS)


def show_audit(visit: Visit) -> Answer:
    """Show the entries of a filter, the latest first."""
    wanted = _filter(lambda name: visit.query.get(name, "").strip())
    before = number_of(visit.query.get("before", ""))
    found = audit_page(visit.services, wanted, before=before)
    asked = _asked(wanted)
    following = urlencode({**asked, "before": found.following}) if found.following else ""
    return Shown(
        template="audit.html",
        values={
            "tabs": tabs(visit),
            "found": found,
            "wanted": wanted,
            "asked": asked,
            "acts": ACTS,
            "next": following,
            "back": urlencode(asked),
            "zone": visit.services.zone,
        },
    )


def show_chain(visit: Visit) -> Answer:
    """Go through the whole chain, and say whether it is sound."""
    chain = state_of_chain(visit.services)
    return Shown(template="audit_chain.html", values={"tabs": tabs(visit), "chain": chain})


def export_audit(visit: Visit) -> Answer:
    """Give every entry of a filter as a file."""
    wanted = _filter(visit.said)
    back = f"/audit?{urlencode(_asked(wanted))}"
    if visit.said("form") not in {form.value for form in Form}:
        return Sent(to=back, said="请选一种格式", wrong=True)
    made = export(visit.services, wanted, Form(visit.said("form")), by=visit.who.actor)
    if isinstance(made, Refusal):
        return Sent(to=back, said=made.reason, wrong=True)
    return Given(content=made.content, name=made.name, media_type=made.media_type)


def _filter(said: Callable[[str], str]) -> AuditFilter:
    return AuditFilter(
        who=said("who"),
        act=said("act"),
        subject=said("subject"),
        first=day_of(said("first")),
        last=day_of(said("last")),
        words=said("words"),
    )


def _asked(wanted: AuditFilter) -> Mapping[str, str]:
    told = {name: getattr(wanted, name) for name in _FIELDS}
    return {name: str(value) for name, value in told.items() if value}
