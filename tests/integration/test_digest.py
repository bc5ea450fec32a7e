"""The week's digest: what is overdue, due, waiting and gone wrong, once a week, in one letter."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from casework.deliver import deliver
from casework.digest import DigestReport, digest
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from models.case import Case
from models.deadline import Deadline
from models.enterprise import Enterprise, Person, Role
from models.letter import Letter, LetterItem, LetterState
from notifications.memory import MemoryCarrier
from notifications.message import Message
from tests.plugins.dump import differences, dump
from tests.plugins.house import ZONE, HouseMaker
from tests.plugins.sprout import add_staff, add_three_firms, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
MONDAY = dt.date(2026, 4, 27)  # the filing of 04-30 is due in its week
AFTER = dt.date(2026, 5, 11)  # and overdue by then


def _at(services: Services, day: dt.date, hour: int = 9) -> Services:
    return replace(services, now=lambda: dt.datetime.combine(day, dt.time(hour), tzinfo=ZONE))


def _found(services: Services) -> None:
    add_staff(services)
    add_three_firms(services)
    run_month(services, "2026-03", on=MARCH)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Three enterprises whose filing is due on 2026-04-30; nobody can write to the third."""
    return a_house(engine, catalogue=sprout_catalogue(), founding=_found)


def _rows(services: Services) -> Sequence[LetterItem]:
    with services.database.reading() as session:
        wanted = select(LetterItem).where(col(LetterItem.kind) == "digest")
        return session.scalars(wanted.order_by(col(LetterItem.key))).all()


def _letters(services: Services, to: str = "clerk") -> list[Message]:
    """Send what waits; return what this member of staff got."""
    carrier = MemoryCarrier()
    deliver(replace(services, open_carrier=lambda: carrier))
    return [each for each in carrier.messages if each.to.email == f"{to}@bureau.example"]


def test_each_clerk_and_head_is_told_how_the_week_stands(county: Services) -> None:
    report = digest(_at(county, MONDAY))

    assert report == DigestReport(week="2026-W18", staff=2, told=2)
    assert [row.key for row in _rows(county)] == ["digest/2026-W18/clerk", "digest/2026-W18/head"]
    (letter,) = _letters(_at(county, MONDAY))
    assert letter.subject == "【一周摘要】第 18 周：本周到期 3 项，等补数据或登记 3 项"
    for words in (
        "第 18 周（4月27日—5月3日）",
        "■ 本周到期：3 项",
        "提交申报（示例苗圃）：法定，4月30日，还有 3 天，示例企业1号有限公司 等 3 家",
        "摸底（示例苗圃）：3 家，等：数据齐全、条件符合",
    ):
        assert words in letter.text
    assert "超期" not in letter.text


