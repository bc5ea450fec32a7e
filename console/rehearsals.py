"""预演: some days played on a copy of the data; how many letters on which days, whose load."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from casework.accounts import new_secret
from casework.refusal import Refusal
from casework.rehearsals import (
    RehearsalLine,
    RehearsalWish,
    begin_rehearsal,
    end_rehearsal,
    rehearsals,
)
from casework.rehearse import rehearse
from casework.rehearsed import HEAVY
from casework.roles import KEEPERS
from casework.runs import in_words
from casework.scope import sees_everything
from casework.typed import day_of
from console.house import House
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from policy.workdays import ONE_DAY
from runtime.logs import event
from runtime.rehearsal import copied
from runtime.timetable import timetable_of

_USUAL = 90  # days
_WIDE, _HIGH, _FOOT, _LABEL = 720, 160, 18, 36  # of the chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The letters of one day: those to enterprises below, those to staff on them."""

    x: float
    wide: float
    outside: tuple[float, float]  # top, height
    staff: tuple[float, float]
    says: str


def add_rehearsals(site: Site) -> None:
    """Add the list with its form, one rehearsal, and what begins one."""

    def begin(visit: Visit) -> Answer:
        return _begin(site.house, visit)

    site.page("/rehearsals", show_rehearsals, roles=KEEPERS)
    site.page("/rehearsals/{number}", show_rehearsal, roles=KEEPERS)
    site.act("/rehearsals", begin, roles=KEEPERS)


def show_rehearsals(visit: Visit) -> Answer:
    """Show what was rehearsed since yesterday, and the form."""
    first = visit.services.today + ONE_DAY
    return Shown(
        template="rehearsals.html",
        values={
            "lines": rehearsals(visit.services),
            "may_begin": sees_everything(visit.services),
            "first": first,
            "last": first + _USUAL * ONE_DAY,
            "wish": new_secret(),
            "zone": visit.services.zone,
        },
    )


def show_rehearsal(visit: Visit) -> Answer:
    """Show what a rehearsal brought, or that it is still being played."""
    number = visit.path["number"]
    line = next((each for each in rehearsals(visit.services) if str(each.id) == number), None)
    if line is None:
        return Missing(what="没有这次预演，或者已经过了一天，结果不再保留")
    days = line.result.get("days", ())
    return Shown(
        template="rehearsal.html",
        values={
            "line": line,
            "load": line.result,
            "days": [each for each in days if each[1] or each[2]],
            "bars": _bars(days),
            "months": _months(days),
            "chart": (_WIDE, _HIGH, _FOOT),
            "most": max((each[1] + each[2] for each in days), default=0),
            "heavy": HEAVY,
            "zone": visit.services.zone,
        },
    )


def _bars(days: list[tuple[str, int, int, int]]) -> list[Bar]:
    most = max((outside + staff for _, outside, staff, _ in days), default=0) or 1
    step = _WIDE / max(len(days), 1)
    bars = []
    for number, (day, outside, staff, _) in enumerate(days):
        low, high = _HIGH * outside / most, _HIGH * staff / most
        bars.append(
            Bar(
                x=round(number * step, 2),
                wide=round(max(step - 0.6, 0.8), 2),
                outside=(round(_HIGH - low, 2), round(low, 2)),
                staff=(round(_HIGH - low - high, 2), round(high, 2)),
                says=f"{day}：给企业 {outside} 封，给工作人员 {staff} 封",
            )
        )
    return bars


def _months(days: list[tuple[str, int, int, int]]) -> list[tuple[float, str]]:
    """Return where each month begins, and its name."""
    step = _WIDE / max(len(days), 1)
    return [
        (round(number * step, 1), f"{int(day[5:7])} 月")
        for number, (day, *_) in enumerate(days)
        if day.endswith("-01") and number * step < _WIDE - _LABEL
    ]


def _begin(house: House, visit: Visit) -> Answer:
    first, last = day_of(visit.said("first")), day_of(visit.said("last"))
    if first is None or last is None:
        return Sent(to="/rehearsals", said="请写明从哪一天到哪一天，例如 2026-04-01", wrong=True)
    wanted = RehearsalWish(wish=visit.said("wish")[:64], first=first, last=last)
    begun = begin_rehearsal(visit.services, wanted, by=visit.who.actor)
    if isinstance(begun, Refusal):
        return Sent(to="/rehearsals", said=begun.reason, wrong=True)
    line, new = begun
    if new:
        Thread(target=_play, args=[house, line], daemon=True).start()
    return Sent(to=f"/rehearsals/{line.id}")


def _play(house: House, line: RehearsalLine) -> None:
    """Play it on a copy; nobody is written to, and the data stays as it is."""
    services = house.services()
    try:
        with copied(services) as copy:
            played = rehearse(copy, timetable_of(house.home), line.first, line.last)
        came = played.reason if isinstance(played, Refusal) else played
    except Exception as error:  # noqa: BLE001 - whoever waits must be told
        event(
            "rehearsal.failed",
            f"rehearsal/{line.id}",
            level=logging.ERROR,
            error=type(error).__name__,
        )
        came = in_words(error)
    with suppress(Exception):  # the database is away: the row says that it was cut off
        end_rehearsal(services, line.id, came)
