"""Files in and out: templates, rosters, one enterprise judged from a file."""

import json
from pathlib import Path

import pytest

from tests.plugins.terminal import ROSTER, Peiyu

BAD = ROSTER.replace("2018-05-06", "2018年13月5日").replace(",3000,", ",约3000,")


def write(text: str, name: str = "名册.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_roster_template_is_written_once(peiyu: Peiyu) -> None:
    first, second = peiyu("template", "roster"), peiyu("template", "roster")

    assert (first.code, second.code) == (0, 1)
    assert Path("企业名册模板.xlsx").stat().st_size > 1000
    assert "已存在，没有覆盖" in second.err
    assert peiyu("template", "roster", "--force").code == 0
    assert peiyu("template", "roster", "-o", "另.xlsx", "--json").json == {"file": "另.xlsx"}
    assert peiyu("template", "roster", "-o", "没有/另.xlsx").code == 1


@pytest.mark.parametrize("programme", ["hnte", "高企", "tsme"])
def test_the_example_of_a_facts_file_can_be_judged(peiyu: Peiyu, programme: str) -> None:
    example = peiyu("template", "facts", programme)
    assert example.code == 0
    assert "说明" in example.json

    write(example.out, "示例.json")
    answer = peiyu("assess", programme, "--facts", "示例.json", "--on", "2026-06-01", "--json")

    assert answer.code == 0
    assert list(answer.json) == ["programme", "on", "revision", "verdict", "score", "findings"]
    assert answer.json["on"] == "2026-06-01"
    assert list(answer.json["findings"][0])[:8] == [
        *("criterion", "outcome", "value", "threshold", "gap", "unit", "source", "text")
    ]


def test_the_example_goes_to_a_file_when_asked(peiyu: Peiyu) -> None:
    assert peiyu("template", "facts", "hnte", "-o", "示例.json").out == ""
    assert json.loads(Path("示例.json").read_text(encoding="utf-8"))
    assert peiyu("template", "facts", "hnte", "-o", "示例.json").code == 1
    assert peiyu("template", "facts", "hnte", "-o", "没有/示例.json").code == 1


def test_a_verdict_is_told_in_words_on_the_present_day(peiyu: Peiyu) -> None:
    write(peiyu("template", "facts", "hnte").out, "示例.json")
    answer = peiyu("assess", "高新技术企业认定", "--facts", "示例.json")

    assert answer.code == 0
    assert "按 2026-03-02 的规定" in answer.out
    assert "国科发火〔2016〕32号" in answer.out


def test_a_wrong_facts_file_is_not_judged(peiyu: Peiyu) -> None:
    write('{"annual": {"2025": {"sales": "很多"}}, "nosuch": 1}', "错.json")

    answer = peiyu("assess", "hnte", "--facts", "错.json")
    assert answer.code == 1
    assert "nosuch" in answer.out
    told = peiyu("assess", "hnte", "--facts", "错.json", "--json")
    assert told.code == 1
    assert {"sheet", "row", "column", "value", "message"} <= set(told.json["problems"][0])


def test_a_facts_file_in_another_encoding_is_refused(peiyu: Peiyu) -> None:
    Path("错.json").write_bytes("{“甲”}".encode("gb18030"))

    assert "UTF-8" in peiyu("assess", "hnte", "--facts", "错.json").err


def test_a_programme_without_criteria_can_not_judge(peiyu: Peiyu) -> None:
    write(peiyu("template", "facts", "hnte").out, "示例.json")
    answer = peiyu("assess", "rd_filings", "--facts", "示例.json")

    assert (answer.code, answer.out) == (1, "")


def test_an_import_is_a_rehearsal_until_it_is_applied(peiyu: Peiyu, home: Path) -> None:
    name = write(ROSTER)

    looked = peiyu("import", name)
    assert looked.code == 0
    assert "新增 2 行" in looked.out
    assert "--apply" in looked.out
    assert peiyu("status", "--json").json["enterprises"] == 0

    assert "已导入" in peiyu("import", name, "--apply").out
    assert peiyu("status", "--json").json["enterprises"] == 2
    again = peiyu("import", name, "--apply", "--json")
    assert again.json["already"] is True
    assert "已经导入过" in peiyu("import", name).out


def test_an_import_has_a_fixed_form(peiyu: Peiyu, home: Path) -> None:
    answer = peiyu("import", write(BAD), "--json")

    assert answer.code == 1
    assert list(answer.json)[:5] == ["new", "changed", "unchanged", "wrong", "problems"]
    assert answer.json["wrong"] == 2
    columns = {each["column"] for each in answer.json["problems"]}
    assert {"成立日期", "2025年销售收入（万元）"} <= columns


def test_a_bad_roster_comes_back_with_remarks_and_is_not_applied(peiyu: Peiyu, home: Path) -> None:
    name = write(BAD)
    before = Path(name).read_bytes()

    answer = peiyu("import", name, "--apply")

    assert answer.code == 1
    assert "什么都没有导入" in answer.out
    assert Path("名册-批注.xlsx").exists()
    assert Path(name).read_bytes() == before
    assert peiyu("status", "--json").json["enterprises"] == 0


def test_remarks_never_replace_the_original(peiyu: Peiyu, home: Path) -> None:
    name = write(BAD)

    assert peiyu("import", name, "--remarks", name).code == 2
    assert "写不进" in peiyu("import", name, "--remarks", "没有/批注.xlsx").err
    assert Path(name).read_text(encoding="utf-8") == BAD


def test_changes_to_known_enterprises_are_listed(peiyu: Peiyu, home: Path) -> None:
    peiyu("import", write(ROSTER), "--apply")
    answer = peiyu("import", write(ROSTER.replace(",2000,", ",2100,")))

    assert "变更 1 行" in answer.out
    assert "2,000 万元" in answer.out
    assert "2,100 万元" in answer.out


def test_an_empty_template_has_nothing_to_import(peiyu: Peiyu, home: Path) -> None:
    peiyu("template", "roster")
    answer = peiyu("import", "企业名册模板.xlsx")

    assert answer.code == 0
    assert "没有要导入的内容" in answer.out
