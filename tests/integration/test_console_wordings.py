"""信函模板: a head words a letter anew; nothing broken is kept, no letter is the worse for it."""

import html
import re
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from casework.deliver import deliver
from casework.refusal import Refusal
from casework.reword import NewWording, keep, restore
from casework.services import Actor
from models.audit import broken_at
from models.enterprise import Role
from models.ledger import Alarm, AuditEntry
from models.letter import Letter
from models.wording import LetterWording
from notifications.memory import MemoryCarrier
from notifications.rendering import shipped_wording
from notifications.values import Wording
from tests.plugins.desk import Browser, Desk

CONTACT = "enterprise_daily"
PAGE = f"/letters/wordings/{CONTACT}"
HEAD = Actor(name="示例股长", source="console", role=Role.HEAD)
GREETED = "县科技局提醒您，"


def typed(browser: Browser, **changed: str) -> dict[str, object]:
    """Open the page and return its form, with some parts typed anew."""
    page = browser.get(PAGE).text
    parts = dict(re.findall(r'<textarea id="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    assert set(parts) == {"subject", "text", "html"}
    fields = {name: html.unescape(part) for name, part in parts.items()}
    return {**fields, "version": version[1], "reason": "示例理由", **changed}


def greeted() -> Wording:
    """Return the shipped wording with a greeting of our own."""
    shipped = shipped_wording(CONTACT)
    return replace(
        shipped,
        text=shipped.text.replace("您好：", f"您好：{GREETED}", 1),
        html=shipped.html.replace("您好：", f"您好：{GREETED}", 1),
    )


def sent(desk: Desk) -> MemoryCarrier:
    """Send one letter to an enterprise."""
    with desk.services.database.reading() as session:
        asked = select(col(Letter.id)).where(
            col(Letter.letter) == CONTACT, col(Letter.state) == "queued"
        )
        number = session.scalar(asked.order_by(col(Letter.id)).limit(1)) or 0
    carrier = MemoryCarrier()
    deliver(replace(desk.services, open_carrier=lambda: carrier), only=[number])
    assert len(carrier.messages) == 1
    return carrier


def test_a_head_tries_a_wording_on_before_anything_is_kept(desk: Desk) -> None:
    head, new = desk.signed_in("head"), greeted()
    assert "没有人改过" in head.get("/letters/wordings").text
    form = typed(head, text=new.text, html=new.html)
    real = re.search(r'<option value="(\d+)">', head.get(PAGE).text)
    assert real

    tried = head.post(f"{PAGE}/try", form).text
    assert "检查通过" in tried
    assert f"您好：{GREETED}" in tried
    on_real = head.post(f"{PAGE}/try", {**form, "on": real[1]}).text
    assert "检查通过" in on_real
    assert "示例甲" not in on_real.partition('id="look"')[2].partition("</pre>")[0]
    seen = head.post(f"{PAGE}/page", form)
    assert GREETED in seen.text
    assert "sandbox;" in seen.headers["content-security-policy"]
    assert "href=" not in seen.text
    with desk.services.database.reading() as session:
        assert session.query(LetterWording).count() == 0  # nothing was kept


def test_what_is_kept_counts_from_the_next_letter_on_and_every_version_comes_back(
    desk: Desk,
) -> None:
    head, new = desk.signed_in("head"), greeted()
    form = typed(head, text=new.text, html=new.html)
    assert "请写明修改的理由" in head.post(f"{PAGE}/keep", {**form, "reason": ""}).text
    assert "已保存为第 1 版" in head.post(f"{PAGE}/keep", form).text
    assert "已保存为第 1 版" in head.post(f"{PAGE}/keep", form).text  # a double click
    stale = head.post(f"{PAGE}/keep", {**form, "subject": f"{form['subject']}！"}).text
    assert "刚保存了第 1 版" in stale
    (message,) = sent(desk).messages
    assert GREETED in message.text
    assert GREETED in message.html
    assert "<ins>+ " in head.get(f"{PAGE}?old=0").text
    head.get(PAGE)
    back = {"restore": 0, "version": 1, "reason": "还是原来的好"}
    assert "已恢复随程序的模板，记为第 2 版" in head.post(f"{PAGE}/restore", back).text
    assert GREETED not in sent(desk).messages[0].text
    again = {"restore": 1, "version": 2, "reason": "再试一次"}
    assert "已恢复第 1 版，记为第 3 版" in head.post(f"{PAGE}/restore", again).text
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        acts = session.scalars(select(col(AuditEntry.act)).order_by(col(AuditEntry.id))).all()
    assert acts.count("wording.keep") == 3


def test_nothing_hostile_broken_or_silent_is_kept_and_what_was_typed_is_not_lost(
    desk: Desk,
) -> None:
    head = desk.signed_in("head")
    shipped = shipped_wording(CONTACT)
    for part, source, said in (
        ("text", "{{ office.__class__.__mro__ }}", "以下划线开头"),
        ("subject", "{% for x in range(10**9) %}{% endfor %}", "没有“range”这个名字"),
        ("subject", "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}", "内存太多"),
        ("html", shipped.html.replace("不再接收", "不要了"), "法定的说明"),
        ("text", "您好", "文字正文里缺"),
        ("text", "", "是空的"),
    ):
        answer = head.post(f"{PAGE}/keep", typed(head, **{part: source})).text
        assert "没有保存" in answer
        assert said in answer
        assert html.escape(source[:20], quote=False) in html.unescape(answer)
    assert "还不能用" in head.post(f"{PAGE}/try", typed(head, subject="{{ x }}")).text
    assert "还有错" in head.post(f"{PAGE}/page", typed(head, subject="{{ x }}")).text
    with desk.services.database.reading() as session:
        assert session.query(LetterWording).count() == 0


def test_should_a_kept_one_fail_after_all_the_shipped_one_is_sent_and_staff_are_told(
    desk: Desk,
) -> None:
    hidden = "{% if enterprise.startswith is defined or due_count > 0 %}{{ 1 / 0 }}{% endif %}"
    shipped = shipped_wording(CONTACT)
    with desk.services.database.writing() as session:
        row = LetterWording(
            letter=CONTACT,
            version=1,
            subject=shipped.subject,
            text=shipped.text + hidden,
            html=shipped.html,
            by="示例股长",
            at=desk.services.now(),
        )
        session.add(row)

    (message,) = sent(desk).messages
    assert "不再接收" in message.text
    with desk.services.database.reading() as session:
        (alarm,) = session.scalars(select(Alarm).where(col(Alarm.kind) == "wording")).all()
    assert "第 1 版写不成信，已改用随程序的模板发出：文字正文 第 " in alarm.sentence
    clerk = desk.signed_in("clerk")
    assert "写不成信" in clerk.get(PAGE).text
    assert "写信时出过错" in clerk.get("/letters/wordings").text


def test_only_a_head_of_everything_words_letters_anew(desk: Desk) -> None:
    new = NewWording(letter=CONTACT, wording=greeted(), expecting=0, reason="示例")
    partly = replace(desk.services, division="431271")
    clerk = Actor(name="示例经办", source="console", role=Role.CLERK)

    assert keep(desk.services, new, by=clerk) == Refusal(reason="只有股长可以改信函模板")
    refused = keep(partly, new, by=HEAD)
    assert isinstance(refused, Refusal)
    assert "只负责其中一部分区划" in refused.reason
    assert isinstance(restore(partly, new, 0, by=HEAD), Refusal)
    assert isinstance(restore(desk.services, new, 7, by=HEAD), Refusal)
    assert isinstance(keep(desk.services, replace(new, letter="robot_daily"), by=HEAD), Refusal)
    assert isinstance(keep(desk.services, replace(new, expecting=-1), by=HEAD), Refusal)
    browser = desk.signed_in("clerk")
    assert "只有股长可以改" in browser.get(PAGE).text
    for act in ("try", "page", "keep", "restore"):
        assert browser.post(f"{PAGE}/{act}", {"reason": "示例", "restore": 0}).status_code == 403
    assert browser.get("/letters/wordings/robot_daily").status_code == 404
    assert browser.get(f"{PAGE}?old=99999999999999999999").status_code == 200
