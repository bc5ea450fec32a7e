"""`peiyu clock`, and the previews of dates that move, at the terminal."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from config.catalogue import CONFIG_ROOM
from tests.plugins.terminal import Peiyu

Fill = Callable[[], None]
WHY = ("--reason", "示例理由", "--by", "李经办")
DOCUMENT = ("--document", "示例〔2026〕1号")


def number(peiyu: Peiyu, *, kind: str) -> str:
    lines = peiyu("due", "--days", "400", "--json").json["lines"]
    return str(next(line["id"] for line in lines if line["kind"] == kind))


def test_a_date_is_suspended_resumed_and_explained(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    law = number(peiyu, kind="statutory")

    refused = peiyu("clock", "suspend", law, *WHY)
    assert refused.code == 1
    assert "请写明文号" in refused.err
    done = peiyu("clock", "suspend", law, *WHY, *DOCUMENT)
    assert done.code == 0
    assert "2026-03-02 起中止，期间不提醒" in done.out
    assert "已中止" in peiyu("due", "--days", "400").out
    assert "已中止 1 件" in peiyu("status").out
    resumed = peiyu("clock", "resume", law, *WHY, "--json").json
    assert (resumed["act"], resumed["new_on"]) == ("resume", resumed["old_on"])
    assert "中止，不计 0 天（李经办：示例理由，示例〔2026〕1号）" in resumed["explanation"]
    told = peiyu("explain", "--deadline", law).out
    assert "恢复计时" in told


def test_a_date_is_extended_once_and_that_is_taken_back(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    planned = number(peiyu, kind="planned")

    done = peiyu("clock", "extend", planned, "--days", "5", *WHY)
    assert done.code == 0
    assert "→" in done.out
    again = peiyu("clock", "extend", planned, "--days", "5", *WHY, "--json")
    assert again.code == 1
    assert "只能延期一次" in again.json["error"]
    undone = peiyu("clock", "undo", planned, *WHY)
    assert "已办理（撤销“延期”）" in undone.out


@pytest.mark.parametrize(
    ("word", "title", "state"),
    [("waive", "免办", "waived"), ("cannot-file", "无法申报", "cannot_file")],
)
def test_a_date_is_given_up_and_owed_once_more(
    peiyu: Peiyu, a_month: Fill, word: str, title: str, state: str
) -> None:
    a_month()
    planned = number(peiyu, kind="planned")

    done = peiyu("clock", word, planned, *WHY)
    assert f"已办理（{title}）" in done.out
    assert title in peiyu("explain", "--deadline", planned).out
    again = peiyu("clock", word, planned, *WHY)
    assert "要改请先撤销" in again.err
    assert peiyu("clock", "undo", planned, *WHY, "--json").json["state"] == "open"
    assert (f"{title} 1 件" in peiyu("status").out) is False
    assert peiyu("clock", word, planned, *WHY, "--json").json["state"] == state


def test_what_can_not_be_found_or_is_still_to_come_is_said(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()

    assert "没有编号为 9999 的截止事项" in peiyu("clock", "waive", "9999", *WHY).err
    assert "还没有到" in peiyu("clock", "waive", "1", *WHY, "--on", "2026-03-03").err


def test_a_day_off_is_previewed_and_not_kept(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    due = peiyu("due", "--days", "400", "--json").json["lines"]
    days = sorted({line["due_on"] for line in due})
    off = ("--off", "--reason", "示例停工")

    def moving(day: str) -> list[dict[str, str]]:
        moved: list[dict[str, str]]
        moved = peiyu("calendar", "add", day, *off, "--preview", "--json").json["moved"]
        return moved

    rolled = next(day for day in days if moving(day))
    day = ("calendar", "add", rolled, *off)

    looked = peiyu(*day, "--preview")
    assert f"预览，没有登记：{rolled}" in looked.out
    assert "将调整" in looked.out
    assert "接下来" not in looked.out
    assert moving(rolled)[0]["old_on"] == rolled
    assert peiyu("calendar", "list", "--json").json == {"days": []}
    peiyu(*day)
    taken_back = ("calendar", "remove", rolled, "--reason", "示例复工", "--preview")
    assert "没有截止日因此变动" in peiyu(*taken_back).out
    assert peiyu("calendar", "reproject", "--tell").code == 2
    assert "已调整" in peiyu("calendar", "reproject", "--apply", "--tell").out


def test_a_changed_rule_says_which_dates_it_would_move(
    peiyu: Peiyu, a_month: Fill, home: Path
) -> None:
    a_month()
    assert "没有截止日因此变动" in peiyu("check", "--moves").out
    new = home / "config" / "programmes" / "rd_filings.toml"
    new.parent.mkdir(parents=True)
    shutil.copy(CONFIG_ROOM / "programmes" / "rd_filings.toml", new)
    text = new.read_text(encoding="utf-8")
    new.write_text(text.replace('month_day = "03-10"', 'month_day = "03-20"'), encoding="utf-8")

    looked = peiyu("check", "--moves")
    assert looked.code == 0
    assert "2026-03-20" in looked.out
    (moved, *_) = peiyu("check", "--moves", "--json").json["moving"]
    assert (moved["old_on"], moved["new_on"]) == ("2026-03-10", "2026-03-20")
    assert peiyu("check", "--moves", "--home", "没有").code == 2