@pytest.mark.fault("M05", "M19")
def test_what_is_overdue_or_went_wrong_stands_in_it_the_gravest_first(county: Services) -> None:
    sweep(_at(county, MONDAY - dt.timedelta(days=5)))
    sweep(_at(county, MONDAY))  # d-7 of 04-30: the third enterprise can not be told
    with county.database.writing() as session:
        contacts = select(col(Person.id)).where(col(Person.role) == Role.CONTACT.value)
        session.execute(
            update(Letter)
            .where(col(Letter.person_id).in_(contacts))
            .values(state=LetterState.FAILED.value, reason="示例：信箱不存在")
        )
    digest(_at(county, MONDAY))
    (letter,) = _letters(_at(county, MONDAY))

    places = [
        letter.text.index(words)
        for words in (
            "【一周摘要】",
            "■ 本周到期",
            "■ 没有办成：3 项",
            "给示例企业1号有限公司 张示例的信：04-27，发不出：示例：信箱不存在",
            "示例企业3号有限公司：企业没有登记联系人，1 件事没有告知",
            "【今日待办】",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("failed_on", "summed_up", "told"),
    [
        pytest.param("2026-04-20", "2026-04-27", True, id="on Monday, after its summary had left"),
        pytest.param("2026-04-17", "2026-04-27", False, id="in the week before"),
        pytest.param("2026-04-27", "2026-05-06", True, id="before a week with a holiday"),
    ],
)
def test_what_went_wrong_since_the_last_week_that_was_worked_stands_in_it(
    county: Services, failed_on: str, summed_up: str, *, told: bool
) -> None:
    with county.database.writing() as session:
        person = session.scalars(select(Person).where(col(Person.key).contains("00001X"))).one()
        day = dt.date.fromisoformat(failed_on)
        row = {"state": "failed", "reason": "示例：信箱不存在", "letter": "enterprise_daily"}
        session.add(Letter(person_id=person.id, send_on=day, **row))
    digest(_at(county, dt.date.fromisoformat(summed_up)))

    (letter,) = _letters(_at(county, dt.date.fromisoformat(summed_up)))

    assert ("示例：信箱不存在" in letter.text) is told


def test_a_head_and_a_clerk_see_their_own_division_and_those_below_it(county: Services) -> None:
    with county.database.writing() as session:
        session.execute(
            update(Person).where(col(Person.key) == "staff/head").values(division_code="431200")
        )
        session.execute(
            update(Enterprise)
            .where(col(Enterprise.id).in_(select(col(Enterprise.id)).order_by("id").limit(2)))
            .values(division_code="431271")
        )
    digest(_at(county, MONDAY))

    (clerk,) = _letters(_at(county, MONDAY))
    with county.database.writing() as session:
        session.execute(update(Letter).values(state=LetterState.QUEUED.value))
    (head,) = _letters(_at(county, MONDAY), "head")
    assert "■ 本周到期：1 项" in clerk.text
    assert "■ 本周到期：3 项" in head.text


def test_it_goes_into_the_one_letter_of_its_day(county: Services) -> None:
    today = _at(county, dt.date(2026, 4, 29))  # d-1: the clerk has something to do today too
    sweep(_at(county, dt.date(2026, 4, 28)))
    digest(today)
    sweep(today)

    (letter,) = _letters(today)
    assert letter.subject.startswith("【今日待办 3 项】提交申报 还有 1 天")
    assert letter.text.index("【一周摘要】") < letter.text.index("【今日待办】")
    assert _letters(today) == []


def test_twice_in_a_week_or_at_once_changes_nothing(county: Services) -> None:
    with ThreadPoolExecutor(4) as staff:
        done = [staff.submit(digest, _at(county, MONDAY)) for _ in range(6)]
    assert [each.exception() for each in done] == [None] * 6
    before = dump(county.database)
    digest(_at(county, MONDAY + dt.timedelta(days=2)))

    assert differences(before, dump(county.database)) == []
    assert len(_rows(county)) == 2


def test_nothing_is_sent_when_there_is_nothing_to_say(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)

    assert digest(_at(services, MONDAY)) == DigestReport(week="2026-W18", staff=2, told=0)
    assert _rows(services) == []
    assert _letters(_at(services, MONDAY)) == []


def test_what_was_settled_before_the_letter_left_is_not_told(county: Services) -> None:
    digest(_at(county, MONDAY))
    with county.database.writing() as session:
        session.execute(delete(LetterItem).where(col(LetterItem.kind) != "digest"))
        session.execute(update(Deadline).values(state="met"))
        session.execute(update(Case).values(held=True))

    assert _letters(_at(county, MONDAY)) == []
    assert {(row.state, row.reason) for row in _rows(county)} == {
        ("suppressed", "发信前已办结、改期或中止")
    }


def test_two_weeks_that_wait_in_one_letter_are_told_as_they_stand(county: Services) -> None:
    digest(_at(county, MONDAY))
    digest(_at(county, AFTER))

    (letter,) = _letters(_at(county, AFTER))
    assert len(_rows(county)) == 4
    assert letter.text.count("【一周摘要】") == 1
    assert "■ 已经超期：3 项" in letter.text
    assert "法定，4月30日，已超期 11 天" in letter.text


def test_somebody_without_a_mailbox_or_who_left_gets_none(county: Services) -> None:
    with county.database.writing() as session:
        clerk, head = (col(Person.key) == f"staff/{each}" for each in ("clerk", "head"))
        session.execute(update(Person).where(clerk).values(email=""))
        session.execute(update(Person).where(head).values(active=False))

    assert digest(_at(county, MONDAY)) == DigestReport(week="2026-W18", staff=1, told=0)
    assert {(row.state, row.reason) for row in _rows(county)} == {
        ("suppressed", "联系人没有可用的邮箱")
    }
