"""Merging two enterprises that are one: what it would do, the merge itself, and taking it back."""

from casework.enterprise_page import enterprise_page
from casework.merging import Wish, foresee, merge, unmerge
from casework.refusal import Refusal
from casework.roles import DECIDERS
from casework.typed import number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit


def add_merging(site: Site) -> None:
    """Add the page that shows what a merge would do, and the two acts."""
    site.page("/enterprises/{uscc}/merge", show_merge, roles=DECIDERS)
    site.act("/enterprises/{uscc}/merge", do_merge)
    site.act("/enterprises/{uscc}/unmerge", take_merge_back)


def show_merge(visit: Visit) -> Answer:
    """Show what happens when another enterprise goes into this one."""
    page = enterprise_page(visit.services, visit.path["uscc"])
    if isinstance(page, Refusal):
        return Missing()
    other = visit.query.get("with", "").strip().upper()
    found = foresee(visit.services, other, page.uscc, by=visit.who.actor) if other else None
    return Shown(
        template="merge.html",
        values={
            "firm": page,
            "other": other,
            "found": None if isinstance(found, Refusal) else found,
            "wrong": found.reason if isinstance(found, Refusal) else "",
        },
    )


def do_merge(visit: Visit) -> Answer:
    """Merge, as it was seen."""
    kept = visit.path["uscc"]
    wish = Wish(
        gone=visit.said("with"), kept=kept, reason=visit.said("reason"), seal=visit.said("seen")
    )
    refused = merge(visit.services, wish, by=visit.who.actor)
    if refused is not None:
        back = f"/enterprises/{kept}/merge?with={wish.gone}" if wish.gone.isalnum() else "/"
        return Sent(to=back, said=refused.reason, wrong=True)
    return Sent(to=f"/enterprises/{kept}", said="已合并；在有人接着办以前可以撤销")


def take_merge_back(visit: Visit) -> Answer:
    """Take a merge back."""
    back, number = f"/enterprises/{visit.path['uscc']}", number_of(visit.said("merge"))
    if number is None:
        return Missing()
    reason = visit.said("reason")
    refused = unmerge(visit.services, number, reason=reason, by=visit.who.actor)
    if refused is not None:
        return Sent(to=back, said=refused.reason, wrong=True)
    return Sent(to=back, said="已撤销合并，两家企业都和合并以前一样")
