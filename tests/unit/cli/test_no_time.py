"""What a clerk with no time meets: hints that work as typed, nothing lost, nothing unsaid."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cli.chinese import said
from runtime import clock
from tests.plugins.terminal import ROSTER, Peiyu

BAD = ROSTER.replace("2018-05-06", "2018年13月5日").replace(",3000,", ",约3000,")
SMTP = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "plain"\n'


def write(text: str, name: str = "名册.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_long_count_of_workdays_does_not_list_every_weekend(peiyu: Peiyu) -> None:
    answer = peiyu("workday", "2026-01-01", "500")

    assert "跳过放假和周末共" in answer.out
    assert len(answer.out.splitlines()) == 2


def test_a_year_long_past_is_not_called_unpublished(peiyu: Peiyu) -> None:
    answer = peiyu("workday", "2018-06-06", "10")

    assert "暂估：没有 2018 年的放假安排" in answer.out


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        pytest.param(
            ["cases", "--home", "数据 一"], "run monthly --home '数据 一'    ", id="after"
        ),
        pytest.param(
            ["--home", "数据 一", "cases"], "run monthly --home '数据 一'    ", id="before"
        ),
        pytest.param(["cases"], "peiyu run monthly    ", id="usual"),
    ],
)
def test_what_to_type_next_names_the_folder_that_was_typed(
    peiyu: Peiyu, home: Path, typed: list[str], hint: str
) -> None:
    peiyu("init", "--home", "数据 一")

    assert hint in peiyu(*typed).out


def test_a_folder_from_the_environment_need_not_be_typed(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_HOME", str(home))

    assert "--home" not in peiyu("cases").out


def test_the_way_to_apply_a_file_can_be_typed_as_it_stands(peiyu: Peiyu, home: Path) -> None:
    Path("收到 的").mkdir()

    answer = peiyu("import", write(ROSTER, "收到 的/名册.csv"))

    assert "peiyu import '收到 的/名册.csv' --apply" in answer.out


def test_a_copy_with_remarks_that_somebody_mended_is_never_overwritten(
    peiyu: Peiyu, home: Path
) -> None:
    name = write(BAD)
    peiyu("import", name)
    peiyu("import", name)
    assert not Path("名册-批注2.xlsx").exists()

    mended = openpyxl.load_workbook("名册-批注.xlsx")
    mended.properties.lastModifiedBy = "张经办"
    mended.save("名册-批注.xlsx")
    before = Path("名册-批注.xlsx").read_bytes()
    answer = peiyu("import", name)

    assert "带批注的文件：名册-批注2.xlsx" in answer.out
    assert Path("名册-批注.xlsx").read_bytes() == before


def test_a_strange_file_under_the_name_of_the_copy_stays(peiyu: Peiyu, home: Path) -> None:
    write("别的东西", "名册-批注.xlsx")

    assert "名册-批注2.xlsx" in peiyu("import", write(BAD)).out
    assert Path("名册-批注.xlsx").read_text(encoding="utf-8") == "别的东西"


def test_a_file_that_is_no_table_comes_back_with_a_sentence_alone(peiyu: Peiyu) -> None:
    answer = peiyu("import", write("%PDF-1.4", "名册.pdf"))

    assert answer.code == 1
    assert "不认识“.pdf”文件" in answer.out
    assert not Path("名册-批注.xlsx").exists()


def test_problems_stand_in_the_order_of_the_file(peiyu: Peiyu, home: Path) -> None:
    early = ROSTER.replace("2018-05-06", "2030-05-06").replace(",3000,", ",约3000,")

    rows = [each["row"] for each in peiyu("import", write(early), "--json").json["problems"]]

    assert rows == [2, 3]


def test_days_and_years_that_are_still_to_come_are_doubted(peiyu: Peiyu, home: Path) -> None:
    early = ROSTER.replace("2018-05-06", "2030-05-06").replace("2025年", "2026年")

    answer = peiyu("import", write(early))

    assert answer.code == 0
    assert "成立日期 2030-05-06 还没有到" in answer.out
    assert "2026 年还没有结束" in answer.out


def test_letters_that_nobody_wrote_are_said_to_be_none(
    peiyu: Peiyu, a_month: Callable[[], None]
) -> None:
    a_month()
    peiyu("run", "sweep", "--plain")

    assert "其中没有符合条件的信函" in peiyu("letters", "--state", "发不出").out


@pytest.mark.fault("M01")
def test_a_mail_server_that_is_away_leaves_every_letter_waiting(
    peiyu: Peiyu, home: Path, a_month: Callable[[], None]
) -> None:
    a_month()
    peiyu("run", "sweep", "--plain")
    (home / "peiyu.toml").write_text(SMTP, encoding="utf-8")

    answer = peiyu("run", "deliver", "--plain")

    assert answer.code == 1
    assert "一封也没有发出" in answer.out
    assert "没发的信都还在" in answer.out


def test_a_month_before_its_time_is_done_with_a_word(peiyu: Peiyu, home: Path) -> None:
    early = ("run", "monthly", "--plain", "--month", "2027-01")

    assert "还没有到" in peiyu(*early).err
    assert peiyu(*early, "--on", "2027-01-04").err == ""
    assert peiyu("run", "monthly", "--plain", "--month", "2026-02").err == ""


def test_the_short_form_of_the_board_counts_each_case_once(
    peiyu: Peiyu, a_month: Callable[[], None]
) -> None:
    a_month()
    board = peiyu("status", "--json").json

    counts = board["counts"]["hnte"]
    assert list(counts) == ["screening", "training", "declaration", "certification"]
    assert counts["screening"]["screening"] == board["programmes"][0]["cases"] == 2
    assert "recognised" in counts["certification"]


def test_a_narrow_terminal_shows_names_whole(
    peiyu: Peiyu, a_month: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month()
    monkeypatch.setenv("COLUMNS", "80")

    assert "示例甲科技有限公司" in peiyu("cases").out


def test_a_workbook_is_no_file_of_facts(peiyu: Peiyu) -> None:
    peiyu("template", "roster")

    assert "peiyu import" in peiyu("assess", "hnte", "--facts", "企业名册模板.xlsx").err


def test_settings_that_can_not_be_read_are_one_sentence(peiyu: Peiyu, home: Path) -> None:
    (home / "peiyu.toml").mkdir()

    answer = peiyu("status", "--json")

    assert answer.code == 3
    assert "读不了这个文件" in answer.json["error"]


def test_a_full_disk_is_one_sentence(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device", "peiyu.db")

    monkeypatch.setattr(clock, "now", full)
    answer = peiyu("status")

    assert answer.code == 3
    assert answer.err.startswith("“peiyu.db”读写不成")
    assert "Traceback" not in answer.err


def test_a_variable_that_is_no_table_is_named(
    peiyu: Peiyu, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_SMTP", "x")

    assert "环境变量 PEIYU_SMTP 的值看不懂" in peiyu("status").err


def test_a_number_of_the_settings_must_be_one(peiyu: Peiyu, home: Path) -> None:
    (home / "peiyu.toml").write_text('[smtp]\nport = "abc"\n', encoding="utf-8")

    assert "smtp port：应为整数" in peiyu("status").err


def test_a_file_that_may_not_be_read_is_named() -> None:
    told = said("Invalid value for '--facts': File '示例.json' is not readable.")

    assert told == "读不了 示例.json，请检查读取权限"
