"""Rungs in working days, deputies, a weekly cap that loses nothing, and the leaders' month."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from casework.absences import Away, come_back, go_away, list_absences
from casework.calendar_days import declare_day
from casework.decide import Verb, Wish, decide_case
from casework.deliver import deliver
from casework.digest import digest
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Actor, Services
from casework.staff import NewStaff, remove_staff
from casework.staff import add_staff as add_staff_member
from models.absence import Absence
from models.deadline import Deadline
from models.enterprise import Role
from models.ledger import AuditEntry
from models.letter import LetterItem
from notifications.memory import MemoryCarrier
from notifications.message import Message
from policy.obligation import Ladder, Rung, To, Tone
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import LADDER, add_firm, add_staff, sprout_catalogue

BY = Actor(name="示例经办")
MARCH = dt.date(2026, 3, 2)
DUE = dt.date(2026, 4, 30)  # the filing, a Thursday


def on(services: Services, day: dt.date, hour: int = 9) -> Services:
    """Return the services on a day."""
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def rows(services: Services, model: type[SQLModel] = LetterItem) -> Sequence[Any]:
    with services.database.reading() as session:
        return session.scalars(select(model).order_by(col(model.id))).all()  # type: ignore[attr-defined]


def workday_rungs(*numbers: int) -> Ladder:
    return replace(
        LADDER,
        rungs=tuple(
            Rung(key=f"w{n}", workdays=n, to=(To.CONTACT,), tone=Tone.REMINDER) for n in numbers
        ),
    )


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, sales=None)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def workdays(a_house: HouseMaker, engine: str) -> Services:
    """An enterprise that is reminded 5, 3 and 2 working days before its filing."""
    catalogue = replace(sprout_catalogue(), ladders={LADDER.key: workday_rungs(-5, -3, -2)})
    return a_house(engine, catalogue=catalogue, founding=_found)


def test_a_rung_in_working_days_speaks_on_that_working_day(workdays: Services) -> None:
    for day in (20, 21, 22, 23, 24, 27, 28, 29, 30):
        sweep(on(workdays, dt.date(2026, 4, day)))

    assert [(row.rung, row.speaks_on.day, row.state) for row in rows(workdays)] == [
        ("w-5", 23, "claimed"),
        ("w-3", 27, "claimed"),
        ("w-2", 28, "claimed"),
    ]


def test_days_declared_off_after_they_were_swept_for_lose_no_rung_in_working_days(
    workdays: Services,
) -> None:
    """Three days off move the third working day before the date onto one already swept."""
    for day in (20, 21, 22):
        sweep(on(workdays, dt.date(2026, 4, day)))
    assert rows(workdays) == []
    evening = on(workdays, dt.date(2026, 4, 22), hour=20)
    for day in (23, 24, 27):
        declare_day(evening, dt.date(2026, 4, day), working=False, reason="示例：防汛", by=BY)

    sweep(on(workdays, dt.date(2026, 4, 28)))

    # 5, 3 and 2 working days before the 30th are now 20, 22 and 28 April.
    assert [(row.rung, row.speaks_on.day, row.state) for row in rows(workdays)] == [
        ("w-5", 20, "superseded"),
        ("w-3", 22, "superseded"),
        ("w-2", 28, "claimed"),
    ]
    sweep(on(workdays, dt.date(2026, 4, 29)))
    assert len(rows(workdays)) == 3


def test_a_date_that_became_certain_is_not_said_again_when_days_are_looked_at_again(
    county: Services,
) -> None:
    sweep(on(county, D7))
    before = rows(county)
    assert {row.rung for row in before} == {"d-7"}
    with county.database.writing() as session:
        for old in session.scalars(select(Deadline).where(col(Deadline.projection) == 1)):
            old.state = "superseded"
            again = old.model_dump(exclude={"id"}) | {"projection": 2, "state": "open"}
            session.add(Deadline(**again))
    evening = on(county, D7, hour=20)
    declare_day(evening, D7 + dt.timedelta(days=4), working=False, reason="示例：防汛", by=BY)

    sweep(on(county, D7 + dt.timedelta(days=1)))

    assert rows(county) == before


# Deputies

D7 = dt.date(2026, 4, 23)


def letters_of(services: Services) -> dict[str, Message]:
    """Send what waits; return mailbox -> what it got."""
    carrier = MemoryCarrier()
    deliver(replace(services, open_carrier=lambda: carrier))
    assert len(carrier.messages) == len({each.to.email for each in carrier.messages})
    return {each.to.email.partition("@")[0]: each for each in carrier.messages}


def _found_county(services: Services) -> None:
    add_staff(services)
    for number in (1, 2):
        add_firm(services, number, sales=None)
    run_month(services, "2026-03", on=MARCH)
    sweep(on(services, D7 - dt.timedelta(days=1)))


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Two enterprises whose filing is due; a clerk, a head, and another clerk, 示例二."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found_county)


def second_clerk(services: Services, division: str = "431281") -> None:
    new = NewStaff(
        login="second",
        name="示例二",
        role=Role.CLERK,
        email="second@bureau.example",
        division_code=division,
    )
    assert not isinstance(add_staff_member(services, new, by=BY), Refusal)


def away(services: Services, login: str, deputy: str, first: dt.date, days: int = 3) -> None:
    last = first + dt.timedelta(days=days - 1)
    wish = Away(login=login, first=first, last=last, deputy=deputy)
    assert not isinstance(go_away(services, wish, by=BY), Refusal)


def test_while_somebody_is_away_their_deputy_gets_it_and_is_told_for_whom(
    county: Services,
) -> None:
    second_clerk(county, "431202")  # of another county: nothing here is theirs by right
    away(county, "clerk", "second", D7)

    sweep(on(county, D7))

    got = letters_of(on(county, D7))
    assert "clerk" not in got
    assert "提交申报（示例苗圃）【代 示例clerk】" in got["second"].text
    assert "，代 示例clerk" in got["second"].html
    said = [row for row in rows(county) if row.key.endswith("staff/clerk")]
    assert {row.state for row in said} == {"claimed"}
    assert all(row.instead_of_id and row.person_id != row.instead_of_id for row in said)


def test_a_deputy_who_hears_of_it_anyway_hears_of_it_once(county: Services) -> None:
    second_clerk(county)
    away(county, "clerk", "second", D7)

    sweep(on(county, D7))

    got = letters_of(on(county, D7))
    assert got["second"].text.count("提交申报（示例苗圃）") == 1
    assert "代 示例clerk" not in got["second"].text
    said = [row for row in rows(county) if row.key.endswith("staff/clerk")]
    assert {(row.state, row.reason) for row in said} == {
        ("superseded", "不在岗，由代办的示例二一并收到")
    }


def test_of_another_role_the_deputy_also_hears_of_one_matter_once(county: Services) -> None:
    over = dt.date(2026, 5, 6)  # d+1 goes to the clerk and to the head
    away(county, "clerk", "head", over)
    sweep(on(county, D7))
    letters_of(on(county, D7))

    sweep(on(county, over))

    got = letters_of(on(county, over))
    assert got["head"].text.count("提交申报（示例苗圃）") == 1
    assert "【代" not in got["head"].text
    assert "clerk" not in got


def test_the_week_of_somebody_away_is_summed_up_for_their_deputy(county: Services) -> None:
    away(county, "clerk", "head", D7)

    digest(on(county, D7))

    got = letters_of(on(county, D7))
    assert got["head"].text.count("【一周摘要】") == 1
    assert "，含代 示例clerk 的" in got["head"].text
    assert "clerk" not in got


def test_from_the_day_after_everything_is_their_own_again(county: Services) -> None:
    away(county, "clerk", "head", D7 - dt.timedelta(days=3))

    sweep(on(county, D7))

    assert "【代" not in letters_of(on(county, D7))["clerk"].text


def test_overlapping_and_circular_absences_are_refused_in_a_sentence(county: Services) -> None:
    second_clerk(county)
    away(county, "clerk", "head", D7)

    def said(login: str, deputy: str, first: dt.date = D7, last: dt.date = D7) -> str:
        done = go_away(county, Away(login=login, first=first, last=last, deputy=deputy), by=BY)
        assert isinstance(done, Refusal), done
        return done.reason

    assert said("clerk", "second") == (
        "示例clerk 2026-04-23 至 2026-04-25 已登记不在岗，请先取消："
        "peiyu staff back clerk --from 2026-04-23"
    )
    assert said("head", "second") == (
        "示例head 2026-04-23 至 2026-04-25 正代办 示例clerk 的事项，请先给 示例clerk 另选代办人"
    )
    assert said("second", "clerk") == (
        "示例clerk 2026-04-23 至 2026-04-25 自己也不在岗，请用 --deputy 另选一位"
    )
    assert said("head", "clerk").startswith("示例clerk")
    assert said("second", "second").startswith("代办人不能是本人")
    assert said("second", "nobody") == "没有在岗的工作人员“nobody”，用 peiyu staff list 看有哪些"
    earlier = D7 - dt.timedelta(days=2)
    assert said("second", "head", last=earlier).startswith(f"结束日期 {earlier} 早于")
    away(county, "clerk", "head", D7)  # the very same again changes nothing
    assert len(list_absences(on(county, D7))) == 1


def test_two_who_plan_at_once_do_not_stand_in_for_each_other(county: Services) -> None:
    wishes = [
        Away(login=one, first=D7, last=D7, deputy=other)
        for one, other in (("clerk", "head"), ("head", "clerk"))
    ]
    with ThreadPoolExecutor(2) as people:
        done = list(people.map(lambda wish: go_away(county, wish, by=BY), wishes))

    assert sum(isinstance(each, Refusal) for each in done) == 1
    assert len(list_absences(on(county, D7))) == 1


def test_who_comes_back_early_gets_their_own_again_and_it_is_known_who_stood_in(
    county: Services,
) -> None:
    away(county, "clerk", "head", D7 - dt.timedelta(days=2), days=9)

    done = come_back(on(county, D7), "clerk", first=None, by=BY)

    assert not isinstance(done, Refusal)
    assert list_absences(on(county, D7)) == ()
    sweep(on(county, D7))
    assert "【代" not in letters_of(on(county, D7))["clerk"].text
    (kept,) = rows(county, Absence)
    assert kept.last_on == D7 - dt.timedelta(days=1)
    assert isinstance(come_back(on(county, D7), "clerk", first=None, by=BY), Refusal)


def test_a_deputy_without_a_mailbox_leaves_the_letter_to_whom_it_is_for(county: Services) -> None:
    second_clerk(county)
    away(county, "clerk", "second", D7)
    remove_staff(county, "second", reason="调离", by=BY)

    sweep(on(county, D7))

    assert set(letters_of(on(county, D7))) >= {"clerk"}


@pytest.mark.parametrize("name", ["head", "示例head"])
def test_what_a_deputy_decides_carries_both_names(county: Services, name: str) -> None:
    away(county, "clerk", "head", D7)
    wish = Wish(case_id=1, verb=Verb.HOLD, reason="示例：等材料")

    assert not isinstance(decide_case(on(county, D7), wish, by=Actor(name=name)), Refusal)
    after = Wish(case_id=1, verb=Verb.RESUME, reason="示例：材料到了")
    later = on(county, D7 + dt.timedelta(days=3))
    assert not isinstance(decide_case(later, after, by=Actor(name=name)), Refusal)

    held, resumed = (row for row in rows(county, AuditEntry) if row.act in ("hold", "resume"))
    assert held.by == f"{name}（代 示例clerk）"
    assert resumed.by == name
