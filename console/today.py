"""今日: what waits for me, what is late, what went wrong."""

from casework.answers_page import AnswerList, list_answers
from casework.mine import mine
from casework.remembered import remembered
from casework.roles import DECIDERS
from casework.saved_views import saved_views
from casework.services import Services
from casework.week import week_of_staff
from console.site import Site
from console.visits import Answer, Shown, Visit
from notifications.letters import WeekSummary

# Where a section's whole list is.
_WHOLE = {
    "已经超期": "/due?overdue=1",
    "本周到期": "/due?days=7",
    "等本局审核": "/cases?waiting=1",
    "等补数据或登记": "/cases",
    "中止和无法申报": "/due?days=all",
    "没有办成": "/letters",
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
            "tones": _TONES,
            "may_decide": visit.who.role in DECIDERS,
        },
    )


def _week(services: Services) -> WeekSummary | None:
    with services.database.reading() as session:
        return week_of_staff(session, services, [services.division])
