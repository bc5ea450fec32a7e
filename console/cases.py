"""事项: the list with its filters and orders; the address says which, so it can be passed on."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from casework.assign import officers
from casework.case_order import COLUMNS, Order, order_of, ordered_cases
from casework.cases import CaseFilter, CaseLine, cases, count_cases
from casework.roles import DECIDERS
from casework.typed import number_of
from casework.words import FINALS, PHASES, VERBS, VERDICTS
from console.case_asked import filter_of
from console.kept import kept
from console.many import BULK, COUNTED, MOST
from console.one_case import REASONS
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit
from policy.findings import Verdict

_TITLES = {"enterprise": "企业", "stage": "环节", "score": "得分", "days": "本环节工作日"}
_TAG = {
    Verdict.MEETS.value: "good",
    Verdict.NEEDS_PERSON.value: "warn",
    Verdict.INCOMPLETE.value: "warn",
    Verdict.FAILS.value: "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a column by which the list can be sorted."""

    title: str
    address: str
    sorted: str  # ascending, descending, or empty


def add_cases(site: Site) -> None:
    """Add the list."""
    site.page("/cases", show_cases)


def show_cases(visit: Visit) -> Answer:
    """Show the cases that match."""
    services = visit.services
    wanted = filter_of(visit, visit.query)
    if wanted.programme and wanted.programme not in services.catalogue.programmes:
        return Missing()
    after = visit.query.get("after", "")
    lines, following = _lines(visit, wanted)
    asked = {name: value for name, value in visit.query.items() if value and name != "after"}
    return Shown(
        template="cases.html",
        values={
            **kept(visit),
            "lines": lines,
            "wanted": wanted,
            "asked": asked,
            "next": urlencode({**asked, "after": following}) if following else "",
            "heads": {column: _head(column, asked) for column in COLUMNS},
            "programmes": services.catalogue.programmes.values(),
            "phases": PHASES,
            "verdicts": VERDICTS,
            "tags": _TAG,
            "finals": {final.value: words for final, words in FINALS.items()},
            "verbs": [(verb.value, VERBS[verb]) for verb in BULK],
            "may_decide": visit.who.role in DECIDERS and not wanted.ended,
            "reasons": REASONS,
            "officers": officers(services),
            "whole": count_cases(services, wanted, most=COUNTED) if following or after else 0,
            "counted": COUNTED,
            "most": MOST,
        },
    )


def _lines(visit: Visit, wanted: CaseFilter) -> tuple[tuple[CaseLine, ...], str]:
    """Return a page of the list, and the mark of the next one."""
    after, order = visit.query.get("after", ""), order_of(visit.query.get("sort", ""))
    if order is not None:
        found = ordered_cases(visit.services, wanted, order, after=after)
        return found.lines, found.following
    listed = cases(visit.services, wanted, after=number_of(after) or 0)
    return listed.lines, str(listed.following or "")


def _head(column: str, asked: Mapping[str, str]) -> Head:
    now = order_of(asked.get("sort", ""))
    here = now is not None and now.column == column
    turned = Order(column=column, down=here and now is not None and not now.down)
    words = f"-{column}" if turned.down else column
    said = "" if now is None or not here else "descending" if now.down else "ascending"
    address = "/cases?" + urlencode({**asked, "sort": words})
    return Head(title=_TITLES[column], address=address, sorted=said)
