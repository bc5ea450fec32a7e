"""The invented county of the demo: its mix, its slips, and that it says what it was made for."""

import datetime as dt
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from stdnum.cn import uscc

from casework.import_names import core
from casework.import_roster import ImportReport, apply, preview
from casework.refusal import Refusal
from casework.services import Actor, Services
from exchange.roster import read_roster
from exchange.templates import write_roster_template
from exchange.values import Roster, Severity
from models.facts_frame import raw_facts
from models.span import Span
from policy.assess import assess
from policy.findings import findings_of
from scripts.demo_firms import YEARS
from scripts.demo_kinds import KINDS, firms
from scripts.make_demo_roster import AS_IT_CAME, FOLDER, MENDED, SLIPS, slips_by_place, write_all
from tests.plugins.house import HouseMaker

FIRST_WORKDAY = dt.date(2026, 3, 2)
EVERYONE = list(firms())
CLERK = Actor(name="示例经办")
Cells = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def mended() -> Roster:
    return read_roster(FOLDER / MENDED)


@pytest.fixture(scope="module")
def as_it_came() -> Roster:
    return read_roster(FOLDER / AS_IT_CAME)


def cells(path: Path) -> Cells:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


@pytest.mark.parametrize("name", [MENDED, AS_IT_CAME])
def test_the_files_are_what_the_script_writes(name: str, tmp_path: Path) -> None:
    write_all(tmp_path)

    assert cells(FOLDER / name) == cells(tmp_path / name)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_all(tmp_path / folder)

    assert (tmp_path / "one" / MENDED).read_bytes() == (tmp_path / "two" / MENDED).read_bytes()


def test_the_sheets_are_those_of_our_own_template(tmp_path: Path) -> None:
    write_roster_template(tmp_path / "template.xlsx")
    template, demo = cells(tmp_path / "template.xlsx"), cells(FOLDER / MENDED)

    assert list(demo) == list(template)
    for sheet in ("企业名册", "年度数据"):
        assert demo[sheet][0] == template[sheet][0]


def test_the_mix_is_that_of_the_bureaus_report(mended: Roster) -> None:
    held = [each for row in mended.enterprises for each in row.held]
    expiring = Counter(
        each.valid_to.year
        for each in held
        if each.kind == "hnte" and each.valid_from <= FIRST_WORKDAY <= each.valid_to
    )

    assert len(mended.enterprises) == 150
    assert expiring == {2026: 9, 2027: 11, 2028: 8}
    assert sum(expiring.values()) == 28
    assert Counter(each.number[:4] for each in held if each.kind == "tsme") == {"2025": 70}
    assert sum(row.statements.get("above_scale", False) for row in mended.enterprises) == 38
    assert {row.year for row in mended.figures} == set(YEARS)


def test_nobody_in_it_exists(mended: Roster) -> None:
    rows = mended.enterprises

    assert all("示例" in row.name for row in rows)
    assert all(row.uscc[8:12] == "MAXX" for row in rows)
    assert all((row.contact_phone or "").startswith("1000000") for row in rows)
    emails = [row.contact_email for row in rows if row.contact_email]
    assert all(email.endswith("@shili.example") for email in emails)
    certificates = [each for row in rows for each in row.held if each.kind == "hnte"]
    assert all(each.number[6:9] == "439" for each in certificates)
    assert "虚构" in str(cells(FOLDER / MENDED)["填表说明"][0][0])


def test_codes_and_names_are_unique_but_for_the_twins(mended: Roster) -> None:
    names = Counter(core(row.name) for row in mended.enterprises)

    assert len({row.uscc for row in mended.enterprises}) == 150
    assert [count for count in names.values() if count > 1] == [2]


def test_one_code_fails_its_check_digit_and_that_is_only_a_warning(mended: Roster) -> None:
    invalid = [row for row in mended.enterprises if not uscc.is_valid(row.uscc)]

    assert len(invalid) == 1
    assert not mended.errors
    assert [(each.row, each.severity) for each in mended.problems] == [
        (invalid[0].row, Severity.WARNING)
    ]


def test_every_slip_is_named_by_row_and_column(as_it_came: Roster) -> None:
    places = slips_by_place()
    named = {(each.sheet, each.row, each.column) for each in as_it_came.errors}
    (twice,) = named - places.keys()

    assert len(places) == len(SLIPS)
    assert places.keys() <= named
    assert twice == ("企业名册", 152, "统一社会信用代码")


def test_the_file_as_it_came_is_refused_and_the_mended_one_applied(
    house: Services, as_it_came: Roster, mended: Roster
) -> None:
    refused = apply(house, as_it_came, by=CLERK)
    report = apply(house, mended, by=CLERK)

    assert isinstance(refused, Refusal)
    assert "14 处错误" in refused.reason
    assert isinstance(report, ImportReport)
    assert (report.new, report.changed, report.unchanged, report.wrong) == (
        len(mended.enterprises) + len(mended.figures),
        0,
        0,
        0,
    )
    assert preview(house, mended).already


def test_everyone_is_there_for_the_reason_given(a_house: HouseMaker, mended: Roster) -> None:
    house = a_house(today=FIRST_WORKDAY)
    apply(house, mended, by=CLERK)
    said = _outcomes(house)

    expected = {
        (firm.number, programme, criterion): outcome
        for kind in KINDS
        for firm in EVERYONE
        if firm.kind == kind.key
        for programme, criterion, outcome in kind.says
    }
    assert {place: said[place] for place in expected} == expected


def test_a_near_miss_of_a_high_tech_condition_misses_nothing_else(
    a_house: HouseMaker, mended: Roster
) -> None:
    house = a_house(today=FIRST_WORKDAY)
    apply(house, mended, by=CLERK)
    said = _outcomes(house)
    missing = {
        firm.kind: sorted(
            criterion
            for (number, programme, criterion), outcome in said.items()
            if (number, programme, outcome) == (firm.number, "hnte", "unmet")
        )
        for firm in EVERYONE
    }

    assert {kind: missed for kind, missed in missing.items() if kind in ONE_CONDITION} == {
        kind: [criterion] for kind, criterion in ONE_CONDITION.items()
    }


ONE_CONDITION = {
    "rd_below_5": "rd_intensity",
    "rd_below_4": "rd_intensity",
    "rd_below_3": "rd_intensity",
    "staff_below_10": "staff_rd",
    "income_58": "hightech_income",
    "one_year_in_march": "age",
    "rd_abroad": "rd_domestic",
    "incident": "no_incident",
    "core_ip_no": "core_ip",
    "class2_used_up": "innovation",
    "score_70": "innovation",
}


def _outcomes(house: Services) -> dict[tuple[int, str, str], str]:
    """Return (number, programme, criterion) -> outcome; numbers are ids: the order of the file."""
    with house.database.reading() as session:
        facts = raw_facts(session, Span(0, len(EVERYONE) + 1), on=house.today, cycle=2026)
    assert facts["subject"].to_list() == [firm.number for firm in EVERYONE]
    return {
        (row["subject"], key, finding.criterion): finding.outcome.value
        for key in ("hnte", "tsme")
        for row in assess(
            house.catalogue.programme(key), facts, on=house.today, cycle=2026
        ).iter_rows(named=True)
        for finding in findings_of(house.catalogue.programme(key), row["findings"])
    }
