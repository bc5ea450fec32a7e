"""The people of the office, and the look over the whole installation."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from casework.doctor import Check, Level, Surroundings, examine
from casework.pipeline import run_month, start_month
from casework.refusal import Refusal
from casework.remind import sweep
from casework.services import Services
from casework.staff import NewStaff, StaffChange, StaffLine, add_staff, list_staff, remove_staff
from models.audit import broken_at
from models.case import Case
from models.duties import read_staff
from models.enterprise import Role
from models.figures import Qualification
from models.ledger import AuditEntry
from models.letter import Letter, LetterState
from policy.programme import Final
from policy.workdays import Calendar
from tests.plugins.house import HouseMaker
from tests.plugins.looked_after import AROUND, HEAD
from tests.plugins.sprout import add_firm, sprout_catalogue

DAY = dt.date(2026, 3, 2)


def somebody(**changes: Any) -> NewStaff:
    given: dict[str, Any] = {
        "login": "lisi",
        "name": "李示例",
        "role": Role.CLERK,
        "email": "lisi@bureau.example",
        "division_code": "431281",
    }
    return NewStaff(**given | changes)


def added(services: Services, **changes: Any) -> StaffChange:
    done = add_staff(services, somebody(**changes), by=HEAD)
    assert isinstance(done, StaffChange), done
    return done


def checks(services: Services, around: Surroundings = AROUND) -> dict[str, Check]:
    return {each.name: each for each in examine(services, around)}


def test_somebody_is_registered_and_gets_letters(house: Services) -> None:
    assert added(house).what == "added"

    assert [line.login for line in list_staff(house)] == ["lisi"]
    with house.database.reading() as session:
        assert [staff.key for staff in read_staff(session, house.today)] == ["staff/lisi"]


def test_registering_the_same_twice_changes_nothing(house: Services) -> None:
    added(house)

    assert added(house).what == "unchanged"
    with house.database.reading() as session:
        assert session.scalars(select(col(AuditEntry.act))).all() == ["staff.add"]


def test_a_correction_keeps_what_was_before(house: Services) -> None:
    added(house)

    assert added(house, email="li@bureau.example").what == "changed"
    with house.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert last is not None
        assert '"before": {"email": "lisi@bureau.example"}' in last.detail
        assert broken_at(session) is None


def test_whoever_left_gets_no_letters_and_can_come_back(house: Services) -> None:
    added(house)

    assert isinstance(remove_staff(house, "lisi", reason="调离", by=HEAD), StaffLine)
    assert list_staff(house) == ()
    assert [line.active for line in list_staff(house, everybody=True)] == [False]
    assert isinstance(remove_staff(house, "lisi", reason="调离", by=HEAD), Refusal)
    assert added(house).what == "changed"
    assert len(list_staff(house)) == 1


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        pytest.param({"login": "李四"}, "登录名", id="login"),
        pytest.param({"name": " "}, "姓名", id="name"),
        pytest.param({"email": "lisi"}, "邮箱", id="email"),
        pytest.param({"division_code": "4312"}, "行政区划", id="division"),
        pytest.param({"role": Role.CONTACT}, "企业联系人", id="contact"),
    ],
)
def test_a_wrong_entry_is_refused_in_words(
    a_house: HouseMaker, changes: dict[str, Any], word: str
) -> None:
    done = add_staff(a_house(), somebody(**changes), by=HEAD)

    assert isinstance(done, Refusal)
    assert word in done.reason


def test_an_empty_house_is_told_what_to_type(house: Services) -> None:
    found = checks(house)

    assert found["企业名册"].hint == "peiyu import 企业名册.xlsx"
    assert found["工作人员"].level is Level.WARN
    assert found["提醒"].hint == "peiyu run sweep"
    assert found["发信"].level is Level.WARN
    assert found["操作记录"].level is Level.OK
    assert not any(each.level is Level.BAD for each in found.values())


def test_a_house_in_order_has_nothing_to_complain_of(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    added(services)
    add_firm(services)
    run_month(services, "2026-03", on=DAY)
    sweep(services)

    found = checks(
        services,
        Surroundings(letters_folder=Path("letters"), smtp_host="mail.example", free_bytes=10**10),
    )

    assert {each.level for each in found.values()} == {Level.OK}


def test_without_a_clerk_nobody_hears_of_proposals(house: Services) -> None:
    added(house, role=Role.LEADER)

    assert "没有登记经办" in checks(house)["工作人员"].sentence


@pytest.mark.parametrize(
    ("today", "told"),
    [
        pytest.param(dt.date(2026, 10, 31), False, id="october"),
        pytest.param(dt.date(2026, 11, 1), True, id="november"),
    ],
)
@pytest.mark.fault("R18")
def test_next_years_list_is_asked_for_from_november(
    a_house: HouseMaker, today: dt.date, *, told: bool
) -> None:
    assert ("明年放假安排" in checks(a_house(today=today))) is told


@pytest.mark.fault("R18")
def test_a_year_without_a_list_is_bad(a_house: HouseMaker) -> None:
    found = checks(a_house(gazetted=Calendar()))["放假安排"]

    assert (found.level, found.hint) == (Level.BAD, "peiyu calendar load 2026 通知.txt")


def test_estimated_notices_and_unconfirmed_rules_are_named(a_house: HouseMaker) -> None:
    found = checks(a_house(today=dt.date(2027, 3, 1)))

    assert "高新技术企业认定" in found["年度通知"].sentence
    assert "高新技术企业认定" in found["待核实"].sentence


def test_a_month_that_was_not_finished_is_named(house: Services) -> None:
    start_month(house, "2026-02")
    later = replace(house, now=lambda: house.now() + dt.timedelta(hours=1))

    assert checks(house)["月度流程"].sentence == "2026-02 的月度流程正在办"
    assert checks(later)["月度流程"].hint == "peiyu run monthly --month 2026-02"


def test_a_long_silence_is_noticed(house: Services) -> None:
    sweep(house, today=dt.date(2026, 2, 24))

    assert "已隔 5 个工作日" in checks(house)["提醒"].sentence


def test_a_broken_audit_chain_is_bad(house: Services) -> None:
    added(house)
    with house.database.writing() as session:
        session.execute(text("UPDATE audit_entry SET by = '别人'"))

    assert checks(house)["操作记录"].level is Level.BAD


def test_letters_that_got_stuck_are_bad(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    added(services)
    add_firm(services, statements={"field_fits": "true"})
    add_firm(services, 2, statements={"field_fits": "true"}, contact=False)
    run_month(services, "2026-03", on=DAY)
    sweep(services.on(dt.date(2026, 3, 31)))
    with services.database.writing() as session:
        session.execute(update(Letter).values(state=LetterState.FAILED.value))

    found = checks(services)

    assert found["信函"].level is Level.BAD
    assert found["信函"].hint == "peiyu letters --state failed"
    assert found["收信人"].sentence == "近一个月有 1 件事没有人可以告知"
    assert "收信人" not in checks(services.on(dt.date(2026, 5, 6)))


def test_a_success_without_its_certificate_on_file_is_named(house: Services) -> None:
    firm = add_firm(house)
    run_month(house, "2026-03", on=DAY)
    with house.database.writing() as session:
        session.execute(
            update(Case).where(col(Case.programme) == "hnte").values(final=Final.ACHIEVED.value)
        )
    assert "1 家已通过的企业" in checks(house)["证书编号"].sentence

    with house.database.writing() as session:
        session.add(
            Qualification(
                enterprise_id=firm,
                kind="hnte",
                number="GR202643000001",
                valid_from=DAY,
                valid_to=dt.date(2029, 3, 1),
            )
        )
    assert "证书编号" not in checks(house)


@pytest.mark.parametrize(
    ("free", "level"),
    [
        pytest.param(10**10, Level.OK, id="plenty"),
        pytest.param(10**8, Level.WARN, id="little"),
        pytest.param(10**6, Level.BAD, id="none"),
    ],
)
def test_the_disk_is_looked_at(a_house: HouseMaker, free: int, level: Level) -> None:
    around = Surroundings(letters_folder=Path("letters"), smtp_host="", free_bytes=free)

    assert checks(a_house(), around)["磁盘"].level is level
