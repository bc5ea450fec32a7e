"""截止日历: the open dates as a list and as a month, each saying how sure it is."""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from casework.clerks import clerks
from casework.due import ALL_DAYS, DueFilter, due_page
from casework.month_dates import month_of_dates
from casework.refusal import Refusal
from casework.typed import day_of, number_of
from casework.words import KINDS
from console.kept import kept
from console.site import Site
from console.visits import Answer, Missing, Shown, Visit

PAGE = 200
_DAYS = ("7", "30", "90", "365", "all")
_MARKS = {"预计": "estimated", "暂估": "provisional", "待核实": "unconfirmed", "已中止": "stopped"}
CLOCKS = {"runs": "没有中止", "stopped": "已中止"}
_MOST_SKIPPED = 1_000_000


def add_due(site: Site) -> None:
    """Add the list and the month."""
    site.page("/due", show_due)
    site.page("/due/month", show_month)


def show_due(visit: Visit) -> Answer:
    """Show the open dates, the gravest first."""
    wanted = dates_wanted(visit.query)
    if wanted.programme and wanted.programme not in visit.services.catalogue.programmes:
        return Missing()
    skip = _number(visit.query.get("skip", ""))
    found = due_page(visit.services, wanted, skip=skip, limit=PAGE + 1)
    lines = () if isinstance(found, Refusal) else found
    asked = _asked(visit.query)
    following = urlencode({**asked, "skip": skip + PAGE}) if len(lines) > PAGE else ""
    on, to = wanted.between or (None, None)
    return Shown(
        template="due.html",
        values={
            **_frame(visit, wanted, asked),
            "lines": lines[:PAGE],
            "skip": skip,
            "next": following,
            "on": on,
            "to": to if to != on else None,
            "off": "" if on is None or to != on else _why_off(visit, on),
            "wrong": found.reason if isinstance(found, Refusal) else "",
            "days": _DAYS,
            "wanted_days": visit.query.get("days", "30"),
        },
    )


def show_month(visit: Visit) -> Answer:
    """Show a month, each day with what is due on it."""
    wanted = dates_wanted(visit.query)
    if wanted.programme and wanted.programme not in visit.services.catalogue.programmes:
        return Missing()
    month = day_of(visit.query.get("month", "") + "-01") or visit.services.today
    found = month_of_dates(visit.services, wanted, month)
    if isinstance(found, Refusal):
        return Missing(what=found.reason)
    return Shown(
        template="month.html",
        values={
            **_frame(visit, wanted, _asked(visit.query)),
            "month": found,
            "number": sum(day.number for day in found.days),
            "unpublished": any(day.unpublished for day in found.days),
        },
    )


def _frame(visit: Visit, wanted: DueFilter, asked: Mapping[str, str]) -> dict[str, object]:
    shared = {name: value for name, value in asked.items() if name in _SHARED}
    return {
        **kept(visit),
        "wanted": wanted,
        "asked": asked,
        "shared": urlencode(shared),
        "programmes": visit.services.catalogue.programmes.values(),
        "kinds": {kind.value: words for kind, words in KINDS.items()},
        "officers": clerks(visit.services),
        "marks": _MARKS,
        "clocks": CLOCKS,
        "month_shown": f"{wanted.between[0] if wanted.between else visit.services.today:%Y-%m}",
    }


_SHARED = ("programme", "officer", "kind", "q", "overdue")  # what list and month share


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if value and name != "skip"}


def dates_wanted(query: Mapping[str, str]) -> DueFilter:
    """Return the filter of an address of these pages."""
    days, on = query.get("days", "30"), day_of(query.get("on", ""))
    to = day_of(query.get("to", ""))
    kind = query.get("kind", "")
    return DueFilter(
        days=ALL_DAYS if days == "all" else int(days) if days in _DAYS else 30,
        programme=query.get("programme") or None,
        words=query.get("q", ""),
        kind=kind if kind in {each.value for each in KINDS} else None,
        title=query.get("title", ""),
        stopped=query["clock"] == "stopped" if query.get("clock") in CLOCKS else None,
        officer=query.get("officer") or None,
        overdue=bool(query.get("overdue")),
        between=(on, max(on, to or on)) if on else None,
    )


def _why_off(visit: Visit, day: dt.date) -> str:
    calendar = visit.services.calendar()
    return "" if calendar.is_workday(day) else calendar.why_off(day)


def _number(words: str) -> int:
    return min(number_of(words) or 0, _MOST_SKIPPED)
