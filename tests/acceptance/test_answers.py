"""Answers (答复): a signed link in the letter; GET shows, POST acts once; done needs evidence."""

import datetime as dt
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from casework import links
from console.serving import serving
from models.answer import Answer
from models.deadline import Deadline
from models.enterprise import Person
from runtime import clock
from runtime.build import opened, read_settings
from tests.plugins.dump import differences, dump
from tests.plugins.pages import read, send
from tests.plugins.terminal import Peiyu

ADDRESS = "https://peiyu.bureau.example/office"
LINK = re.compile(rf"{re.escape(ADDRESS)}(/a/[A-Za-z0-9_-]+)")
DAY = dt.date(2026, 3, 9)  # a reminder of three dates, one of them of the next day
STATISTICS = "研发统计年报（107-1、107-2表）"


@dataclass(frozen=True, kw_only=True)
class Office:
    """A bureau whose pages are served, and whose letters lie in a folder."""

    home: Path
    here: str
    peiyu: Peiyu
    go_to: Callable[[dt.date], None]

    def day(self, day: dt.date) -> None:
        """Sweep and send on a day."""
        self.go_to(day)
        assert self.peiyu("run", "sweep", "--plain").code == 0
        assert self.peiyu("run", "deliver", "--plain").code == 0

    def letter(self, to: str, words: str = "") -> str:
        """Return the newest text to somebody; it has these words."""
        found = []
        for path in (self.home / "letters").glob("*.eml"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            text = f"{message['subject']}\n{body.get_content() if body else ''}"
            if to in str(message["to"]) and words in text:
                found.append((path.stat().st_mtime_ns, text))
        return max(found)[1]

    def link(self, title: str = STATISTICS) -> str:
        """Return the page at which the contact answers to a matter."""
        text = self.letter("zhang@firm.example", "答复（")
        matter = text.partition(f". {title}")[2]
        found = LINK.search(matter)
        assert found, text
        return f"{self.here}{found[1]}"

    def token(self, matter: str) -> str:
        """Return a token with our own seal, for a matter that does not have this number."""
        with opened(read_settings(self.home)) as services, services.database.reading() as session:
            person = session.scalars(select(Person).where(col(Person.role) == "contact")).one()
            deadline = session.scalars(
                select(Deadline).where(
                    col(Deadline.title) == STATISTICS,
                    col(Deadline.enterprise_id) == person.enterprise_id,
                )
            ).one()
            secret = links.find_secret(session) or b""
            return links.token(secret, (deadline, person), matter=matter, on=DAY)

    def rows(self) -> list[Answer]:
        with opened(read_settings(self.home)) as services, services.database.reading() as session:
            return list(session.scalars(select(Answer).order_by(col(Answer.id))))

    def state(self) -> str:
        """Return how the matter stands."""
        with opened(read_settings(self.home)) as services, services.database.reading() as session:
            row = self.rows()[0]
            return session.get_one(Deadline, row.deadline_id).state


@pytest.fixture
def office(
    home: Path, a_month: Callable[[], None], peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    a_month()
    with (home / "peiyu.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[console]\npublic_url = "{ADDRESS}/"\n')

    def go_to(day: dt.date) -> None:
        now = dt.datetime.combine(day, dt.time(1), tzinfo=dt.UTC)
        monkeypatch.setattr(clock, "now", lambda: now)

    go_to(dt.date(2026, 3, 2))
    assert peiyu("run", "sweep", "--plain").code == 0
    with serving(home, "127.0.0.1", 0) as port:
        made = Office(home=home, here=f"http://127.0.0.1:{port}", peiyu=peiyu, go_to=go_to)
        made.day(DAY)
        yield made


def test_each_matter_in_the_enterprises_letter_has_a_link_of_its_own_and_staff_get_none(
    office: Office,
) -> None:
    text = office.letter("zhang@firm.example", "答复（")
    matters = re.findall(r"^\d+\. ", text, re.MULTILINE)

    assert len(matters) == len(set(LINK.findall(text))) > 0
    assert "请点每件事下面的“答复”" in text
    assert not LINK.search(office.letter("li@bureau.example"))


def test_without_an_address_letters_carry_no_link_and_say_whom_to_ask(
    home: Path, a_month: Callable[[], None], peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month()
    peiyu("run", "sweep", "--plain")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime(2026, 3, 9, 1, tzinfo=dt.UTC))
    peiyu("run", "sweep", "--plain")
    peiyu("run", "deliver", "--plain")
    raw = [path.read_bytes() for path in (home / "letters").glob("*.eml")]
    letters = [email.message_from_bytes(each, policy=email.policy.default) for each in raw]
    texts = [body.get_content() for each in letters if (body := each.get_body(("plain",)))]

    assert any("已经办好的，请回复告知" in text for text in texts)
    assert not any("/a/" in text or "答复（" in text for text in texts)


def test_a_mail_scanner_that_follows_every_link_changes_nothing(office: Office) -> None:
    with opened(read_settings(office.home)) as services:
        before = dump(services.database)
    page = office.link()
    for method in ("GET", "HEAD") * 3:
        with urlopen(Request(page, method=method)) as answer:  # noqa: S310 - our own
            assert answer.status == 200
    status, text = read(page)
    with opened(read_settings(office.home)) as services:
        after = dump(services.database)

    assert differences(before, after) == []
    assert status == 200
    for words in (STATISTICS, "示例甲科技有限公司", "2026年3月10日（周二）", "还有 1 天"):
        assert words in text


def test_an_answer_is_written_once_and_the_second_says_what_was_answered_and_when(
    office: Office,
) -> None:
    page = office.link()
    first = send(page, {"answer": "seen"})
    office.go_to(DAY + dt.timedelta(days=1))
    with opened(read_settings(office.home)) as services:
        before = dump(services.database)
    second = send(page, {"answer": "seen"})
    with opened(read_settings(office.home)) as services:
        after = dump(services.database)

    assert (first[0], "收到了，谢谢" in first[1]) == (200, True)
    assert (second[0], "您已经答复过" in second[1]) == (200, True)
    assert "2026-03-09 09:00　已知悉" in second[1]
    assert differences(before, after) == []
    assert len(office.rows()) == 1


def test_a_forged_a_foreign_and_an_expired_link_get_one_calm_page_that_tells_nothing(
    office: Office,
) -> None:
    good = office.link().rpartition("/")[2]
    forged = good[:-1] + ("A" if good[-1] != "A" else "B")
    other_deadline = "AAAAAg" + good[6:]
    foreign = office.token("91431281MAXX00002K/rd_filings/statistics/enterprise/2025")
    wrong = [forged, other_deadline, foreign, "x", "%20", good + "A", "A" * 5000]
    for token in wrong:
        for status, text in (
            read(f"{office.here}/a/{token}"),
            send(f"{office.here}/a/{token}", {"answer": "done", "receipt": "123"}),
        ):
            assert (status, "这个链接不对" in text) == (404, True), token
            assert not re.search("示例|研发|9143", text)
    office.go_to(dt.date(2026, 4, 9))
    assert read(f"{office.here}/a/{good}")[0] == 200  # thirty days after the date
    office.go_to(dt.date(2026, 4, 10))
    status, text = send(f"{office.here}/a/{good}", {"answer": "seen"})

    assert (status, "这个链接已经过期" in text, "示例" in text) == (410, True, False)
    assert office.rows() == []


def test_done_needs_evidence_and_a_clerk_who_confirms_it(office: Office) -> None:
    page = office.link()
    bare = send(page, {"answer": "done", "receipt": "已经报了"})
    assert (bare[0], "没有提交：请填写凭证号" in bare[1]) == (422, True)
    assert office.rows() == []

    told = send(page, {"answer": "done", "receipt": "统计回执 2026-0310"})
    assert (told[0], "凭证号由本局核对" in told[1]) == (200, True)
    assert office.state() == "open"  # to say so is not to be done
    (answer,) = office.peiyu("answers", "--json").json["answers"]
    assert (answer["kind"], answer["receipt"], answer["waiting"]) == (
        "done",
        "统计回执 2026-0310",
        True,
    )

    confirmed = office.peiyu("answers", "confirm", str(answer["id"]), "--by", "李经办")
    assert confirmed.code == 0, confirmed.err
    assert f"已销去截止事项：{STATISTICS}" in confirmed.out
    assert office.state() == "met"
    assert "已核对无误" in read(page)[1]
    again = office.peiyu("answers", "confirm", str(answer["id"]))
    assert (again.code, "李经办 2026-03-09 09:00 处理过了" in again.err) == (1, True)


def test_while_a_receipt_waits_the_enterprise_is_not_scolded_and_its_ladder_goes_on(
    office: Office,
) -> None:
    title = "企业所得税汇算清缴享受研发费用加计扣除"
    office.day(dt.date(2026, 4, 16))
    assert send(office.link(title), {"answer": "done", "receipt": "A107012-88"})[0] == 200
    office.day(dt.date(2026, 5, 15))  # the next rung of its ladder
    text = office.letter("zhang@firm.example", "您已填报凭证号 A107012-88")

    assert "您已填报凭证号 A107012-88（4月16日），待科技局核对" in text
    assert "■ 您已填报，待核对" in text
    matter = text.partition(f". {title}")[2].partition("答复（")[0]
    assert "还有" not in matter
    assert "超期" not in matter


def test_a_receipt_that_is_returned_is_told_in_the_enterprises_next_letter(office: Office) -> None:
    page = office.link()
    send(page, {"answer": "done", "receipt": "回执 1"})
    (answer,) = office.rows()
    done = office.peiyu("answers", "return", str(answer.id), "--reason", "系统里查不到")
    assert done.code == 0
    office.go_to(DAY + dt.timedelta(days=1))
    office.peiyu("run", "deliver", "--plain")
    text = office.letter("zhang@firm.example", "核对没有通过")

    assert "您填报的凭证号 回执 1 核对没有通过：系统里查不到。请办好后重新填报" in text
    assert send(page, {"answer": "done", "receipt": "回执 2"})[0] == 200
    assert [row.state for row in office.rows()] == ["returned", "waiting"]


def test_whoever_needs_help_is_in_the_clerks_next_letter(office: Office) -> None:
    told = send(office.link(), {"answer": "help", "words": "不会填\r\nBcc: 107-2 表"})
    assert "与您联系" in told[1]
    office.go_to(DAY + dt.timedelta(days=1))
    office.peiyu("run", "deliver", "--plain")
    text = office.letter("li@bureau.example", "企业答复")

    assert f"需要帮助：示例甲科技有限公司\n   {STATISTICS}" in text
    assert "说明：不会填 Bcc: 107-2 表" in text
    (answer,) = office.rows()
    assert f"peiyu answers handled {answer.id}" in text
    done = office.peiyu("answers", "handled", str(answer.id), "--reason", "已电话说明")
    assert done.code == 0
    assert office.peiyu("answers", "--json").json["waiting"] == 0


def test_two_answers_at_once_make_one_row(office: Office) -> None:
    page = office.link()
    with ThreadPoolExecutor(8) as people:
        form = {"answer": "done", "receipt": "回执 7"}
        sent = [people.submit(send, page, form) for _ in range(8)]
    answers = [each.result() for each in sent]

    assert {status for status, _ in answers} == {200}
    assert sum("收到了，谢谢" in text for _, text in answers) == 1
    assert len(office.rows()) == 1
    with opened(read_settings(office.home)) as services, services.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Answer)) == 1


def test_the_page_asks_nobody_runs_nothing_and_is_kept_by_nobody(office: Office) -> None:
    with urlopen(office.link()) as answer:  # noqa: S310 - our own
        headers, page = answer.headers, answer.read().decode()

    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self'" in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert not re.search(r"<script|<link|<img|url\(|src=|https?:| on[a-z]+=", page)
    assert '<html lang="zh-CN">' in page


def test_a_form_that_is_too_long_or_no_form_changes_nothing(office: Office) -> None:
    page = office.link()
    long = send(page, b"answer=help&words=" + b"x" * 5000)
    many = send(page, {"answer": "help", "words": "字" * 301})
    none = send(page, b"\xff\xfe")

    assert (long[0], "写的内容太长" in long[1]) == (413, True)
    assert (many[0], "300 字以内" in many[1]) == (422, True)
    assert (none[0], "请选一项答复" in none[1]) == (422, True)
    assert office.rows() == []


def test_what_is_done_need_not_be_answered(office: Office) -> None:
    page = office.link()
    recorded = office.peiyu(
        *("record", "91431281MAXX00001G", "statistics_filed", "--on", "2026-03-09"),
        *("--evidence", "回执", "--programme", "rd_filings"),
    )
    assert recorded.code == 0, recorded.err
    status, text = send(page, {"answer": "seen"})

    assert (status, "这件事现在是“已办”，不用再答复" in text) == (200, True)
    assert "<form" not in text
    assert office.rows() == []
