"""规则: every programme, its stages, criteria and dates with their sources; its revisions."""

from casework.duties_told import SURE
from casework.programme_page import list_programmes, programme_page
from casework.revisions import changes_between
from casework.roles import CONFIRMERS
from casework.rules_told import enrolled, scored
from casework.scope import sees_everything
from console.confirming import add_confirming
from console.site import Site
from console.stage_map import stage_map
from console.visits import Answer, Missing, Shown, Visit
from console.what_if import add_what_if


def add_programmes(site: Site) -> None:
    """Add the list, the page of one programme, and what its revisions differ in."""
    site.page("/programmes", show_programmes)
    site.page("/programmes/{name}", show_programme)
    site.page("/programmes/{name}/changes", show_changes)
    add_what_if(site)
    add_confirming(site)


def show_programmes(visit: Visit) -> Answer:
    """Show every programme in force."""
    return Shown(
        template="programmes.html",
        values={
            "programmes": list_programmes(visit.services),
            "sure": SURE,
            "year": visit.services.today.year,
        },
    )


def show_programme(visit: Visit) -> Answer:
    """Show one programme whole."""
    page = programme_page(visit.services, visit.path["name"])
    if page is None:
        return Missing()
    programme = page.programme
    phases = {each.key: each.phase for each in page.stages}
    in_stage = {each.key: each.open_cases for each in page.stages}
    return Shown(
        template="programme.html",
        values={
            "page": page,
            "programme": programme,
            "enrolled": enrolled(programme),
            "scored": scored,
            "map": stage_map(programme, phases, in_stage) if programme.stages else None,
            "sure": SURE,
            "zone": visit.services.zone,
            "may_confirm": visit.who.role in CONFIRMERS and sees_everything(visit.services),
        },
    )


def show_changes(visit: Visit) -> Answer:
    """Show in words what differs between two revisions."""
    page = programme_page(visit.services, visit.path["name"])
    if page is None:
        return Missing()
    known = [each.revision for each in page.revisions]
    older = visit.query.get("from") or known[-1]
    newer = visit.query.get("to") or page.programme.revision
    changes = changes_between(visit.services, page.programme.key, older, newer)
    if changes is None:
        return Missing(what="没有这个版本的规则")
    return Shown(
        template="programme_changes.html",
        values={
            "page": page,
            "programme": page.programme,
            "changes": changes,
            "older": older,
            "newer": newer,
            "zone": visit.services.zone,
        },
    )
