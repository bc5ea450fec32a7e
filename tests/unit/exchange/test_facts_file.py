import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from config.catalogue import load_catalogue
from exchange.facts_file import EXAMPLE_CYCLE, example, read_facts
from exchange.values import Problem, Severity
from policy.facts import FACTS, Given
from policy.inputs import RAW
from policy.programme import Programme

CATALOGUE, _ = load_catalogue()
HNTE = CATALOGUE.programme("hnte")


def read(content: Any) -> tuple[dict[str, Any], list[Problem]]:
    written = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    frame, problems = read_facts(written, HNTE, cycle=2026)
    return frame.row(0, named=True), problems


def known(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and name != "subject"}


@pytest.mark.parametrize("programme", CATALOGUE.programmes.values(), ids=lambda each: each.key)
def test_the_example_of_every_programme_reads_back_without_a_word(programme: Programme) -> None:
    frame, problems = read_facts(example(programme), programme, cycle=EXAMPLE_CYCLE)

    assert problems == []
    assert frame.height == 1
    assert frame.schema == {"subject": pl.Int64(), **RAW}
    assert set(frame.columns) - set(known(frame.row(0, named=True))) == {
        "subject",
        "last_incident_on",
    }


def test_the_example_names_and_explains_every_field() -> None:
    whole = json.loads(example(HNTE))
    explained = whole["说明"]

    for name, fact in FACTS.items():
        if fact.given is Given.ANNUAL:
            assert all(name in year for year in whole["annual"].values())
            assert fact.meaning in explained[f"annual.年份.{name}"]
        elif fact.given is not Given.DERIVED:
            assert name in whole
            assert fact.title in explained[name]
    assert "单位元" in explained["annual.年份.sales"]
    assert "虚构" in whole["enterprise"]


def test_values_are_exact_and_what_is_left_out_is_unknown() -> None:
    row, problems = read(
        '{"enterprise": "示例", "registered_on": "2020-03-01", "resident": true, "core_ip": null,'
        '"annual": {"2025": {"sales": 50000000.07, "net_assets": -1.5, "staff_total": 86},'
        '"2023": {"sales": 1e5, "costs": "5,000万元"}}, "est_talent": 4}'
    )

    assert problems == []
    assert known(row) == {
        "registered_on": dt.date(2020, 3, 1),
        "resident": True,
        "est_talent": 4,
        "sales_1": 5_000_000_007,
        "net_assets_1": -150,
        "staff_total_1": 86,
        "sales_3": 10_000_000,
        "costs_3": 5_000_000_000,
    }


@pytest.mark.parametrize(
    ("content", "column", "phrase"),
    [
        ({"residnet": True}, "residnet", "是不是“resident”"),
        ({"xyz": 1}, "xyz", "没有“xyz”这个字段；"),
        ({"rd_intensity": 0.05}, "rd_intensity", "由程序算出"),
        ({"sales": 5}, "sales", "写到“annual”里"),
        ({"resident": 1}, "resident", "应写 true 或 false"),
        ({"resident": "是"}, "resident", "应写 true 或 false"),
        ({"registered_on": True}, "registered_on", "应写一个日期"),
        ({"registered_on": "2020-02-30"}, "registered_on", "不存在"),
        ({"est_talent": 5}, "est_talent", "0 至 4"),
        ({"enterprise": 5}, "enterprise", "应是文字"),
        ({"annual": []}, "annual", "应是“年份: 当年数据”"),
        ({"annual": {"25": {}}}, "annual.25", "不是年度"),
        ({"annual": {"2025": 5}}, "annual.2025", "用花括号"),
        ({"annual": {"2025": {"sale": 5}}}, "annual.2025.sale", "是不是“sales”"),
        ({"annual": {"2025": {"sales": -5}}}, "annual.2025.sales", "不能为负"),
        ({"annual": {"2025": {"sales": 0.001}}}, "annual.2025.sales", "超过两位小数"),
        ({"annual": {"2025": {"sales": [5]}}}, "annual.2025.sales", "应写一个数字"),
        ({"annual": {"2025": {"staff_total": 8.5}}}, "annual.2025.staff_total", "不是整数"),
        (
            {"annual": {"2025": {"staff_total": 8, "staff_rd": 9}}},
            "annual.2025.staff_rd",
            "大于“职工总数”",
        ),
        ('{"annual": {"2025": {"sales": NaN}}}', "annual.2025.sales", "不是数字"),
        ('{"annual": {"2025": {"sales": 1e999999999}}}', "annual.2025.sales", "科学计数法"),
        ('{"resident": true, "resident": false}', "resident", "写了两次"),
        ('{"resident": true\n"core_ip": true}', "第 2 行", "不合 JSON 格式"),
        ("[" * 100_000, "", "读不懂"),
        (f'{{"est_talent": {"9" * 5000}}}', "", "读不懂"),
        ("[]", "", "花括号"),
        (" " * 1_000_001, "", "太大"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(content: Any, column: str, phrase: str) -> None:
    _, problems = read(content)

    assert [(problem.column, problem.severity) for problem in problems] == [
        (column, Severity.ERROR)
    ]
    assert phrase in problems[0].message
    assert problems[0].sheet == "高新技术企业认定数据文件"


def test_a_year_outside_the_look_back_is_a_warning() -> None:
    row, problems = read({"annual": {"2022": {"sales": 5}}})

    assert known(row) == {}
    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert "只看 2023 至 2025 年" in problems[0].message


def test_a_date_after_the_year_in_question_is_a_warning() -> None:
    row, problems = read({"registered_on": "2030-03-01"})

    assert known(row) == {"registered_on": dt.date(2030, 3, 1)}
    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert "2030-03-01 在 2026 年以后" in problems[0].message


def test_years_that_nobody_knows_may_be_null() -> None:
    assert read({"annual": None})[1] == []


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read("\ufeff" + example(HNTE))[1] == []
