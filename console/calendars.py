"""放假安排: each year's days with the document, days that staff declare, dates that move."""

from casework.calendar_acts import move_dates, preview_day
from casework.calendar_days import (
    declare_day,
    forget_day,
    list_overrides,
    may_not_declare,
)
from casework.refusal import Refusal
from casework.roles import KEEPERS
from casework.typed import day_of
from console.site import Site
from console.visits import Answer, Sent, Shown, Visit
from policy.workdays import weekday_name
from runtime.calendar_years import calendar_years

_WORKING = {"off": False, "on": True, "none": None}
_SAYS = {"off": "放假", "on": "上班", "none": "恢复按放假安排"}
_LISTED = 200
_PREVIEW = "/calendars/preview"


def add_calendars(site: Site) -> None:
    """Add the years, what a declared day would move, and declaring it."""

    def calendars(visit: Visit) -> Answer:
        return Shown(
            template="calendars.html",
            values={
                "years": calendar_years(site.house.home),
                "this": visit.services.today.year,
                "overrides": list_overrides(visit.services),
                "weekday": weekday_name,
                "may_declare": may_not_declare(visit.services, visit.who.actor) is None,
            },
        )

    site.page("/calendars", calendars)
    site.page(_PREVIEW, preview, roles=KEEPERS)
    site.act("/calendars", declare, roles=KEEPERS)
    site.act("/calendars/move", move, roles=KEEPERS)


def preview(visit: Visit) -> Answer:
    """Show which dates would move, or move now; nothing is kept."""
    written, what = visit.query.get("day", ""), visit.query.get("what", "")
    day = day_of(written)
    if written and (day is None or what not in _SAYS):
        return _back("请写明哪一天（例如 2026-09-28）、放假还是上班")
    found = preview_day(visit.services, day, working=_WORKING.get(what), by=visit.who.actor)
    if isinstance(found, Refusal):
        return _back(found.reason)
    return Shown(
        template="calendar_preview.html",
        values={
            "day": day,
            "what": what,
            "says": _SAYS.get(what, ""),
            "weekday": weekday_name,
            "moved": found.moved[:_LISTED],
            "number": len(found.moved),
            "told": sum(bool(each.told) for each in found.moved),
        },
    )


def declare(visit: Visit) -> Answer:
    """Declare a day, or take it back; then show which dates move because of it."""
    day, what = day_of(visit.said("day")), visit.said("what")
    if day is None or what not in _SAYS:
        return _back("请写明哪一天（例如 2026-09-28）、放假还是上班")
    reason, by, working = visit.said("reason"), visit.who.actor, _WORKING[what]
    if working is None:
        done = forget_day(visit.services, day, reason=reason, by=by)
    else:
        done = declare_day(visit.services, day, working=working, reason=reason, by=by)
    if isinstance(done, Refusal):
        return Sent(to=f"{_PREVIEW}?day={day}&what={what}", said=done.reason, wrong=True)
    said = f"已登记：{day}（{done.weekday}）{_SAYS[what]}"
    return Sent(to=_PREVIEW, said=said)


def move(visit: Visit) -> Answer:
    """Move the dates, and write to whom was told the old ones, if that is wanted."""
    done = move_dates(visit.services, tell=bool(visit.said("tell")), by=visit.who.actor)
    if isinstance(done, Refusal):
        return _back(done.reason)
    return Sent(to="/calendars", said=f"已调整 {len(done.moved)} 个截止日")


def _back(reason: str) -> Sent:
    return Sent(to="/calendars", said=reason, wrong=True)
