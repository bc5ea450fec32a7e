"""A certificate is put on file when it is granted; its dates appear at once."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.certificates import Certified, Granted, register_certificate
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.audit import broken_at
from models.deadline import Deadline
from models.enterprise import Enterprise
from models.figures import Qualification
from models.ledger import AuditEntry
from tests.plugins.house import HouseMaker

TODAY = dt.date(2026, 10, 12)
CLERK = Actor(name="示例经办")
NUMBER = "GR202643000001"


def _found(services: Services) -> None:
    with services.database.writing() as session:
        for uscc, name in (("91431281MA4L0000X1", "示例甲"), ("91431281MA4L0000X2", "示例乙")):
            firm = Enterprise(uscc=uscc, name=name, division_code="431281", added_at=services.now())
            session.add(firm)
    run_month(services, "2026-10", on=TODAY)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Two enterprises of which nobody wrote down what they hold."""
    return a_house(engine, today=TODAY, founding=_found)


def register(services: Services, **given: Any) -> Certified | Refusal:
    usual: dict[str, Any] = {"target": "示例甲", "number": NUMBER, "on": dt.date(2026, 9, 18)}
    return register_certificate(services, Granted(**usual | given), by=CLERK)


def duties(services: Services) -> set[str]:
    with services.database.reading() as session:
        wanted = select(col(Deadline.obligation)).where(col(Deadline.subject).contains(NUMBER))
        return set(session.scalars(wanted))


def test_a_new_certificate_has_its_three_years_and_its_dates(county: Services) -> None:
    assert duties(county) == set()
    done = register(county, number="gr2026 4300 0001")

    assert isinstance(done, Certified)
    assert (done.kind, done.number, done.already) == ("hnte", NUMBER, False)
    assert (done.valid_from, done.valid_to) == (dt.date(2026, 9, 18), dt.date(2029, 9, 17))
    assert duties(county) == {"torch_flash"}  # the others are not in sight yet
    with county.database.reading() as session:
        assert broken_at(session) is None
        assert session.scalars(select(col(AuditEntry.act))).all()[-1] == "certificate"


def test_the_same_again_changes_nothing_and_another_date_corrects_it(county: Services) -> None:
    register(county)
    again = register(county)
    assert isinstance(again, Certified)
    assert again.already

    mended = register(county, on=dt.date(2026, 9, 21), field="电子信息")
    assert isinstance(mended, Certified)
    assert mended.before == "2026-09-18 至 2029-09-17"
    with county.database.reading() as session:
        row = session.scalars(select(Qualification)).one()
        assert (row.valid_to, row.field) == (dt.date(2029, 9, 20), "电子信息")


@pytest.mark.fault("R18")
def test_a_registration_of_this_year_ends_with_it(county: Services) -> None:
    done = register(county, number="202643128108000001", on=dt.date(2026, 6, 1))

    assert isinstance(done, Certified)
    assert (done.kind, done.valid_to) == ("tsme", dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"number": " "}, "请写明证书编号", id="no number"),
        pytest.param({"number": "GR20264300000"}, "应为 GR 加 12 位数字", id="a digit is missing"),
        pytest.param({"number": "12345"}, "应为 18 位", id="no number at all"),
        pytest.param({"on": dt.date(2026, 10, 13)}, "还没有到", id="tomorrow"),
        pytest.param({"target": "示例丙"}, "没有找到企业", id="nobody"),
        pytest.param({"target": "999"}, "999", id="no such case"),
        pytest.param({"target": "示例乙"}, "已登记在 示例甲 名下", id="another's"),
    ],
)
def test_what_can_not_be_is_refused_with_a_sentence(
    county: Services, given: dict[str, Any], words: str
) -> None:
    register(county)
    refused = register(county, **given)

    assert isinstance(refused, Refusal)
    assert words in refused.reason


def test_the_year_in_the_number_is_compared(county: Services) -> None:
    done = register(county, number="GR202543000001")

    assert isinstance(done, Certified)
    assert "不是同一年" in done.warning
