"""The calendar file (.ics) that goes with a letter: dates to keep, in any calendar program."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from icalendar import Alarm, Calendar, Event

from notifications.message import Attachment
from notifications.values import DueItem, Office
from notifications.words import one_line

FILE_NAME = "截止日期.ics"
_MIME_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"
_ONE_DAY = dt.timedelta(days=1)
_NINE = dt.timedelta(hours=9)
_ALARMS = (7, 1)


def dates_to_keep(items: Sequence[DueItem]) -> tuple[DueItem, ...]:
    """Return the items whose date has not passed; without any, a letter needs no calendar."""
    return tuple(item for item in items if item.days_left >= 0)


def ics_for(
    items: Sequence[DueItem], *, uid_domain: str, office: Office, rings: bool = True
) -> Attachment:
    """Return the calendar file of the dates that have not passed; with ``rings`` it has alarms.

    The same deadline has the same UID in every letter, so a date that moved replaces the old
    one in the reader's calendar instead of standing beside it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Peiyu//Deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for item in dates_to_keep(items):
        event = _event(item, uid_domain, office)
        for days in _ALARMS:
            if rings and item.days_left > days:
                event.add_component(_alarm(days, _summary(item)))
        calendar.add_component(event)
    return Attachment(filename=FILE_NAME, content=calendar.to_ical(), mime_type=_MIME_TYPE)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDate:
    """A date of a subscription: how often it has moved, and since when it stands as it does."""

    item: DueItem
    moved: int
    since: dt.datetime
    tentative: bool


def subscription(dates: Sequence[KeptDate], *, uid_domain: str, office: Office, name: str) -> bytes:
    """Return a calendar that programs read again and again: passed dates stay, nothing rings.

    It has the UIDs of the letters' calendar files, so that one date is not there twice.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Peiyu//Deadlines//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for word in ("refresh-interval;value=duration", "x-published-ttl"):
        calendar.add(word, "PT6H")
    for each in dates:
        event = _event(each.item, uid_domain, office)
        del event["dtstamp"]
        event.add("dtstamp", each.since)
        event.add("sequence", each.moved)
        event.add("status", "TENTATIVE" if each.tentative else "CONFIRMED")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _event(item: DueItem, uid_domain: str, office: Office) -> Event:
    # The letter's own day is its revision: a later letter is the newer word on a date.
    written_on = item.due_on - item.days_left * _ONE_DAY
    event = Event()
    event.add("uid", f"{_uid(item)}@{uid_domain}")
    event.add("dtstamp", dt.datetime.combine(written_on, dt.time(), dt.UTC))
    event.add("dtstart", item.due_on)
    event.add("dtend", item.due_on + _ONE_DAY)
    event.add("summary", _summary(item))
    event.add("description", _description(item, office))
    event.add("transp", "TRANSPARENT")  # a deadline doesn't make a day busy
    return event


def _uid(item: DueItem) -> str:
    named = item.key or "|".join(
        (item.enterprise, item.programme, item.title, item.due_on.isoformat())
    )
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def _summary(item: DueItem) -> str:
    marked = "".join(f"【{flag}】" for flag in item.flags)
    return one_line(f"{marked}{item.title}截止：{item.enterprise}")


def _description(item: DueItem, office: Office) -> str:
    lines = (
        item.explanation,
        f"在哪里办：{item.where}" if item.where else "",
        f"办理要点：{item.prepare}" if item.prepare else "",
        f"咨询：{office.name} {office.phone}",
    )
    return "\n".join(one_line(line) for line in lines if line)


def _alarm(days: int, summary: str) -> Alarm:
    """Ring at nine in the morning, so many days before."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", _NINE - days * _ONE_DAY)
    return alarm
