import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.build import compose, refusal
from notifications.calendar_file import ics_for
from notifications.message import Address, Attachment, Fate, Message
from notifications.words import one_line, shortened
from tests.plugins.made_up import LETTER, OFFICE, an_item


def read(message: Message) -> EmailMessage:
    """Return the mail as another program reads it."""
    mail = email.message_from_bytes(compose(message).as_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_a_letter_that_can_be_sent_is_not_refused() -> None:
    assert refusal(replace(LETTER, headers=(("List-Id", "示例"),))) is None


@pytest.mark.parametrize(
    "mailbox",
    [
        "",
        "zhang",
        "zhang@",
        "@firm.example",
        "zhang@firm..example",
        "a@x.example, b@y.example",
        "a@x.example\r\nBcc: b@y.example",
        "张@firm.example",
        "zhang@公司.example",
        "zhang @firm.example",
        "<zhang@firm.example>",
        "zhang@firm.example\n",
        f"{'z' * 65}@firm.example",
    ],
)
@pytest.mark.fault("M21")
def test_an_impossible_mailbox_is_refused_in_words_that_say_what_to_mend(mailbox: str) -> None:
    receipt = refusal(replace(LETTER, to=Address(name="张示例", email=mailbox)))

    assert receipt is not None
    assert receipt.fate is Fate.FAILED
    assert receipt.detail == f"收件邮箱“{one_line(mailbox)}”不是有效的邮箱地址，请更正联系人的邮箱"


def test_a_wrong_sender_is_an_office_setting_and_not_a_contacts_mailbox() -> None:
    receipt = refusal(replace(LETTER, sender=Address(name="示例局", email="nobody")))

    assert receipt is not None
    assert receipt.detail == "发件邮箱“nobody”不是有效的邮箱地址，请更正设置中的 office.email"


@pytest.mark.parametrize(
    "name",
    [
        "Bcc",
        "bcc",
        "To",
        "Subject",
        "Content-Type",
        "MIME-Version",
        "Resent-To",
        "X-Peiyu-Letter",
        "Message-ID",
        "X: y\r\nBcc",
        "X Y",
        "",
        "信头",
    ],
)
def test_a_header_of_its_own_can_add_no_recipient_and_replace_nothing(name: str) -> None:
    receipt = refusal(replace(LETTER, headers=((name, "x"),)))

    assert receipt is not None
    assert receipt.fate is Fate.FAILED
    assert "不能由信件自带" in receipt.detail


@pytest.mark.parametrize("number", ["", "3f9a@peiyu.example", "<a b@x.example>", "<a@x>\r\nB: c"])
def test_a_broken_message_id_is_refused(number: str) -> None:
    receipt = refusal(replace(LETTER, message_id=number))

    assert receipt is not None
    assert "Message-ID" in receipt.detail


def test_every_fault_is_told_at_once() -> None:
    nobody = Address(name="", email="")
    receipt = refusal(replace(LETTER, to=nobody, message_id="", text="", html=""))

    assert receipt is not None
    assert len(receipt.detail.split("；")) == 3
    assert receipt.detail.endswith("信件没有正文")


@pytest.mark.fault("M15")
def test_another_program_reads_the_letter_as_it_was_written() -> None:
    mail = read(replace(LETTER, headers=(("List-Id", "示例\r\nBcc: a@b.example"),)))

    assert mail["Subject"] == LETTER.subject
    assert str(mail["From"]) == "示例科技局 <peiyu@office.example>"
    assert str(mail["To"]) == "张示例 <zhang@firm.example>"
    assert mail["Message-ID"] == LETTER.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Peiyu-Letter"] == "3f9a"
    assert mail["List-Id"] == "示例 Bcc: a@b.example"
    assert mail["Date"].datetime is not None
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert (text.get_content(), page.get_content()) == ("您好", "<p>您好</p>")


def test_a_letter_may_be_text_alone_or_a_page_alone() -> None:
    assert read(replace(LETTER, html="")).get_body(("plain",)) is not None
    assert read(replace(LETTER, text="")).get_body(("html",)) is not None


def test_a_nul_or_a_lone_surrogate_stops_no_letter() -> None:
    body = read(replace(LETTER, text="甲\x00乙\ud800丙", html="")).get_body(("plain",))

    assert body is not None
    assert body.get_content() == "甲乙?丙"


def test_the_calendar_file_arrives_whole_and_under_its_chinese_name() -> None:
    file = ics_for([an_item()], uid_domain="office.example", office=OFFICE)
    mail = read(replace(LETTER, attachments=(file,)))

    (part,) = mail.iter_attachments()
    assert part.get_filename() == "截止日期.ics"
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "PUBLISH"
    assert part.get_payload(decode=True) == file.content
    assert mail.get_body(("plain",)) is not None


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("报告.docx", "报告.docx"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ('a"; filename="evil.exe', "a_; filename=_evil.exe"),
        ("甲\r\nContent-Type: x/y", "甲 Content-Type_ x_y"),
        ("=?UTF-8?Q?=0A?=", "= _UTF-8_Q_=0A_="),
    ],
)
def test_the_name_of_a_file_is_a_name_and_nothing_else(name: str, arrives: str) -> None:
    file = Attachment(filename=name, content=b"1", mime_type="application/octet-stream")
    (part,) = read(replace(LETTER, attachments=(file,))).iter_attachments()

    assert part.get_filename() == arrives
    assert part.get_content_type() == "application/octet-stream"


@pytest.mark.parametrize(
    "name",
    [
        '张"示例',
        "张示例 <b@evil.example>,",
        "Zhang, San",
        "a@x.example, b",
        "张\r\nBcc: b@evil.example",
        "(注)张",
        "张;李:",
        "=?UTF-8?Q?=0ABcc:_b=40evil.example?=",
        "",
    ],
)
def test_no_name_adds_a_recipient(name: str) -> None:
    mail = read(replace(LETTER, to=Address(name=name, email="zhang@firm.example")))

    assert [each.addr_spec for each in mail["To"].addresses] == ["zhang@firm.example"]
    assert mail["Bcc"] is None


@pytest.mark.fault("M21")
@given(st.text(max_size=300))
def test_any_subject_survives_the_journey_as_one_line(subject: str) -> None:
    mail = read(replace(LETTER, subject=subject))

    assert set(mail.keys()) == set(read(LETTER).keys())
    assert mail["Subject"] == shortened(one_line(subject), 200)


@given(st.text(max_size=100))
def test_any_name_leaves_one_recipient_and_no_new_header(name: str) -> None:
    mail = read(replace(LETTER, to=Address(name=name, email="zhang@firm.example")))

    assert set(mail.keys()) == set(read(LETTER).keys())
    assert [each.addr_spec for each in mail["To"].addresses] == ["zhang@firm.example"]
