"""规则: what the programmes ask, with their sources; the revisions in use, and how they differ."""

import shutil
from pathlib import Path

from config.catalogue import CONFIG_ROOM
from tests.plugins.desk import Desk


def own_programme(home: Path, *changes: tuple[str, str]) -> None:
    """Give the office a programme file of its own: the shipped one, with changes."""
    folder = home / "config" / "programmes"
    folder.mkdir(parents=True)
    shutil.copy(CONFIG_ROOM / "programmes" / "hnte.toml", folder)
    text = (folder / "hnte.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "hnte.toml").write_text(text, encoding="utf-8")


def test_the_list_says_what_is_in_force_and_what_is_not_sure(desk: Desk) -> None:
    page = desk.signed_in("clerk").get("/programmes").text

    assert "高新技术企业认定" in page
    assert "7 项待核实" in page
    assert "预计" in page
    assert "在办" in page


def test_a_programme_is_shown_whole_and_drawn(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    page = clerk.get("/programmes/hnte").text
    dates_only = clerk.get("/programmes/rd_filings").text

    assert '<svg class="way-map" role="img"' in page
    for words in (
        "上年销售收入不超过 5000万元的，不低于 5%",
        "自 2016-01-01 起",
        "国科发火〔2016〕32号 第十二条",
        "每年 12 月 31 日，遇休息日不变",
        "截止前 30 天，告知：企业联系人",
        "由人审核",
        "没有当年通知",
    ):
        assert words in page, words
    assert "<svg" not in dates_only
    assert clerk.get("/programmes/none").status_code == 404


def test_revisions_in_use_are_listed_and_their_differences_told_in_words(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    old = clerk.get("/programmes/hnte").text
    own_programme(
        desk.home,
        ('title = "科技人员占职工总数比例"', 'title = "科技人员比例"'),
        ('value = "10%"', 'value = "8%"'),
        ("days = -15", "days = -20"),
    )
    page, changes = clerk.get("/programmes/hnte").text, clerk.get("/programmes/hnte/changes").text

    assert "看改了什么" not in old
    assert "看改了什么" in page
    assert "条件：科技人员比例" in changes
    assert "不低于 10%，自 2016-01-01 起" in changes
    assert "不低于 8%，自 2016-01-01 起" in changes
    assert "申报截止日前 20 天，遇休息日提前" in changes
    assert "{" not in changes.partition("<tbody>")[2].partition("</tbody>")[0]
    assert clerk.get("/programmes/hnte/changes?from=x").status_code == 404
