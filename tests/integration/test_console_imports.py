"""导入 in the browser: sent, looked at, imported once as it was seen, taken back."""

import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path

import httpx
import openpyxl
from sqlalchemy import func, select
from sqlmodel import col

from casework.import_roster import apply
from casework.services import Actor
from casework.uploads import forgotten
from console.app import make_app
from console.serving import served
from exchange.roster import read_roster, roster_of
from models.enterprise import Enterprise
from models.imports import ImportBatch, Upload
from models.ledger import AuditEntry
from tests.plugins.desk import NOW, Browser, Desk
from tests.plugins.rosters import HEADER, code, firm, text, xlsx

_SEAL, _SEEN = (re.compile(f'name="{name}" value="([^"]+)"') for name in ("seal", "seen"))
NEW = ["431281", "示例乙", "yi@shili.example"]
COLUMNS = (*HEADER, "行政区划代码", "联系人", "联系邮箱")


def send(browser: Browser, name: str, content: bytes) -> httpx.Response:
    """Send a file from the page that has the form for it."""
    seal = _SEAL.search(browser.get("/imports").text)
    assert seal
    return browser.client.post(
        "/imports",
        data={"seal": seal[1]},
        files={"file": (name, content)},
        headers={"origin": str(browser.client.base_url).rstrip("/")},
    )


def agree(browser: Browser, page: httpx.Response) -> httpx.Response:
    """Say yes to what a page shows."""
    seen, act = _SEEN.search(page.text), re.search(r'action="(/imports/[^"]+)"', page.text)
    assert seen
    assert act
    browser.get(page.url.path)
    return browser.post(act[1], {"seen": seen[1]})


def roster(folder: Path, *rows: list[str]) -> bytes:
    return xlsx(folder / "名册.xlsx", {"名册": [COLUMNS, *rows]}).read_bytes()


def known(desk: Desk) -> list[str]:
    """Return the names of all enterprises, by their codes."""
    with desk.services.database.reading() as session:
        return list(session.scalars(select(col(Enterprise.name)).order_by(col(Enterprise.uscc))))


def first_known(desk: Desk) -> Enterprise:
    with desk.services.database.reading() as session:
        found = session.scalars(select(Enterprise).order_by(col(Enterprise.id))).first()
    assert found
    return found


def batches(desk: Desk) -> int:
    with desk.services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(ImportBatch)) or 0


def test_a_roster_is_looked_at_and_imported_once(desk: Desk, tmp_path: Path) -> None:
    clerk, before, had = desk.signed_in("clerk"), known(desk), batches(desk)
    one = first_known(desk)
    renamed = [one.uscc, "湖南示例改名有限公司", "４３１２８１", "", ""]
    shown = send(clerk, r"C:\桌面\名册.xlsx", roster(tmp_path, [*firm(99901), *NEW], renamed))

    assert "核对 名册.xlsx" in shown.text
    assert "还没有导入，数据没有改动" in shown.text
    assert "湖南示例改名有限公司" in shown.text
    assert one.name in shown.text
    assert "新登记的企业（1）" in shown.text
    assert known(desk) == before
    assert "核对了还没有导入的" in clerk.get("/imports").text
    done = agree(clerk, shown)
    assert "已导入：新增 1 行，变更 1 行，不变 0 行" in done.text
    assert "新企业" in done.text
    assert len(known(desk)) == len(before) + 1
    assert "这份文件已经导入，没有再导入一次" in agree(clerk, shown).text
    assert batches(desk) == had + 1
    page = clerk.get("/imports").text
    assert "核对了还没有导入的" not in page
    assert "示例经办" in page


def test_an_import_is_taken_back_once_after_it_was_shown(desk: Desk, tmp_path: Path) -> None:
    clerk, before = desk.signed_in("clerk"), known(desk)
    renamed = [first_known(desk).uscc, "湖南示例改名有限公司", *NEW[:1], "", ""]
    rows = [*firm(99901), *NEW], renamed
    done = agree(clerk, send(clerk, "名册.xlsx", roster(tmp_path, *rows)))

    foreseen = clerk.get(f"{done.url.path}/undo")
    assert "撤回 3 项" in foreseen.text  # a firm, its contact, a name
    assert "（不再登记）" in foreseen.text
    gone = agree(clerk, foreseen)
    assert "已撤回 3 项" in gone.text
    assert "已撤销" in gone.text
    assert known(desk) == before
    assert "已由 示例经办 于" in clerk.get(f"{done.url.path}/undo").text
    assert "确认导入" in send(clerk, "名册.xlsx", roster(tmp_path, *rows)).text
    with desk.services.database.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert last
    assert (last.act, last.by, last.source) == ("import_undo", "示例经办", "console")


