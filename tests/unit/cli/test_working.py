"""A month at the terminal: runs, records, decisions, and everything that can be looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plugins.terminal import Peiyu

Fill = Callable[[], None]


def test_init_makes_a_folder_once_and_tells_the_next_steps(peiyu: Peiyu, outside: Path) -> None:
    first, second = peiyu("init", "--home", "数据"), peiyu("init", "--home", "数据", "--json")

    assert (first.code, second.code) == (0, 0)
    assert "peiyu template roster" in first.out
    assert second.json["home"] == "数据"
    assert (outside / "数据" / "peiyu.db").exists()


def test_the_folder_is_named_before_after_or_around_the_command(
    peiyu: Peiyu, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peiyu("init", "--home", "数据")

    assert peiyu("status", "--home", "数据").code == 0
    assert peiyu("--home", "数据", "status").code == 0
    assert peiyu("--home", "没有", "status", "--home", "数据").code == 0
    assert peiyu("status").code == 3
    monkeypatch.setenv("PEIYU_HOME", "数据")
    assert peiyu("status").code == 0
    assert peiyu("--home", "没有", "status").code == 3


def test_check_counts_what_is_sound(peiyu: Peiyu) -> None:
    answer = peiyu("check")

    assert answer.code == 0
    assert "4 个项目" in answer.out
    assert peiyu("check", "--json").json["problems"] == []


def test_check_names_every_problem(peiyu: Peiyu, outside: Path) -> None:
    (outside / "programmes").mkdir()
    (outside / "programmes" / "示例.toml").write_text("key = 1\n", encoding="utf-8")
    answer = peiyu("check", ".")

    assert answer.code == 1
    assert "示例.toml" in answer.out
    told = peiyu("check", ".", "--json").json
    assert {"file", "key", "message"} == set(told["problems"][0])


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["status"], "还没有企业"),
        (["due"], "没有到期的事项"),
        (["cases"], "没有这样的事项"),
        (["letters"], "还没有信函"),
        (["runs"], "还没有办过"),
        (["staff", "list"], "还没有登记工作人员"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_an_empty_house_says_what_to_type_next(
    peiyu: Peiyu, home: Path, words: list[str], sentence: str
) -> None:
    answer = peiyu(*words)

    assert answer.code == 0
    assert sentence in answer.out
    assert "接下来：peiyu" in answer.out


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["due", "--days", "400"],
        ["cases"],
        ["case", "1"],
        ["explain", "1"],
        ["explain", "2026-03-02"],
        ["letters"],
        ["runs"],
        ["watch"],
        ["doctor"],
        ["staff", "list"],
        ["calendar", "list"],
        ["calendar", "reproject"],
        ["run", "monthly", "--plain"],
        ["run", "sweep", "--plain"],
        ["run", "deliver", "--plain"],
        ["run", "digest", "--plain"],
        ["run", "housekeeping", "--plain"],
        ["run", "housekeeping", "--dry-run", "--plain"],
    ],
    ids=" ".join,
)
def test_everything_answers_in_json_and_in_words(
    peiyu: Peiyu, a_month: Fill, words: list[str]
) -> None:
    a_month()

    assert peiyu(*words, "--json").json is not None
    answer = peiyu(*words)
    assert answer.code == 0
    assert answer.out.strip()


def test_status_counts_by_programme_phase_and_stage(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    (tsme,) = [
        each for each in peiyu("status", "--json").json["programmes"] if each["programme"] == "tsme"
    ]

    assert tsme["cases"] == 2
    assert [phase["phase"] for phase in tsme["phases"]] == [
        *("screening", "training", "declaration", "certification")
    ]
    assert {"stage", "title", "cases"} <= set(tsme["phases"][0]["stages"][0])


def test_a_month_is_named_and_its_day_lies_in_it(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()

    assert peiyu("run", "monthly", "--plain", "--json").json["on"] == "2026-03-02"
    past = peiyu("run", "monthly", "--plain", "--month", "2026年2月", "--json").json
    assert (past["month"], past["on"]) == ("2026-02", "2026-02-28")
    ahead = peiyu("run", "monthly", "--plain", "--month", "2026-04", "--json").json
    assert ahead["on"] == "2026-04-01"
    wrong = peiyu("run", "monthly", "--month", "2026-04", "--on", "2026-03-02")
    assert wrong.code == 2
    assert "不在 2026-04 这个月里" in wrong.err


def test_a_second_run_of_a_month_changes_nothing(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()

    assert "没有变化" in peiyu("run", "monthly", "--plain").out


def test_something_recorded_twice_counts_once(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    words = ("示例甲", "name_changed", "--on", "2026-03-01", "--evidence", "示例〔2026〕1号")
    kinds = peiyu("record", "示例甲", "没有这种", "--on", "2026-03-01", "-p", "hnte")
    assert kinds.code == 1
    assert "可用的有" in kinds.err
    kind = kinds.err.partition("可用的有：")[2].partition("（")[0]
    title = kinds.err.partition("（")[2].partition("）")[0]

    words = ("--on", "2026-03-01", "--evidence", "示例〔2026〕1号", "-p", "hnte")
    first = peiyu("record", "示例甲", title, *words, "--by", "李经办")
    again = peiyu("record", "示例甲", kind, *words, "--json")

    assert first.code == 0
    assert "已登记：示例甲科技有限公司" in first.out
    assert again.json["already"] is True


def test_what_has_not_happened_can_not_be_recorded(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    answer = peiyu("record", "示例甲", "trained", "--on", "2026-03-03", "-p", "tsme")

    assert answer.code == 1


def test_a_decision_takes_chinese_words_and_a_version(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    held = peiyu("decide", "1", "暂缓", "--reason", "等数据", "--by", "李经办")
    assert held.code == 0
    assert "已办理（暂缓）" in held.out

    late = peiyu("decide", "1", "resume", "--reason", "继续", "--expect", "0")
    assert late.code == 1
    on = peiyu("decide", "1", "继续", "--reason", "数据已到", "--json").json
    assert on["case_id"] == 1
    assert peiyu("decide", "1", "打回", "--reason", "x").code == 2
    assert peiyu("decide", "99", "同意", "--reason", "x").code == 1


def test_a_case_is_found_by_number_code_or_name(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    number = peiyu("cases", "-p", "科小", "-e", "示例乙", "--json").json["lines"][0]["id"]

    pages = [
        peiyu("case", *words, "--json").json
        for words in (
            [str(number)],
            ["91431281MAXX00002K", "-p", "tsme"],
            ["示例乙", "--programme", "科小"],
        )
    ]
    assert {page["id"] for page in pages} == {number}
    assert peiyu("case", "示例", "-p", "tsme").code == 1


def test_cases_are_filtered_and_turned_over(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    page = peiyu("cases", "--phase", "摸底", "--limit", "1")

    assert "--after" in page.out
    assert peiyu("cases", "--phase", "没有").code == 2
    assert peiyu("cases", "--held", "--json").json["lines"] == []


def test_letters_are_filtered_and_name_their_folder(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    peiyu("run", "deliver", "--plain")
    told = peiyu("letters", "--state", "已发", "--json").json

    assert told["folder"] == "var/letters"
    assert {letter["state"] for letter in told["letters"]} <= {"sent"}
    assert peiyu("letters", "--state", "没有").code == 2
    assert peiyu("letters", "--on", "2026-03-02", "--to", "zhang").code == 0


def test_what_is_due_can_be_listed_one_by_one_and_explained(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    together = peiyu("due", "--days", "400")
    apart = peiyu("due", "--days", "400", "--each", "--explain")

    assert "依据：" in apart.out
    assert len(apart.out.splitlines()) > len(together.out.splitlines())
    number = peiyu("due", "--days", "400", "--json").json["lines"][0]["id"]
    assert "截止" in peiyu("explain", "--deadline", str(number)).out
    assert peiyu("due", "-e", "没有这家").code == 1
    assert "没有到期的事项" in peiyu("due", "--overdue").out


def test_staff_come_change_and_leave(peiyu: Peiyu, home: Path) -> None:
    words = ("--name", "王示例", "--email", "wang@bureau.example")

    assert "已登记" in peiyu("staff", "add", "wang", *words, "--role", "head").out
    assert "已更新" in peiyu("staff", "add", "wang", *words, "--role", "分管领导").out
    assert peiyu("staff", "add", "wang", *words, "--role", "局长").code == 2
    assert peiyu("staff", "add", "王", *words, "--role", "股长").code == 1
    assert peiyu("staff", "list", "--json").json["staff"][0]["role"] == "leader"
    assert peiyu("staff", "remove", "wang", "--reason", "调离").code == 0
    assert peiyu("staff", "remove", "wang", "--reason", "调离").code == 1
    assert "已停用" in peiyu("staff", "list", "--all").out


def test_doctor_examines_even_what_can_not_be_opened(peiyu: Peiyu, outside: Path) -> None:
    answer = peiyu("doctor", "--json")

    assert answer.code == 1
    check, *_ = answer.json["checks"]
    assert (check["name"], check["level"]) == ("数据库", "bad")
    assert "peiyu init" in check["sentence"]


def test_letters_that_can_not_leave_are_a_problem(peiyu: Peiyu, home: Path, a_month: Fill) -> None:
    a_month()
    number = peiyu("due", "--days", "400", "--json").json["lines"][0]["id"]
    reasons = peiyu("explain", "--deadline", str(number), "--json").json["reasons"]
    days = [each["said"][:10] for each in reasons if each["about"] == "提醒"]
    # What was due before the month ran has been said already.
    day = next(each for each in days if each > "2026-03-02")
    assert "写进信函" in peiyu("run", "sweep", "--plain", "--on", day).out
    (home / "letters").write_text("no folder", encoding="utf-8")
    answer = peiyu("run", "deliver", "--plain", "--on", day)

    assert answer.code == 1
    assert "已停止" in answer.out


def test_a_moved_date_is_previewed_and_applied(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    due = peiyu("due", "--days", "400", "--json").json["lines"]
    rolled = [line for line in due if "提前至上一工作日" not in line["explanation"]]
    for day in sorted({line["due_on"] for line in rolled}):
        peiyu("calendar", "add", day, "--off", "--reason", "示例停工")

    looked = peiyu("calendar", "reproject")
    assert "将调整" in looked.out
    assert "peiyu calendar reproject --apply" in looked.out
    assert "已调整" in peiyu("calendar", "reproject", "--apply").out
    assert "没有截止日因此变动" in peiyu("calendar", "reproject").out


def test_what_was_recorded_by_mistake_is_taken_back_with_a_reason(
    peiyu: Peiyu, a_month: Fill
) -> None:
    a_month()
    words = ("record", "示例甲", "change", "--on", "2026-03-01", "-p", "hnte")
    assert peiyu(*words, "--evidence", "示例通知书").code == 0

    undone = peiyu(*words, "--undo", "登错了企业")
    assert undone.code == 0
    assert "已作废：示例甲科技有限公司" in undone.out
    again = peiyu(*words, "--undo", "登错了企业")
    assert again.code == 1
    assert "或早已作废" in again.err


def test_a_case_that_was_given_up_is_started_again(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    assert peiyu("decide", "1", "放弃", "--reason", "示例理由").code == 0
    again = peiyu("decide", "1", "重新开始", "--reason", "企业又想申报了")

    assert again.code == 0
    assert "已办理（重新开始）" in again.out
