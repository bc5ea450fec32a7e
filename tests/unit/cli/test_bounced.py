"""`peiyu letters bounced` and `trust`, as they are typed."""

import mailbox
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

from tests.plugins.terminal import Peiyu

REPORT = """\
Return-Path: <>
From: MAILER-DAEMON@mx.firm.example
To: peiyu@localhost.invalid
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.firm.example

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {id}

--b--
"""


def came_back(home: Path, folder: Path) -> str:
    """Put the report of a letter that left into a Maildir; return the address."""
    letter = next(iter(sorted((home / "letters").glob("*.eml"))))
    sent = message_from_bytes(letter.read_bytes(), policy=policy.default)
    address = str(sent["To"].addresses[0].addr_spec)
    report = REPORT.format(to=address, id=str(sent["Message-ID"]).strip())
    mailbox.Maildir(folder).add(report.encode())
    return address


def test_a_letter_that_came_back_is_told_once_and_its_mailbox_trusted_again(
    peiyu: Peiyu, home: Path, a_month: Callable[[], None]
) -> None:
    a_month()
    peiyu("run", "deliver", "--plain")
    address = came_back(home, Path("退信"))

    told = peiyu("letters", "bounced", "退信")
    assert told.code == 0, told.err
    assert "新的退信 1 封" in told.out
    assert f"（{address}）：邮箱不存在，不再发" in told.out
    assert peiyu("letters", "bounced", "退信").out.startswith("没有新的退信。")
    assert peiyu("letters", "bounced", "退信", "--json").json == {
        "letters": [],
        "strange": 0,
        "forged": [],
    }
    checks = {each["name"]: each for each in peiyu("doctor", "--json").json["checks"]}
    assert "1 个收信人的邮箱被退信" in checks["退信"]["sentence"]

    again = peiyu("letters", "trust", address, "--reason", "对方已修好")
    assert again.out.startswith(f"已恢复：{address}")
    refused = peiyu("letters", "trust", address, "--reason", "再来一次")
    assert "没有被退过信" in refused.err


def test_a_report_that_did_not_come_back_on_its_way_is_named_and_counts_nothing(
    peiyu: Peiyu, home: Path, a_month: Callable[[], None]
) -> None:
    a_month()
    with (home / "peiyu.toml").open("a", encoding="utf-8") as settings:
        settings.write('[smtp]\nbounces_to = "tuixin@bureau.example"\n')
    peiyu("run", "deliver", "--plain")
    address = came_back(home, Path("退信"))

    told = peiyu("letters", "bounced", "退信")
    assert told.code == 0, told.err
    assert told.out.startswith("没有新的退信。")
    assert f"（{address}）的退信，没有按发信时的退信地址退回" in told.out
    (fake,) = peiyu("letters", "bounced", "退信", "--json").json["forged"]
    assert fake["email"] == address
    assert peiyu("letters", "trust", address, "--reason", "示例").code == 1


def test_a_folder_that_is_not_there_is_one_sentence(peiyu: Peiyu, home: Path) -> None:
    answer = peiyu("letters", "bounced", "没有的文件夹")

    assert answer.code == 2
    assert "没有的文件夹" in answer.err
