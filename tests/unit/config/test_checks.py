"""Every way to damage a shipped file is found, named with file and key, and found alone."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from casework.obligations import HORIZON
from config.catalogue import CONFIG_ROOM, load_catalogue
from config.checks import check_everything
from config.problems import CheckProblem
from config.shared_files import EARLIEST_RUNG

DAMAGES = tomllib.loads(Path(__file__).with_name("damages.toml").read_text(encoding="utf-8"))[
    "damage"
]


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """Return a copy of everything that is shipped."""
    for folder in ("programmes", "notices", "calendars"):
        shutil.copytree(CONFIG_ROOM / folder, tmp_path / folder)
    shutil.copy(CONFIG_ROOM / "ladders.toml", tmp_path)
    return tmp_path


def change(room: Path, file: str, old: str, new: str) -> None:
    text = (room / file).read_text(encoding="utf-8")
    assert old in text
    (room / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def said(room: Path) -> list[str]:
    return [str(problem) for problem in check_everything(room)]


def test_the_shipped_files_have_no_problem() -> None:
    assert check_everything() == []


def test_a_copy_of_the_shipped_files_has_no_problem(room: Path) -> None:
    assert said(room) == []


def test_a_date_of_every_enterprise_in_january_may_have_reminders_in_november(room: Path) -> None:
    change(room, "programmes/rd_filings.toml", 'month_day = "03-10"', 'month_day = "01-10"')

    assert said(room) == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage["said"])
def test_a_damaged_file_is_named_with_its_key(room: Path, damage: dict[str, str]) -> None:
    change(room, damage["file"], damage["old"], damage["new"])

    assert said(room) == [damage["said"]]


def test_a_damaged_programme_is_left_out_and_the_others_stay(room: Path) -> None:
    change(room, "programmes/hnte.toml", 'ladder = "renewal"', 'ladder = "renewals"')

    catalogue, problems = load_catalogue(room)

    assert sorted(catalogue.programmes) == ["rd_filings", "rd_subsidy", "tsme"]
    assert problems == [
        CheckProblem(
            file="hnte.toml",
            key="obligation 第 3 项 renewal_filing ladder",
            message="不认识“renewals”，是否想写“renewal”",
        )
    ]


def test_all_faults_of_all_files_are_reported_at_once(room: Path) -> None:
    faults = [each for each in DAMAGES if each["said"].split("：")[1] in WANTED]
    assert len(faults) == len(WANTED)
    for each in faults:
        change(room, each["file"], each["old"], each["new"])

    assert sorted(said(room)) == sorted(each["said"] for each in faults)


WANTED = {
    "stage 第 1 项 screening plain",
    "criterion 第 6 项 staff_rd fact",
    "obligation 第 10 项 change_report months",
    "score_item 第 10 项 talent estimate",
    "score_part 第 2 项 rd combine",
    "obligation 第 1 项 statistics when",
    "ladder 第 1 项 window rungs 第 1 项 d30 to",
    "window 第 2 项 batch",
}


def test_two_faults_of_one_table_are_both_reported(room: Path) -> None:
    change(room, "programmes/hnte.toml", 'title = "注册成立一年以上"', "")
    change(room, "programmes/hnte.toml", 'rule = "at_least"', 'rule = "atleast"')

    assert said(room) == [
        "hnte.toml：criterion 第 2 项 age title：缺少，请补上",
        "hnte.toml：criterion 第 2 项 age rule：不认识“atleast”，是否想写“at_least”",
    ]


def test_stages_without_any_criterion_are_refused(room: Path) -> None:
    path = room / "programmes" / "tsme.toml"
    text = re.sub(r"\[\[criterion\]\]\n(.+\n)+", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")

    assert said(room) == ["tsme.toml：criterion：有环节而没有任何条件，请补上 [[criterion]]"]


def test_a_score_sheet_is_needed_where_points_are_asked_for(room: Path) -> None:
    path = room / "programmes" / "tsme.toml"
    text = path.read_text(encoding="utf-8")
    whole = re.sub(r"\[\[?score(_part|_item)?\]\]?\n(.+\n)+", "", text)
    path.write_text(whole, encoding="utf-8")

    assert said(room) == [
        "tsme.toml：criterion 第 10 项 score fact："
        "用到得分，但没有评分表（[score] 和 [[score_part]]）",
        "tsme.toml：criterion 第 11 项 staff_points fact：不认识“score.staff”，是否想写“score”",
    ]


def test_a_score_sheet_without_its_maximum_is_refused(room: Path) -> None:
    path = room / "programmes" / "tsme.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\[score\]\n(.+\n)+", "", text), encoding="utf-8")

    assert said(room) == ["tsme.toml：score：有评分项而没有 [score]，请补上满分和依据"]


def test_a_file_in_another_encoding_is_named(room: Path) -> None:
    path = room / "programmes" / "tsme.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))

    assert said(room) == ["tsme.toml：文件不是 UTF-8 编码，请用“另存为”改成 UTF-8"]


def test_a_single_table_where_a_list_belongs_is_named(tmp_path: Path) -> None:
    (tmp_path / "ladders.toml").write_text('[ladder]\nkey = "one"\n', encoding="utf-8")

    _, problems = load_catalogue(tmp_path)

    assert [str(problem) for problem in problems] == ["ladders.toml：ladder：应写成 [[ladder]]"]


def test_unreadable_ladders_do_not_make_every_obligation_wrong(room: Path) -> None:
    change(room, "ladders.toml", "[[ladder]]", "[[ladder")

    assert said(room) == ["ladders.toml：第 12 行第 9 列：写法有误，请检查引号、括号和等号"]


def test_the_earliest_rung_is_as_early_as_deadlines_are_opened() -> None:
    assert HORIZON.days == -EARLIEST_RUNG