def test_what_is_wrong_is_said_with_its_place_and_comes_back_as_remarks(
    desk: Desk, tmp_path: Path
) -> None:
    clerk, before = desk.signed_in("clerk"), batches(desk)
    wrong = [code(99902)[:-1] + "?", "洪江市示例有限公司", *NEW[:2], "没有邮箱"]
    shown = send(
        clerk, "名册.csv", text(tmp_path / "a.csv", [COLUMNS, wrong], encoding="gbk").read_bytes()
    )

    assert "整份都不能导入" in shown.text
    assert "第 2 行" in shown.text
    assert "确认导入" not in shown.text
    given = clerk.get(f"{shown.url.path}/remarks")
    assert "attachment" in given.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(given.content))
    assert "问题清单" in book.sheetnames
    assert book["CSV"]["A2"].comment
    clerk.get(str(shown.url.path))
    forced = clerk.post(f"{shown.url.path}/apply", {"seen": "x"})
    assert "什么都没有导入" in forced.text
    assert batches(desk) == before
    assert "可以导入的是 .xlsx、.xls 和 .csv" in send(clerk, "a.xlsx", b"%PDF-1.7").text
    assert "请先选一个有内容的文件" in send(clerk, "a.xlsx", b"").text


def test_the_empty_roster_is_one_that_changes_nothing(desk: Desk) -> None:
    given = desk.signed_in("operator").get("/imports/template")

    assert roster_of("模板.xlsx", given.content).errors == ()


def test_when_the_data_changed_meanwhile_it_is_shown_anew(desk: Desk, tmp_path: Path) -> None:
    clerk, had = desk.signed_in("clerk"), batches(desk)
    shown = send(clerk, "名册.xlsx", roster(tmp_path, [*firm(99903), *NEW]))
    first = xlsx(
        tmp_path / "先.xlsx", {"名册": [COLUMNS, [*firm(99903), *NEW[:2], "jia@shili.example"]]}
    )
    apply(desk.services, read_roster(first), by=Actor(name="示例同事"))

    again = agree(clerk, shown)
    assert "您核对以后数据有变化，没有办" in again.text
    assert "jia@shili.example" in again.text
    assert batches(desk) == had + 1
    assert "已导入：新增 0 行，变更 1 行" in agree(clerk, again).text


def test_another_division_imports_sees_and_takes_back_nothing_of_ours(
    desk: Desk, tmp_path: Path
) -> None:
    clerk, other, head = (desk.signed_in(login) for login in ("clerk", "elsewhere", "head"))
    mine = send(clerk, "名册.xlsx", roster(tmp_path, [*firm(99904), *NEW]))
    number = agree(clerk, mine).url.path

    assert other.get(mine.url.path).status_code == 404
    assert head.get(mine.url.path).status_code == 404  # until it is imported it is its sender's
    assert head.get(number).status_code == 200
    for path in (number, f"{number}/undo"):
        assert other.get(path).status_code == 404
    assert "还没有导入过文件" in other.get("/imports").text
    assert other.post(f"{number}/undo", {"seen": "x"}).status_code == 404
    tried = send(
        other, "名册.xlsx", roster(tmp_path, [*firm(99904), "", "示例丙", "bing@shili.example"])
    )
    assert "这家企业不在您负责的行政区划，请删去这一行" in tried.text
    assert "yi@shili.example" not in tried.text
    away = send(other, "b.xlsx", roster(tmp_path, [*firm(99905), *NEW]))
    assert "不在您负责的范围（431271）" in away.text
    assert "确认导入" not in away.text


def test_whoever_keeps_the_program_looks_and_imports_nothing(desk: Desk, tmp_path: Path) -> None:
    operator = desk.signed_in("operator")

    assert "上传并核对" not in operator.get("/imports").text
    assert operator.get("/imports/1/undo").status_code == 403
    operator.get("/me")
    assert operator.post("/imports/1/undo", {"seen": "x"}).status_code == 403


def test_a_file_is_found_by_every_process_and_forgotten_after_three_days(
    desk: Desk, tmp_path: Path
) -> None:
    clerk = desk.signed_in("clerk")
    path = send(clerk, "名册.xlsx", roster(tmp_path, [*firm(99906), *NEW])).url.path
    with served(make_app(desk.home, now=lambda: NOW), "127.0.0.1", 0) as port:
        there = httpx.get(f"http://127.0.0.1:{port}{path}", cookies=dict(clerk.client.cookies))
    assert "核对 名册.xlsx" in there.text

    later = replace(desk.services, now=lambda: NOW + dt.timedelta(days=3))
    with later.database.reading() as session:
        assert session.scalars(select(Upload).where(*forgotten(later))).one()
        assert not session.scalars(select(Upload).where(*forgotten(desk.services))).all()
