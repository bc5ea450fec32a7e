"""What stands above a list: the saved views, a form to save this one, buttons to export it."""

from collections.abc import Callable, Iterator, Mapping

from casework.assign import officers
from casework.clerks import clerks
from casework.export import EnterpriseFilter, Filter, Wanted, export
from casework.list_addresses import FILTERS, ListAddress, list_address
from casework.refusal import Refusal
from casework.roles import STAFF
from casework.saved_views import NewView, ViewChange, change_view, save_view, saved_views
from casework.typed import number_of
from casework.words import KINDS, LETTERS, PHASES
from console.case_asked import MINE, NOBODYS, filter_of
from console.due import CLOCKS, dates_wanted
from console.letters import letters_wanted
from console.site import Site
from console.visits import Answer, Given, Missing, Sent, Shown, Visit

_FILTERS: Mapping[str, Callable[[Visit, Mapping[str, str]], Filter]] = {
    "/cases": filter_of,
    "/due": lambda _, asked: dates_wanted(asked),
    "/enterprises": lambda _, asked: EnterpriseFilter(words=asked.get("q", "")),
    "/letters": lambda _, asked: letters_wanted(asked),
}
_TICKED = ("waiting", "held", "running", "wanting", "over", "ended", "overdue")


def add_views(site: Site) -> None:
    """Add what can be done with any list."""
    site.page("/views", show_views)
    site.act("/views", keep, roles=STAFF)
    site.act("/views/{number}/rename", rename, roles=STAFF)
    site.act("/views/{number}/remove", remove, roles=STAFF)
    site.act("/export", hand_out, roles=STAFF)


def show_views(visit: Visit) -> Answer:
    """Show every view that somebody may use, to rename and remove them."""
    return Shown(template="views.html", values={"views": saved_views(visit.services, visit.who)})


def keep(visit: Visit) -> Answer:
    """Save a list under a name."""
    address = list_address(visit.said("address"))
    if address is None:
        return Missing()
    new = NewView(name=visit.said("name"), address=str(address), shared=visit.said("shared") == "1")
    done = save_view(visit.services, new, visit.who)
    if isinstance(done, Refusal):
        return Sent(to=str(address), said=done.reason, wrong=True)
    return Sent(to=str(address), said=f"已保存为“{done.name}”，在列表上方和今日都能打开")


def rename(visit: Visit) -> Answer:
    """Give a view another name."""
    if not visit.said("name"):
        return Sent(to="/views", said="请给这个筛选起个名称", wrong=True)
    return _change(visit, visit.said("name"))


def remove(visit: Visit) -> Answer:
    """Remove a view; the list it showed stays what it is."""
    return _change(visit, "")


def _change(visit: Visit, name: str) -> Answer:
    number, version = number_of(visit.path["number"]), number_of(visit.said("version"))
    if number is None or version is None:
        return Missing()
    change = ViewChange(number=number, version=version, name=name)
    done = change_view(visit.services, change, visit.who)
    if isinstance(done, Refusal):
        return Sent(to="/views", said=done.reason, wrong=True)
    return Sent(to="/views", said=f"“{done}”已改名为“{name}”" if name else f"已删除“{done}”")


def hand_out(visit: Visit) -> Answer:
    """Return a list as a file, all of it."""
    address = list_address(visit.said("address"))
    if address is None or address.path not in _FILTERS:
        return Missing()
    programme = address.asked.get("programme")
    if programme and programme not in visit.services.catalogue.programmes:
        return Missing()
    wanted = Wanted(
        filter=_FILTERS[address.path](visit, address.asked),
        address=str(address),
        title=address.title,
        described=tuple(described(visit, address)),
        form=visit.said("form"),
    )
    done = export(visit.services, wanted, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=str(address), said=done.reason, wrong=True)
    return Given(content=done.content, name=done.name, media_type=done.media_type)


def described(visit: Visit, address: ListAddress) -> Iterator[tuple[str, str]]:
    """Yield what a list is filtered by, in words."""
    if not address.asked:
        yield "筛选", "没有筛选，全部"
    for name, value in address.asked.items():
        if name == "sort":  # how it is looked at, not what is in it
            continue
        yield FILTERS[name], _value(visit, address, name, value)


def _value(visit: Visit, address: ListAddress, name: str, value: str) -> str:
    programmes = visit.services.catalogue.programmes
    if name in _TICKED:
        return "是"
    if name == "stage":
        programme = programmes.get(address.asked.get("programme", ""))
        stages = {each.key: each.title for each in programme.stages} if programme else {}
        return stages.get(value, value)
    titles: Mapping[str, Mapping[str, str]] = {
        "programme": {key: each.title for key, each in programmes.items()},
        "phase": {phase.value: title for phase, title in PHASES.items()},
        "kind": {kind.value: title for kind, title in KINDS.items()},
        "state": {state.value: title for state, title in LETTERS.items()},
        "days": {"all": "全部"},
        "clock": CLOCKS,
    }
    if name == "person":
        return "同一位"  # a number says nothing to whoever reads it
    if name == "officer":
        known = officers if address.path == "/cases" else clerks
        names = {each.login: each.name for each in known(visit.services)}
        return {**names, MINE: visit.who.name, NOBODYS: "没有经办人"}.get(value, value)
    return titles.get(name, {}).get(value, value)
