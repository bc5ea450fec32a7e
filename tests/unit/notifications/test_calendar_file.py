import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar, Event

from notifications.calendar_file import FILE_NAME, dates_to_keep, ics_for
from notifications.values import DueItem
from tests.plugins.made_up import OFFICE, ON, an_item


def events(*items: DueItem, rings: bool = True) -> list[Event]:
    attached = ics_for(items, uid_domain="office.example", office=OFFICE, rings=rings)
    return Calendar.from_ical(attached.content).events


def uid(item: DueItem) -> str:
    (event,) = events(item)
    return str(event["uid"])


def test_every_date_that_has_not_passed_is_a_whole_day_event() -> None:
    passed, today, ahead = an_item(-1), an_item(0, title="今天的"), an_item(4)

    found = events(passed, today, ahead)

    assert dates_to_keep([passed, today, ahead]) == (today, ahead)
    assert [(event.start, event.end) for event in found] == [
        (ON, ON + dt.timedelta(days=1)),
        (dt.date(2026, 5, 31), dt.date(2026, 6, 1)),
    ]
    assert {event["transp"] for event in found} == {"TRANSPARENT"}


def test_an_event_says_what_for_whom_how_sure_where_and_whom_to_ask() -> None:
    (event,) = events(an_item(flags=("预计", "暂估")))

    assert event["summary"] == "【预计】【暂估】高企年报截止：示例科技有限公司"
    assert str(event["description"]).split("\n") == [
        "截止 2026-05-31（周日）：依据：示例〔2026〕1号",
        "在哪里办：示例工作网",
        "办理要点：上一年度示例报表",
        "咨询：示例市科技局 0745-0000000",
    ]


def test_what_is_not_known_leaves_no_empty_line() -> None:
    (event,) = events(an_item(explanation="", where="", prepare=""))

    assert event["description"] == "咨询：示例市科技局 0745-0000000"


def test_a_date_that_moves_keeps_its_name_and_the_later_letter_is_the_newer_word() -> None:
    key = "uscc/hnte/annual_report/hnte-1/2026"
    (before,) = events(an_item(4, key=key))
    (after,) = events(an_item(5, key=key, due_on=ON + dt.timedelta(days=6)))

    assert before["uid"] == after["uid"]
    assert str(before["uid"]).endswith("@office.example")
    assert before.start != after.start
    assert before.DTSTAMP < after.DTSTAMP


def test_without_a_key_each_date_is_an_event_of_its_own() -> None:
    plain = an_item()
    others = [
        an_item(5),
        an_item(title="另一项"),
        an_item(enterprise="示例二"),
        an_item(programme="乙"),
    ]

    assert len({uid(each) for each in (plain, *others)}) == 5
    assert uid(plain) == uid(an_item())


@pytest.mark.parametrize(
    ("days_left", "mornings"),
    [(30, ["2026-06-19", "2026-06-25"]), (7, ["2026-06-02"]), (1, []), (0, [])],
)
def test_a_date_rings_at_nine_a_week_and_a_day_before(days_left: int, mornings: list[str]) -> None:
    (event,) = events(an_item(days_left))

    midnight = dt.datetime.combine(event.start, dt.time())
    alarms: list[Any] = event.walk("VALARM")
    rung = [midnight + alarm["trigger"].dt for alarm in alarms]
    assert [str(each) for each in rung] == [f"{morning} 09:00:00" for morning in mornings]
    assert {alarm["action"] for alarm in alarms} <= {"DISPLAY"}


def test_a_calendar_that_is_told_so_does_not_ring() -> None:
    (event,) = events(an_item(30), rings=False)

    assert event.walk("VALARM") == []


def test_long_chinese_lines_are_folded_between_characters() -> None:
    long = "示例新材料与高端装备智能制造技术研究开发（集团）股份有限公司" * 5
    attached = ics_for([an_item(enterprise=long)], uid_domain="office.example", office=OFFICE)

    lines = attached.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode("utf-8") is not None for line in lines)
    assert Calendar.from_ical(attached.content).events[0]["summary"] == f"高企年报截止：{long}"


def test_a_value_can_add_no_line_to_the_file() -> None:
    hostile = "甲\r\nEND:VEVENT\r\nX-EVIL:1;,\\\u2028乙"
    (event,) = events(
        an_item(enterprise=hostile, title=hostile, where=hostile, prepare=hostile, key=hostile)
    )

    assert "X-EVIL" not in event
    assert str(event["summary"]).endswith("甲 END:VEVENT X-EVIL:1;,\\ 乙")
    assert len(str(event["description"]).split("\n")) == 4


def test_the_file_is_a_published_calendar_with_a_name_to_read() -> None:
    attached = ics_for([an_item()], uid_domain="office.example", office=OFFICE)

    assert (attached.filename, FILE_NAME) == ("截止日期.ics", "截止日期.ics")
    assert attached.mime_type == "text/calendar; method=PUBLISH; charset=utf-8"
    calendar = Calendar.from_ical(attached.content)
    assert (calendar["method"], calendar["version"]) == ("PUBLISH", "2.0")
