"""Leaders: once a month, last month in figures, and nothing of any person."""

import datetime as dt
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlmodel import col

from casework.absences import Away, go_away
from casework.deliver import deliver
from casework.month import month_before
from casework.monthly_digest import look_at_month
from casework.pipeline import finish_month, run_month, start_month
from casework.records import Happened, record_event
from casework.refusal import Refusal
from casework.rehearse import Rehearsal, rehearse
from casework.services import Actor, Services
from casework.staff import NewStaff, add_staff
from models.deadline import Deadline
from models.enterprise import Role
from models.letter import LetterItem
from notifications.letters import MonthSummary
from notifications.memory import MemoryCarrier
from notifications.message import Message
from policy.workdays import ONE_DAY
from runtime.timetable import timetable_of
from tests.plugins.dump import differences, dump
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import add_firm, sprout_catalogue

BY = Actor(name="示例经办")
APRIL = dt.date(2026, 4, 1)
MAY = dt.date(2026, 5, 6)  # the first workday of the month
JUNE = dt.date(2026, 6, 1)


def on(services: Services, day: dt.date, hour: int = 9) -> Services:
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def _found(services: Services) -> None:
    for login, role in (("leader", Role.LEADER), ("clerk", Role.CLERK)):
        new = NewStaff(login=login, name=f"示例{login}", role=role, email=f"{login}@bureau.example")
        assert not isinstance(add_staff(services, new, by=BY), Refusal)
    for number in (1, 2, 3):
        add_firm(services, number)
    run_month(services, "2026-04", on=APRIL)
    filed = Happened(
        target="91431281MAXX00001X",
        kind="submitted",
        on=dt.date(2026, 4, 20),
        evidence="示例〔2026〕1号",
    )
    done = record_event(on(services, dt.date(2026, 4, 20)), filed, by=BY)
    assert not isinstance(done, Refusal), done


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """A leader and a clerk; three enterprises whose filing was due on 30 April, one in time."""
    return a_house(engine, catalogue=sprout_catalogue(), today=APRIL, founding=_found)


def digests(services: Services) -> Sequence[LetterItem]:
    with services.database.reading() as session:
        wanted = select(LetterItem).where(col(LetterItem.key).startswith("digest/"))
        return session.scalars(wanted.order_by(col(LetterItem.key))).all()


def letters_to(services: Services, who: str) -> list[Message]:
    carrier = MemoryCarrier()
    deliver(replace(services, open_carrier=lambda: carrier))
    return [each for each in carrier.messages if each.to.email == f"{who}@bureau.example"]


def figures(found: MonthSummary | None) -> dict[str, tuple[int, int]]:
    assert found is not None
    return {each.title: (each.number, each.before) for each in found.total}


def test_when_the_monthly_run_is_done_each_leader_is_told_last_month_in_figures(
    county: Services,
) -> None:
    run_month(on(county, MAY), "2026-05", on=MAY)

    assert [row.key for row in digests(county)] == ["digest/2026-04/leader"]
    (letter,) = letters_to(on(county, MAY), "leader")
    assert letter.subject == (
        "【月度摘要】2026年4月：新建 3，推进 3，办结 1，到期未办结 2，现有超期 2，等本局审核 3"
    )
    for words in ("■ 合计", "■ 示例苗圃", "办结 1（+1），到期未办结 2（+2）"):
        assert words in letter.text
    assert "到期未办结&ensp;+2" in letter.html


def test_it_names_no_enterprise_and_no_contact(county: Services) -> None:
    run_month(on(county, MAY), "2026-05", on=MAY)

    (letter,) = letters_to(on(county, MAY), "leader")
    said = letter.text + re.sub(r"<[^>]*>", "", letter.html)
    for name in ("示例企业", "张示例", "firm.example", "91431281"):
        assert name not in said


def test_a_month_is_told_against_the_one_before(county: Services) -> None:
    run_month(on(county, MAY), "2026-05", on=MAY)
    with county.database.writing() as session:
        session.execute(
            update(Deadline)
            .where(col(Deadline.state) == "open")
            .values(state="met", closed_on=dt.date(2026, 5, 20))
        )

    month, found = look_at_month(on(county, JUNE), None, "")

    assert month == "2026-05"
    told = figures(found)
    assert told["办结"] == (2, 1)
    assert told["到期未办结"] == (0, 2)  # in May nothing was due
    assert told["现有超期"] == (0, 2)  # as on 1 May, when two were
    assert told["新建"] == (0, 3)


def test_a_leader_hears_of_their_own_division_alone(county: Services) -> None:
    other = NewStaff(
        login="other",
        name="示例别县",
        role=Role.LEADER,
        email="other@bureau.example",
        division_code="431202",
    )
    assert not isinstance(add_staff(county, other, by=BY), Refusal)

    run_month(on(county, MAY), "2026-05", on=MAY)

    assert [row.key for row in digests(county)] == ["digest/2026-04/leader"]


def test_run_again_and_at_once_it_is_told_once(county: Services) -> None:
    may = on(county, MAY)
    start_month(may, "2026-05")
    run_month(may, "2026-05", on=MAY)
    before = dump(county.database)
    with ThreadPoolExecutor(4) as people:
        done = [people.submit(finish_month, may, "2026-05") for _ in range(6)]

    assert [each.exception() for each in done] == [None] * 6
    assert differences(before, dump(county.database)) == []
    run_month(on(county, MAY + 5 * ONE_DAY), "2026-05", on=MAY + 5 * ONE_DAY)
    assert [row.key for row in digests(county)] == ["digest/2026-04/leader"]


def test_a_run_that_was_made_up_for_tells_it_all_the_same(county: Services) -> None:
    late = dt.date(2026, 5, 20)
    run_month(on(county, late), "2026-05", on=late)

    assert len(letters_to(on(county, late), "leader")) == 1


def test_a_month_that_is_not_done_tells_nothing_yet(county: Services) -> None:
    start_month(on(county, MAY), "2026-05")
    finish_month(on(county, MAY), "2026-05")

    assert digests(county) == []


def test_the_deputy_of_a_leader_gets_it_and_reads_for_whom(county: Services) -> None:
    away = Away(login="leader", first=MAY, last=MAY, deputy="clerk")
    assert not isinstance(go_away(on(county, MAY), away, by=BY), Refusal)

    run_month(on(county, MAY), "2026-05", on=MAY)

    (letter,) = letters_to(on(county, MAY), "clerk")
    assert "【月度摘要】2026年4月，代 示例leader" in letter.text
    assert letters_to(on(county, MAY), "leader") == []


def test_a_rehearsal_plays_it(county: Services, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("home")
    played = rehearse(on(county, MAY), timetable_of(home), MAY, MAY + ONE_DAY)

    assert isinstance(played, Rehearsal), played
    assert "digest/2026-04/leader" in played.claims
    (letter,) = (each for each in played.letters if each.role == "leader")
    assert letter.subject.startswith("【月度摘要】2026年4月")


@given(st.dates(dt.date(2000, 2, 1), dt.date(2100, 1, 1)))
def test_the_month_before_is_the_one_that_ended_last(day: dt.date) -> None:
    first = day.replace(day=1)

    assert month_before(day) == f"{first - ONE_DAY:%Y-%m}"
