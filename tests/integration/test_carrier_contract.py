"""What every carrier promises, asked of memory, a folder and a mail server on loopback alike."""

import email
import email.policy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from notifications.build import compose
from notifications.calendar_file import ics_for
from notifications.folder import FolderCarrier
from notifications.letters import enterprise_daily
from notifications.memory import MemoryCarrier
from notifications.message import Address, Carrier, Fate, Message
from notifications.smtp import SmtpCarrier, SmtpSettings
from tests.plugins.made_up import FIRM, LETTER, OFFICE, a_head, a_move, an_item
from tests.plugins.smtp_sink import Sink


@dataclass(frozen=True, kw_only=True)
class Post:
    """A carrier, what came out at its other end, and whether it can be asked afterwards."""

    carrier: Carrier
    arrived: Callable[[], list[bytes]]
    remembers: bool = True

    def mails(self) -> list[EmailMessage]:
        """Return what arrived, as another program reads it."""
        policy = email.policy.default
        return [email.message_from_bytes(each, policy=policy) for each in self.arrived()]


def in_memory(_: Path) -> Iterator[Post]:
    carrier = MemoryCarrier()
    yield Post(
        carrier=carrier,
        arrived=lambda: [compose(message).as_bytes() for message in carrier.messages],
    )


def in_a_folder(path: Path) -> Iterator[Post]:
    yield Post(
        carrier=FolderCarrier(path),
        arrived=lambda: [file.read_bytes() for file in sorted(path.glob("*.eml"))],
    )


def over_smtp(_: Path) -> Iterator[Post]:
    with Sink() as sink:
        carrier = SmtpCarrier(
            SmtpSettings(host="127.0.0.1", port=sink.port, security="plain", helo="office.example")
        )
        yield Post(carrier=carrier, arrived=lambda: sink.accepted, remembers=False)
        carrier.close()


@pytest.fixture(params=[in_memory, in_a_folder, over_smtp], ids=lambda each: each.__name__)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    yield from request.param(tmp_path)


def a_full_letter() -> Message:
    due, moves = [an_item(flags=("预计",)), an_item(-2, title="科小更新")], [a_move()]
    rendered = enterprise_daily(a_head(), enterprise=FIRM, due=due, moves=moves)
    file = ics_for(due, uid_domain="office.example", office=OFFICE)
    return replace(
        LETTER,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        attachments=(file,),
    )


def test_a_letter_arrives_once_and_reads_as_it_was_written(post: Post) -> None:
    letter = a_full_letter()

    receipt = post.carrier.deliver(letter)

    assert receipt.fate is Fate.SENT
    assert receipt.detail
    (mail,) = post.mails()
    assert mail["Message-ID"] == letter.message_id
    assert mail["Subject"] == letter.subject
    assert [each.addr_spec for each in mail["To"].addresses] == [letter.to.email]
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content() == letter.text
    assert page.get_content() == letter.html
    (file,) = mail.iter_attachments()
    assert file.get_filename() == "截止日期.ics"
    assert file.get_payload(decode=True) == letter.attachments[0].content


def test_two_letters_are_two(post: Post) -> None:
    other = replace(LETTER, message_id="<77aa@peiyu.example>")

    assert {post.carrier.deliver(each).fate for each in (LETTER, other)} == {Fate.SENT}
    assert {mail["Message-ID"] for mail in post.mails()} == {LETTER.message_id, other.message_id}


@pytest.mark.parametrize(
    "broken",
    [
        replace(LETTER, to=Address(name="张示例", email="a@x.example, b@y.example")),
        replace(LETTER, message_id="3f9a"),
        replace(LETTER, headers=(("Bcc", "b@y.example"),)),
        replace(LETTER, text="", html=""),
    ],
    ids=["mailbox", "message id", "header", "body"],
)
def test_an_impossible_letter_is_refused_with_a_sentence_and_leaves_nothing(
    post: Post, broken: Message
) -> None:
    receipt = post.carrier.deliver(broken)

    assert receipt.fate is Fate.FAILED
    assert receipt.detail
    assert post.arrived() == []
    assert post.carrier.deliver(LETTER).fate is Fate.SENT  # the next letter is none the worse


def test_what_became_of_a_letter_is_known_or_said_to_be_unknown(post: Post) -> None:
    known = (False, True) if post.remembers else (None, None)

    before = post.carrier.find(LETTER.message_id)
    post.carrier.deliver(LETTER)

    assert (before, post.carrier.find(LETTER.message_id)) == known


def test_a_carrier_has_a_name_and_may_be_closed_at_any_time(post: Post) -> None:
    assert post.carrier.name in {"memory", "folder", "smtp"}
    post.carrier.close()
    post.carrier.deliver(LETTER)
    post.carrier.close()
    post.carrier.close()

    assert len(post.arrived()) == 1
