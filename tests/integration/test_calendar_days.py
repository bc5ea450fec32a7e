"""Days that the office decides, the yearly list, and the dates that move because of them."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.calendar_days import (
    OverrideLine,
    declare_day,
    forget_day,
    keep_notice,
    list_overrides,
    read_notice,
)
from casework.deliver import deliver
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from casework.reproject import reproject
from casework.services import Actor, Services
from config.calendar_files import load_calendar, merged
from models.audit import broken_at
from models.case import Case, Transition
from models.deadline import Deadline, DeadlineState
from models.ledger import AuditEntry
from policy.obligation import Roll
from policy.workdays import Calendar
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import SPROUT, add_firm, add_staff, sprout_catalogue

DAY = dt.date(2026, 3, 2)
LAST = dt.date(2026, 4, 30)  # the window closes on a Thursday
CLERK = Actor(name="李经办")
NOTICE = """
国务院办公厅关于2027年部分节假日安排的通知
国办发明电〔2026〕9号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, statements={"field_fits": "true"})
    run_month(services, "2026-03", on=DAY)


@pytest.fixture
def office(a_house: HouseMaker, engine: str) -> Services:
    """One enterprise whose filing date rolls back from a day off."""
    filing, *others = SPROUT.obligations
    catalogue = sprout_catalogue(obligations=(replace(filing, roll=Roll.PREVIOUS), *others))
    return a_house(engine, catalogue=catalogue, founding=_found)


def deadlines(services: Services) -> list[tuple[dt.date, str, int]]:
    with services.database.reading() as session:
        rows = session.scalars(select(Deadline).order_by(col(Deadline.projection)))
        return [(row.due_on, row.state, row.projection) for row in rows]


def acts(services: Services) -> list[str]:
    with services.database.reading() as session:
        assert broken_at(session) is None
        return [
            entry.act for entry in session.scalars(select(AuditEntry).order_by(col(AuditEntry.id)))
        ]


def off(services: Services) -> None:
    done = declare_day(services, LAST, working=False, reason="示例停工", by=CLERK)
    assert isinstance(done, OverrideLine), done


def test_a_declared_day_stands_above_the_calendar_and_is_audited(house: Services) -> None:
    off(house)

    assert not house.calendar().is_workday(LAST)
    assert [(line.day, line.weekday, line.working) for line in list_overrides(house)] == [
        (LAST, "周四", False)
    ]
    assert acts(house) == ["calendar.declare"]


def test_declaring_the_same_twice_changes_nothing(house: Services) -> None:
    off(house)
    off(house)

    assert acts(house) == ["calendar.declare"]


def test_the_newest_word_about_a_day_stands(house: Services) -> None:
    off(house)
    declare_day(house, LAST, working=True, reason="通知已撤销", by=CLERK)

    assert house.calendar().is_workday(LAST)
    assert len(list_overrides(house)) == 1


def test_a_day_needs_a_reason(house: Services) -> None:
    assert isinstance(declare_day(house, LAST, working=False, reason=" ", by=CLERK), Refusal)
    assert isinstance(forget_day(house, LAST, reason="", by=CLERK), Refusal)


def test_a_forgotten_day_follows_the_calendar_again(house: Services) -> None:
    off(house)

    assert isinstance(forget_day(house, LAST, reason="登记错了", by=CLERK), OverrideLine)
    assert house.calendar().is_workday(LAST)
    assert isinstance(forget_day(house, LAST, reason="登记错了", by=CLERK), Refusal)
    assert acts(house) == ["calendar.declare", "calendar.forget"]


def test_a_preview_names_what_moves_and_changes_nothing(office: Services) -> None:
    off(office)
    before = deadlines(office)

    found = reproject(office, apply=False)

    (moved,) = found.moved
    assert (moved.old_on, moved.new_on) == (LAST, dt.date(2026, 4, 29))
    assert moved.enterprise == "示例企业1号有限公司"
    assert not moved.told
    assert not found.applied
    assert deadlines(office) == before


def test_those_who_were_told_the_old_date_are_named_and_nobody_else(office: Services) -> None:
    later = office.on(dt.date(2026, 4, 23))
    sweep(later)
    deliver(later)
    off(later)

    (moved,) = reproject(later, apply=False).moved

    assert {told.name for told in moved.told} == {"张示例", "示例clerk"}
    assert {told.on for told in moved.told} == {later.now().date()}


def test_a_letter_that_has_not_left_told_nobody(office: Services) -> None:
    later = office.on(dt.date(2026, 4, 23))
    sweep(later)
    off(later)

    (moved,) = reproject(later, apply=False).moved

    assert not moved.told


def test_applying_supersedes_the_old_date_once_and_touches_nothing_else(office: Services) -> None:
    off(office)
    with office.database.reading() as session:
        before = (
            session.scalars(select(col(Case.version))).all(),
            session.scalars(select(col(Transition.id))).all(),
        )

    assert reproject(office, apply=True).applied
    assert reproject(office, apply=True).moved == ()

    assert deadlines(office) == [
        (LAST, DeadlineState.SUPERSEDED.value, 1),
        (dt.date(2026, 4, 29), DeadlineState.OPEN.value, 2),
    ]
    with office.database.reading() as session:
        assert before == (
            session.scalars(select(col(Case.version))).all(),
            session.scalars(select(col(Transition.id))).all(),
        )


def test_a_monthly_run_after_it_moves_nothing_again(office: Services) -> None:
    off(office)
    reproject(office, apply=True)

    assert run_month(office, "2026-03", on=DAY).superseded == 0


def test_a_notice_is_read_kept_and_makes_the_year_certain(house: Services, tmp_path: Path) -> None:
    read = read_notice(NOTICE, 2027)
    assert not read.problems

    path = keep_notice(house, read, tmp_path / "config" / "calendars", by=CLERK)

    assert isinstance(path, Path)
    calendar, problems = load_calendar(path.parent)
    assert not problems
    assert calendar == merged([read.year])
    assert not calendar.is_provisional(dt.date(2027, 2, 20))
    assert acts(house) == ["calendar.load"]


def test_a_notice_that_is_not_understood_is_not_kept(house: Services, tmp_path: Path) -> None:
    read = read_notice(NOTICE.replace("共7天", "共6天"), 2027)

    assert read.problems
    assert isinstance(keep_notice(house, read, tmp_path, by=CLERK), Refusal)
    assert list(tmp_path.glob("*.toml")) == []
    assert acts(house) == []


def test_a_loaded_list_moves_the_dates_of_its_year(a_house: HouseMaker, engine: str) -> None:
    filing, *others = SPROUT.obligations
    duties = (replace(filing, roll=Roll.PREVIOUS), *others)
    services = a_house(
        engine, catalogue=sprout_catalogue(obligations=duties), gazetted=Calendar(off=frozenset())
    )
    add_firm(services, statements={"field_fits": "true"})
    run_month(services, "2026-03", on=DAY)
    assert deadlines(services)[0][0] == LAST

    known = Calendar(off=frozenset({LAST}), gazetted=frozenset({2026}))
    (moved,) = reproject(replace(services, gazetted=known), apply=True).moved

    assert (moved.old_flags, moved.new_flags) == (("暂估",), ())
    assert moved.new_on == dt.date(2026, 4, 29)
