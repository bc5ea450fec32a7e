"""信函 in the console: a letter as its recipient reads it, and what people decide of letters."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from casework.compose import Composed, compose
from casework.deliver import deliver
from casework.letter_acts import Chosen, Done, LetterAct, carry_out, effect
from casework.letter_undo import undo
from casework.letters_page import LetterFilter, outbox
from casework.refusal import Refusal
from casework.services import Actor
from models.addresses import disown
from models.audit import broken_at
from models.enterprise import Alias, BadAddress, Enterprise, Person, Role
from models.ledger import AuditEntry
from models.letter import Letter, LetterState
from notifications.memory import MemoryCarrier
from tests.plugins.desk import NOW, Browser, Desk

CLERK = Actor(name="示例经办", source="console", role=Role.CLERK)
STAMP = re.compile(r'name="stamp" value="([^"]+)"')
LINKED = "https://peiyu.bureau.example"


def letters(desk: Desk, *states: str) -> list[Letter]:
    """Return the letters of these states, in order."""
    with desk.services.database.reading() as session:
        asked = select(Letter).where(col(Letter.state).in_(states)).order_by(col(Letter.id))
        return list(session.scalars(asked))


def to_a_firm(desk: Desk) -> Letter:
    """Return a letter to an enterprise that waits."""
    return next(each for each in letters(desk, "queued") if each.letter == "enterprise_daily")


def decided(browser: Browser, fields: dict[str, object]) -> str:
    """Look at what a decision does, be sure, and return the page that follows."""
    shown = browser.post("/letters/act", {"reason": "示例理由", **fields}).text
    stamp = STAMP.search(shown)
    assert stamp, shown
    sure = {**fields, "reason": "示例理由", "stamp": stamp[1], "sure": "yes"}
    return browser.post("/letters/act", sure).text


def test_a_letter_is_shown_as_its_recipient_reads_it_and_answers_nothing(desk: Desk) -> None:
    toml = desk.home / "peiyu.toml"
    told = toml.read_text("utf-8").replace("[console]", f'[console]\npublic_url = "{LINKED}"\n#', 1)
    toml.write_text(told, "utf-8")
    linked = replace(desk.services, public_url=LINKED)
    letter = to_a_firm(desk)
    sent = compose(linked, letter.id or 0)
    assert isinstance(sent, Composed)
    tokens = re.findall(r"/a/([\w-]{48})", sent.message.html)
    assert tokens
    clerk = desk.signed_in("clerk")

    page = clerk.get(f"/letters/{letter.id}")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert sent.message.subject in page.text
    assert "还没有试过" in page.text
    assert "/enterprises/91" in page.text
    itself = clerk.get(f"/letters/{letter.id}/page")
    policy = itself.headers["content-security-policy"]
    assert "sandbox;" in policy
    assert "default-src 'none'" in policy
    assert "href=" not in itself.text
    assert "答复：已知悉" in itself.text
    for token in tokens:
        assert token not in page.text + itself.text
    shown = re.sub(r"only-in-the-letter-\d+", "", re.sub(r' href="[^"]*"', "", itself.text))
    assert shown == re.sub(r' href="[^"]*"', "", sent.message.html)
    assert "frame-src" not in clerk.get("/letters").headers["content-security-policy"]


def test_the_list_goes_on_where_the_page_before_ended(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    seen: list[str] = []
    path = "/letters"
    while path:
        page = clerk.get(path).text
        seen += re.findall(r'href="/letters/(\d+)"', page)
        following = re.search(r'href="(/letters\?[^"]*after=[^"]+)">下一页', page)
        path = following[1].replace("&amp;", "&") if following else ""

    known = {str(each.id) for each in letters(desk, "queued", "held", "sent", "suppressed")}
    assert len(seen) == len(set(seen)) == len(known)
    assert clerk.get("/letters?after=2026-13-01.x").status_code == 200
    assert clerk.get("/letters?after=2026-01-01.99999999999999999999&person=x").status_code == 200


def test_one_is_held_released_and_stopped_each_after_it_was_seen_what_it_does(desk: Desk) -> None:
    clerk, letter = desk.signed_in("clerk"), to_a_firm(desk)
    clerk.get(f"/letters/{letter.id}")
    one = {"letter": letter.id, "back": f"/letters/{letter.id}"}

    assert "请写明理由" in clerk.post("/letters/act", {**one, "act": "hold", "reason": ""}).text
    assert "请先选中" in clerk.post("/letters/act", {"act": "hold", "reason": "示例"}).text
    assert (
        "没有可以“记为已送达”的信"
        in clerk.post("/letters/act", {**one, "act": "arrived", "reason": "示例"}).text
    )
    done = decided(clerk, {**one, "act": "hold"})
    assert "暂停：办成 1 封" in done
    (held,) = letters(desk, "held")
    assert (held.id, held.reason) == (letter.id, "经示例经办暂停：示例理由")
    assert "撤销这一次" in done
    decided(clerk, {**one, "act": "release"})
    assert not letters(desk, "held")
    decided(clerk, {**one, "act": "suppress"})
    assert letter.id in {each.id for each in letters(desk, "suppressed")}
    page = clerk.get(f"/letters/{letter.id}").text
    assert [page.count(f">{title}</a> → ") for title in ("暂停", "再发", "不再发")] == [1, 1, 1]
    with desk.services.database.reading() as session:
        assert broken_at(session) is None
        acts = session.scalars(select(col(AuditEntry.act)).order_by(col(AuditEntry.id))).all()
    assert acts[-3:] == ["letter.hold", "letter.release", "letter.suppress"]


def test_everything_queued_is_held_at_once_and_goes_back(desk: Desk) -> None:
    head = desk.signed_in("head")
    before = [(each.id, each.state, each.reason) for each in letters(desk, "queued")]
    head.get("/letters")
    every = {"act": "all.hold", "filter": "", "reason": "全部先停"}
    shown = head.post("/letters/act", every).text
    assert f"暂停 {len(before)} 封，会怎样" in shown
    stamp = STAMP.search(shown)
    assert stamp
    sure = {**every, "stamp": stamp[1], "sure": "yes"}
    done = head.post("/letters/act", sure)
    again = head.post("/letters/act", sure)  # a double click
    assert done.url == again.url
    assert not letters(desk, "queued")
    assert "撤销了" in head.post(f"{done.url.path}/undo", {}).text
    assert "已经撤销过了" in head.post(f"{done.url.path}/undo", {}).text
    assert [(each.id, each.state, each.reason) for each in letters(desk, "queued")] == before
    stale = head.post("/letters/act", sure)
    assert stale.url == done.url  # said once, done once


def test_what_changed_since_it_was_shown_is_not_done(desk: Desk) -> None:
    letter = to_a_firm(desk)
    chosen = Chosen(act=LetterAct.HOLD, numbers=(letter.id or 0,))
    seen = effect(desk.services, chosen)
    with desk.services.database.writing() as session:
        session.execute(update(Letter).where(col(Letter.id) == letter.id).values(lease=7))

    late = carry_out(desk.services, chosen, reason="示例", by=CLERK, stamp=seen.stamp)
    assert late == Refusal(reason="这些信在您查看之后有变化，没有办理，请再看一遍")
    assert len(letters(desk, "held")) == 0


def test_what_has_left_can_not_be_undone(desk: Desk) -> None:
    letter = to_a_firm(desk)
    number = letter.id or 0
    held = carry_out(
        desk.services, Chosen(act=LetterAct.HOLD, numbers=(number,)), reason="示例", by=CLERK
    )
    released = carry_out(
        desk.services, Chosen(act=LetterAct.RELEASE, numbers=(number,)), reason="示例", by=CLERK
    )
    assert isinstance(held, Done)
    assert isinstance(released, Done)
    carrier = MemoryCarrier()
    sending = replace(desk.services, open_carrier=lambda: carrier)
    assert deliver(sending, only=[number]).sent == 1

    late = Refusal(reason="这些信已经发出或另有变化，撤不回来")
    assert undo(desk.services, released.batch, by=CLERK) == late
    assert undo(desk.services, held.batch, by=CLERK) == late
    page = desk.signed_in("clerk").get(f"/letters/{number}").text
    assert "交给邮件服务器 → 已发" in page
    assert "全文不留底" in page


def test_one_that_failed_is_sent_again_and_its_mailbox_allowed_first(desk: Desk) -> None:
    letter, clerk = to_a_firm(desk), desk.signed_in("clerk")
    with desk.services.database.writing() as session:
        session.execute(
            update(Letter)
            .where(col(Letter.id) == letter.id)
            .values(state="failed", reason="信没有写成，模板 x 第 1 行")
        )
    page = clerk.get(f"/letters/{letter.id}").text
    email = re.search(r"<dt>邮箱</dt><dd>(\S+@\S+?)</dd>", page)
    assert email
    with desk.services.database.writing() as session:
        disown(session, email[1], NOW, status="5.1.1", said="no such user")
    assert "被退过信" in clerk.get(f"/letters/{letter.id}").text
    one = {"letter": letter.id, "act": "release", "reason": "示例"}
    assert "不先恢复邮箱就发不出" in clerk.post("/letters/act", one).text
    every = effect(desk.services, Chosen(act=LetterAct.RELEASE))
    assert every.letters == ()  # what failed is sent again when it was asked for
    failed = Chosen(act=LetterAct.RELEASE, wanted=LetterFilter(state=LetterState.FAILED))
    assert effect(desk.services, failed).letters == (letter.id,)
    trusted = clerk.post(f"/letters/{letter.id}/trust", {"reason": "对方已修好"}).text
    assert "已恢复邮箱" in trusted
    decided(clerk, one)
    assert letter.id in {each.id for each in letters(desk, "queued")}
    with desk.services.database.reading() as session:
        assert session.query(BadAddress).count() == 0


@pytest.mark.parametrize("login", ["elsewhere", "operator"])
def test_who_may_not_see_or_decide_finds_nothing_and_changes_nothing(
    desk: Desk, login: str
) -> None:
    letter, other = to_a_firm(desk), desk.signed_in(login)
    number = letter.id or 0
    looks = [other.get(f"/letters/{number}{more}").status_code for more in ("", "/page")]
    assert looks == ([404, 404] if login == "elsewhere" else [200, 200])
    other.get("/letters")
    tried = {"letter": number, "act": "hold", "reason": "示例"}
    answer = other.post("/letters/act", {**tried, "stamp": "x", "sure": "yes"})
    every = other.post("/letters/act", {"act": "all.hold", "reason": "示例"})
    trust = other.post(f"/letters/{number}/trust", {"reason": "示例"})
    if login == "operator":
        assert {answer.status_code, every.status_code, trust.status_code} == {403}
    else:
        assert trust.status_code == 404
        assert "没有可以“暂停”的信" in every.text
    assert not letters(desk, "held")


def test_casework_refuses_by_itself_what_no_page_offers(desk: Desk) -> None:
    elsewhere = replace(desk.services, division="431271")
    number = to_a_firm(desk).id or 0
    one = Chosen(act=LetterAct.HOLD, numbers=(number,))
    operator = Actor(name="示例运维", source="console", role=Role.OPERATOR)

    assert isinstance(carry_out(elsewhere, one, reason="示例", by=CLERK), Refusal)
    assert isinstance(carry_out(desk.services, one, reason="示例", by=operator), Refusal)
    assert isinstance(carry_out(desk.services, one, reason=" ", by=CLERK), Refusal)
    done = carry_out(desk.services, one, reason="示例", by=CLERK)
    assert isinstance(done, Done)
    assert isinstance(undo(elsewhere, done.batch, by=CLERK), Refusal)
    assert isinstance(undo(desk.services, done.batch, by=operator), Refusal)
    every = Chosen(
        act=LetterAct.HOLD, wanted=LetterFilter(person=letters(desk, "held")[0].person_id)
    )
    assert effect(elsewhere, every).letters == ()


def test_what_nobody_could_be_told_is_listed_for_whoever_sees_everybody(desk: Desk) -> None:
    clerk = desk.signed_in("clerk")
    before = clerk.get("/letters").text
    assert "没有告知的" not in before  # somebody of another division is written to, too
    with desk.services.database.writing() as session:
        session.execute(
            update(Person).where(col(Person.division_code) == "431271").values(division_code="")
        )
    assert "没有告知的" not in clerk.get("/letters").text
    with desk.services.database.writing() as session:
        session.execute(
            update(Person).where(col(Person.division_code) == "").values(division_code="431281")
        )
    page = clerk.get("/letters").text
    told = outbox(desk.services, LetterFilter()).unsaid
    assert told
    assert f'没有告知的 <span class="soft">{sum(each.items for each in told)} 件' in page
    assert all(each.reason in page for each in told)
    listed = [re.findall(r'href="/letters/(\d+)"', each) for each in (before, page)]
    assert listed[0] == listed[1]
    assert "没有告知的" not in clerk.get("/letters?state=queued").text


def test_letters_are_found_by_any_name_of_an_enterprise_and_by_its_code(desk: Desk) -> None:
    letter = to_a_firm(desk)
    with desk.services.database.writing() as session:
        firm = session.get_one(Person, letter.person_id).enterprise_id or 0
        session.add(Alias(enterprise_id=firm, name="示例旧称竹木厂"))
        uscc = session.get_one(Enterprise, firm).uscc
    clerk = desk.signed_in("clerk")

    for words in ("旧称竹木", uscc, uscc[:12]):
        found = re.findall(r'href="/letters/(\d+)"', clerk.get(f"/letters?q={words}").text)
        assert str(letter.id) in found, words
    assert not re.findall(r'href="/letters/\d+"', clerk.get("/letters?q=没有的名字").text)
