"""The layouts in which lists really come. All firms and numbers are invented."""

from pathlib import Path

import pytest

from exchange.roster import read_roster
from exchange.values import Severity
from tests.plugins.rosters import code, text, xlsx

HNTE = (
    *("序号", "数据日期", "企业名称", "技术领域一级", "行政区域"),
    *("统一社会信用代码", "证书编号", "年度", "异动情况"),
)
TSME = ("数据日期", "企业名称", "统一社会信用代码", "企业注册地", "评价状态", "是否高企")
FIRST, SECOND = "洪江市示例农业科技有限公司", "湖南示例竹业发展有限公司"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_the_hunan_list_of_hnte_is_read(tmp_path: Path, encoding: str) -> None:
    rows = [
        HNTE,
        (
            "1",
            "2024-12-31",
            FIRST,
            "生物与新医药",
            "怀化市洪江市",
            code(1),
            "GR202343900001",
            "2023",
            "",
        ),
        (
            "2",
            "2024-12-31",
            SECOND,
            "新材料",
            "怀化市洪江区",
            code(2),
            "GR202443900002",
            "2024",
            "更名",
        ),
        ("合计", "", "2", "", "", "", "", "", ""),
    ]
    roster = read_roster(text(tmp_path / "高企名单.csv", rows, encoding=encoding))

    first, second = roster.enterprises
    assert (first.name, first.division_code) == (FIRST, "431281")
    assert (second.division_code, second.change_note) == ("431271", "更名")
    assert not roster.errors
    assert not roster.figures


def test_without_a_day_of_issue_no_certificate_is_registered_and_it_is_said(tmp_path: Path) -> None:
    row = ("1", "", FIRST, "新材料", "洪江市", code(1), "GR202343900001", "2022", "")
    roster = read_roster(xlsx(tmp_path / "a.xlsx", {"名单": [HNTE, row]}))

    assert roster.enterprises[0].held == ()
    at_header, at_year = roster.problems
    assert (at_header.severity, at_header.place) == (Severity.WARNING, "G1")
    assert "没有“发证日期”列" in at_header.message
    assert (at_year.place, at_year.severity) == ("H2", Severity.WARNING)
    assert "与证书编号里的年份 2023 不同" in at_year.message


def test_with_a_day_of_issue_the_certificate_is_registered(tmp_path: Path) -> None:
    row = ("1", "", FIRST, "新材料", "洪江市", code(1), "GR202343900001", "2023", "", "2023-10-16")
    roster = read_roster(xlsx(tmp_path / "a.xlsx", {"名单": [(*HNTE, "发证日期"), row]}))

    (held,) = roster.enterprises[0].held
    assert not roster.problems
    assert (held.number, held.field) == ("GR202343900001", "新材料")


def test_the_hunan_list_of_tsme_is_read(tmp_path: Path) -> None:
    rows = [
        TSME,
        ("2026-09-30", FIRST, code(1), "湖南省怀化市洪江市", "已入库", "是"),
        ("2026-09-30", SECOND, code(2), "湖南省怀化市洪江市黔城镇示例路", "已入库", "否"),
    ]
    roster = read_roster(xlsx(tmp_path / "科小.xlsx", {"名单": rows}))

    first, second = roster.enterprises
    assert (first.division_code, first.address) == ("431281", None)
    assert (second.division_code, second.address) == ("431281", "湖南省怀化市洪江市黔城镇示例路")
    assert [problem.column for problem in roster.problems] == ["评价状态", "是否高企"]
    assert not roster.errors


def test_the_published_list_of_tsme_gives_its_numbers(tmp_path: Path) -> None:
    header = ("序号", "企业名称", "统一社会信用代码", "入库登记编号", "评价状态")
    rows = [header, ("1", FIRST, code(1), "202643128108000123", "已入库")]
    roster = read_roster(xlsx(tmp_path / "科小.xlsx", {"名单": rows}))

    (held,) = roster.enterprises[0].held
    assert not roster.problems
    assert (held.kind, held.valid_to.isoformat()) == ("tsme", "2026-12-31")
