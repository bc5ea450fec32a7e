"""今日: what waits for me, what is late, what went wrong."""

from functools import partial
from urllib.parse import urlencode

from casework.answers_page import AnswerList, list_answers
from casework.mine import mine
from casework.remembered import remembered
from casework.saved_views import saved_views
from casework.services import Services
from casework.week import week_of_staff
from console.site import Site
from console.visits import Answer, Shown, Visit
from notifications.letters import WeekRows, WeekSummary

# Where a section's matters are: exactly they, or among others.
_WHOLE = {
    "已经超期": ("/due?overdue=1", "全部列出"),
    "本周到期": ("/due?days=7", "在截止日历里看"),
    "等本局审核": ("/cases?waiting=1", "全部列出"),
    "等补数据或登记": ("/cases", "在事项里看"),
    "中止和无法申报": ("/due?days=all", "在截止日历里看"),
    "没有办成": ("/letters", "在信函里看"),
}
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
    site.page("/", today)


def today(visit: Visit) -> Answer:
    """Show what somebody must see in the morning."""
    week = remembered(visit.services, "week", lambda: _week(visit.services))
    sections = week.sections if week else ()
    whose = visit.who.person_id
    own = remembered(visit.services, ("mine", whose), lambda: mine(visit.services, whose))
    replies = list_answers(visit.services, limit=1)
    return Shown(
        template="today.html",
        values={
            "views": saved_views(visit.services, visit.who),
            "sections": sections,
            "mine": own,
            "replies": replies.waiting if isinstance(replies, AnswerList) else 0,
            "whole": _WHOLE,
            "opens": partial(_address, visit.services),
            "tones": _TONES,
        },
    )


def _week(services: Services) -> WeekSummary | None:
    with services.database.reading() as session:
        return week_of_staff(session, services, [services.division])


def _address(services: Services, rows: WeekRows | None) -> str:
    """Return where the rows that a line tells of are listed; nowhere once their rules are gone."""
    if rows is None or rows.keys.get("programme", "") not in {"", *services.catalogue.programmes}:
        return ""
    if rows.of in _LISTS:
        path, beside = _LISTS[rows.of]
        return f"{path}?{urlencode({**rows.keys, **beside})}"
    return _PAGES[rows.of].format(**rows.keys)
