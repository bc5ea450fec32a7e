"""`peiyu workday`, `explain DATE` and `calendar`: with and without a data folder."""

from pathlib import Path

import pytest

from tests.plugins.terminal import Peiyu

NOTICE = """\
国务院办公厅关于2027年部分节假日安排的通知
经国务院批准，现将2027年放假调休日期的具体安排通知如下。
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。4月25日（周日）、5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
"""


@pytest.mark.parametrize(
    ("day", "number", "date", "provisional"),
    [
        pytest.param("2026-09-21", "1", "2026-09-21", False, id="the-day-itself"),
        pytest.param("2026-09-21", "10", "2026-10-10", False, id="over-two-holidays"),
        pytest.param("2026-09-26", "1", "2026-09-28", False, id="from-a-day-off"),
        pytest.param("2027-03-01", "2", "2027-03-02", True, id="no-list-yet"),
    ],
)
def test_workdays_have_a_fixed_form(
    peiyu: Peiyu, outside: Path, day: str, number: str, date: str, *, provisional: bool
) -> None:
    answer = peiyu("workday", day, number, "--json")

    assert answer.code == 0
    assert answer.json == {"date": date, "provisional": provisional}
    assert not (outside / "var").exists()


def test_workdays_name_what_was_skipped(peiyu: Peiyu) -> None:
    answer = peiyu("workday", "2026年9月21日", "10")

    assert "2026-10-10（周六）" in answer.out
    assert "2026-10-01 至 2026-10-07 为国庆节" in answer.out


def test_a_notice_that_was_read_is_one_table_for_programs(peiyu: Peiyu, home: Path) -> None:
    Path("通知.txt").write_text(NOTICE, encoding="utf-8")

    read = peiyu("calendar", "load", "2027", "通知.txt", "--json").json

    assert (read["year"]["year"], read["problems"]) == (2027, [])
    assert read["year"]["holiday"][0] == {
        "name": "元旦",
        "from": "2027-01-01",
        "to": "2027-01-03",
    }


def test_a_provisional_workday_says_so(peiyu: Peiyu) -> None:
    assert "暂估" in peiyu("workday", "2027-03-01", "2").out


def test_a_day_is_explained_without_any_data(peiyu: Peiyu) -> None:
    answer = peiyu("explain", "2026-10-03")

    assert answer.code == 0
    assert "不是工作日：国庆节" in answer.out
    assert "国办发明电〔2025〕7号" in answer.out


def test_a_declared_day_counts_at_once_and_is_explained(peiyu: Peiyu, home: Path) -> None:
    added = peiyu(
        "calendar", "add", "2026-03-03", "--off", "--reason", "示例停工", "--by", "李经办"
    )

    assert added.code == 0
    assert "2026-03-03（周二）放假" in added.out
    assert peiyu("workday", "2026-03-03", "1", "--json").json["date"] == "2026-03-04"
    assert "放假：示例停工（李经办）" in peiyu("explain", "2026-03-03").out
    assert "示例停工" in peiyu("calendar", "list").out

    peiyu("calendar", "remove", "2026-03-03", "--reason", "示例复工")
    assert peiyu("calendar", "list", "--json").json == {"days": []}
    assert "没有单独登记的日子" in peiyu("calendar", "list").out


def test_a_day_is_declared_off_or_worked_and_not_both(peiyu: Peiyu, home: Path) -> None:
    answer = peiyu("calendar", "add", "2026-03-03", "--off", "--work", "--reason", "示例")

    assert answer.code == 2
    assert peiyu("calendar", "remove", "2026-03-03", "--reason", "示例").code == 1


def test_a_notice_is_shown_and_only_kept_when_told_to(peiyu: Peiyu, home: Path) -> None:
    Path("通知.txt").write_text(NOTICE, encoding="gb18030")

    looked = peiyu("calendar", "load", "2027", "通知.txt")
    assert looked.code == 0
    assert "国庆节" in looked.out
    assert not (home / "config").exists()

    kept = peiyu("calendar", "load", "2027", "-", "--apply", typed=NOTICE)
    assert kept.code == 0
    assert (home / "config" / "calendars" / "2027.toml").exists()
    assert peiyu("workday", "2027-03-01", "2", "--json").json["provisional"] is False


def test_a_notice_with_doubts_is_not_kept(peiyu: Peiyu, home: Path) -> None:
    answer = peiyu(
        *("calendar", "load", "2027", "-", "--apply", "--json"),
        typed=NOTICE.replace("共7天", "共8天"),
    )

    assert answer.code == 1
    assert answer.json["applied"] is False
    assert answer.json["problems"]
    assert not (home / "config").exists()
    words = peiyu("calendar", "load", "2026", "-", typed=NOTICE)
    assert "这是 2027 年的通知" in words.out


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\x80"], ids=["missing", "no-text"])
def test_a_notice_that_can_not_be_read_is_refused(
    peiyu: Peiyu, home: Path, content: bytes | None
) -> None:
    if content is not None:
        Path("通知.txt").write_bytes(content)

    answer = peiyu("calendar", "load", "2027", "通知.txt")

    assert answer.code in (1, 2)
    assert "通知.txt" in answer.err
