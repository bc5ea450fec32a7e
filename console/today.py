"""今日: what waits for me, what is late, what went wrong."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from casework.answers_page import AnswerList, list_answers
from casework.mine import mine
from casework.remembered import remembered
from casework.roles import KEEPERS
from casework.saved_views import saved_views
from casework.services import Services
from casework.watch import look
from casework.week import ALL_LINES, SHOWN, week_of_staff
from console.site import Site
from console.visits import Answer, Shown, Visit
from notifications.letters import WeekRows, WeekSummary
from policy.silence import Silence, Trouble
from policy.timetable import Timetable
from policy.workdays import ONE_DAY
from runtime.timetable import timetable_of
from runtime.trouble import CannotRunError

# Where exactly the matters of a section are listed.
_WHOLE = {
    "已经超期": "/due?overdue=1",
    "本周到期": "/due?on={today}&to={sunday}&clock=runs",
    "等本局审核": "/cases?waiting=1",
    "等补数据或登记": "/cases?wanting=1",
}  # what is of several kinds has no list: it is shown here, to the last line
_ALL_HERE = "/?whole=1#{place}"
# Where the rows of a line are: a list that its keys filter, with what else it asks for; or a page.
_LISTS = {
    "dates": ("/due", {"clock": "runs"}),
    "stopped": ("/due", {"clock": "stopped", "days": "all"}),
    "cases": ("/cases", {"running": "1"}),
}
_PAGES = {
    "case": "/cases/{id}",
    "letter": "/letters/{id}",
    "enterprise": "/enterprises/{uscc}",
}
_TONES = {"overdue": "bad", "urgent": "warn", "reminder": "calm", "notice": "", "final": "bad"}


def add_today(site: Site) -> None:
    """Add the first page."""

    def first_page(visit: Visit) -> Answer:
        return today(visit, lambda: timetable_of(site.house.home))

    site.page("/", first_page)


def today(visit: Visit, table: Callable[[], Timetable]) -> Answer:
    """Show what somebody must see in the morning; ``table`` says when the program has to work."""
    most = ALL_LINES if visit.query.get("whole") else SHOWN
    week = remembered(visit.services, ("week", most), lambda: _week(visit.services, most))
    sections = week.sections if week else ()
    whose = visit.who.person_id
    own = remembered(visit.services, ("mine", whose), lambda: mine(visit.services, whose))
    replies = list_answers(visit.services, limit=1)
    return Shown(
        template="today.html",
        values={
            "views": saved_views(visit.services, visit.who),
            "amiss": _amiss(visit, table),
            "keeps": visit.who.role in KEEPERS,
            "sections": sections,
            "mine": own,
            "replies": replies.waiting if isinstance(replies, AnswerList) else 0,
            "whole": _whole(visit.services.today, [each.title for each in sections]),
            "opens": partial(_address, visit.services),
            "tones": _TONES,
        },
    )


def _amiss(visit: Visit, table: Callable[[], Timetable]) -> Sequence[Trouble]:
    """Return what the program does not do; what can wait is for those who keep it."""
    services = visit.services
    what = ("amiss", f"{services.now():%H:%M}")  # time alone makes something late
    try:
        found = remembered(services, what, lambda: look(services, table()))
    except CannotRunError as wrong:  # a file of it that can not be read keeps nobody from work
        found = (Trouble(key="", kind=Silence.TIMETABLE, sentence=str(wrong), hint=""),)
    return [each for each in found if each.grave or visit.who.role in KEEPERS]


def _whole(today: dt.date, titles: Sequence[str]) -> Mapping[str, str]:
    """Return where all that a section counts is listed."""
    sunday = today + (6 - today.weekday()) * ONE_DAY
    return {
        title: _WHOLE.get(title, _ALL_HERE).format(today=today, sunday=sunday, place=f"s{number}")
        for number, title in enumerate(titles, start=1)
    }


def _week(services: Services, most: int) -> WeekSummary | None:
    with services.database.reading() as session:
        return week_of_staff(session, services, [services.division], most=most)


def _address(services: Services, rows: WeekRows | None) -> str:
    """Return where the rows that a line tells of are listed; nowhere once their rules are gone."""
    if rows is None or rows.keys.get("programme", "") not in {"", *services.catalogue.programmes}:
        return ""
    if rows.of in _LISTS:
        path, beside = _LISTS[rows.of]
        return f"{path}?{urlencode({**rows.keys, **beside})}"
    return _PAGES[rows.of].format(**rows.keys)
