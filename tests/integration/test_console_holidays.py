"""录入国务院通知: pasted, shown as it was understood with what would move, kept when it is sure."""

from html import unescape

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.calendar_days import keep_notice, read_notice
from casework.refusal import Refusal
from casework.services import Actor
from config.calendar_files import own_folder
from models.enterprise import Role
from models.ledger import AuditEntry
from tests.plugins.desk import Desk

# Invented: the real one is published in November.
NOTICE = """示例：国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。"""


def test_a_notice_is_understood_shown_and_kept_and_dates_are_counted_by_it(desk: Desk) -> None:
    head = desk.signed_in("head")
    assert (
        "2027 年还没有放假安排" in head.get("/calendars").text
        or "推算" in head.get("/calendars").text
    )
    shown = head.post("/calendars/notice", {"year": "2027", "text": NOTICE}).text
    assert "还没有保存" in shown
    assert "2027-02-05（周五） 至 2027-02-11（周四）" in shown
    assert "2027-05-08（周六）" in shown
    assert not (own_folder(desk.home) / "2027.toml").exists()

    kept = head.post("/calendars/notice", {"year": "2027", "text": NOTICE, "sure": "yes"})
    assert kept.url.path == "/calendars/preview"
    assert "已录入 2027 年放假安排" in kept.text
    page = unescape(head.get("/calendars").text)
    year = page.split('id="y2027"')[1].split("</section>")[0]
    assert "已公布" in year
    assert "通知原文" in year
    assert "二、春节：2月5日（周五）至11日（周四）放假调休，共7天。" in year
    with desk.services.database.reading() as session:
        acts = session.scalars(select(col(AuditEntry.act)).where(col(AuditEntry.act).like("cal%")))
        assert acts.all() == ["calendar.load"]
    again = head.post("/calendars/notice", {"year": "2027", "text": NOTICE, "sure": "yes"})
    assert "已录入 2027 年放假安排" in again.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"year": "2027", "text": NOTICE.replace("2月14日（周日）上班", "2月14日（周一）上班")},
            "没有完全读懂",
        ),
        ({"year": "2028", "text": NOTICE}, "没有完全读懂"),
        ({"year": "2027", "text": "示例"}, "没有完全读懂"),
        ({"year": "x", "text": NOTICE}, "请写明年份"),
        ({"year": "2027", "text": " "}, "并粘贴通知全文"),
        ({"year": "2027", "text": "长" * 5_001}, "通知超过 5000 字"),
    ],
)
def test_what_is_not_understood_to_the_end_is_never_kept(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    head = desk.signed_in("head")
    head.get("/calendars")
    page = head.post("/calendars/notice", {**fields, "sure": "yes"}).text

    assert said in page
    assert not list(own_folder(desk.home).glob("*.toml"))
    if said == "没有完全读懂":
        assert fields["text"].splitlines()[0] in unescape(page)  # to be mended, not typed anew


def test_whoever_may_not_keep_a_notice_is_refused_by_the_page_and_by_itself(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    page = clerk.get("/calendars").text
    assert "录入国务院通知" not in page
    assert clerk.post("/calendars/notice", {"year": "2027", "text": NOTICE}).status_code == 403
    by = Actor(name="示例经办", source="console", role=Role.CLERK)
    read = read_notice(NOTICE, 2027)
    assert isinstance(keep_notice(desk.services, read, own_folder(desk.home), by=by), Refusal)
