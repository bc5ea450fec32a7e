"""规则: what the programmes ask, with their sources; the revisions in use, and how they differ."""

import re
import shutil
from pathlib import Path

from casework.refusal import Refusal
from casework.what_if import what_if
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


def moved(page: str) -> tuple[int, ...]:
    """Return how many enter and how many leave."""
    found = re.search(r"会进来 <b>(\d+)</b> 家，会出去 <b>(\d+)</b> 家", page)
    assert found
    return tuple(map(int, found.groups()))


def test_what_if_says_who_enters_and_who_leaves_and_writes_nothing(desk: Desk) -> None:
    clerk, other = desk.signed_in("clerk"), desk.signed_in("elsewhere")
    page = "/programmes/hnte/what-if"
    form = clerk.get(page).text
    before = (desk.home / "peiyu.db").read_bytes()
    easier = clerk.get(f"{page}?which=staff_rd.0&value=1%25").text
    harder = clerk.get(f"{page}?which=staff_rd.0&value=99.5%25").text
    nobody = other.get(f"{page}?which=staff_rd.0&value=1%25").text

    assert "近三年研发费用占同期销售收入比例：上年销售收入不超过 5000万元的，不低于 5%" in form
    assert (desk.home / "peiyu.db").read_bytes() == before
    assert "不低于 10% → <b>不低于 1%</b>" in easier
    entering, gone = moved(easier)
    assert (entering > 0, gone) == (True, 0)
    entering, gone = moved(harder)
    assert (entering, gone > 0) == (0, True)
    assert "科技人员占比" in easier
    assert "试算了 0 家" in nobody


def test_a_number_that_does_not_fit_is_refused_with_how_to_write_it(desk: Desk) -> None:
    hnte = desk.services.catalogue.programmes["hnte"]
    for which, value, says in (
        ("staff_rd.0", "10", "“10”不能用在这里：请写成 5%"),
        ("staff_rd.0", "0.1", "请写成 5%"),
        ("staff_rd.0", "", "“（空）”不能用在这里"),
        ("age.0", "一年", "请写成整数"),
        ("age.0", "5%", "请写成整数"),
        ("staff_rd.0", "9" * 40 + "%", "不能用在这里"),
        ("none.0", "5%", "请选一个条件"),
        ("staff_rd.7", "5%", "请选一个条件"),
        ("resident.0", "5%", "请选一个条件"),
    ):
        found = what_if(desk.services, hnte, which, value)
        assert isinstance(found, Refusal)
        assert says in found.reason
    page = desk.signed_in("clerk").get("/programmes/hnte/what-if?which=staff_rd.0&value=10")
    assert (page.status_code, "请写成 5%" in page.text) == (422, True)
