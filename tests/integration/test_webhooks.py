"""Webhooks: each move told once, signed, without names; tried again, given up, never in the way."""

import datetime as dt
import hmac
import json
import re
import socket
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework import webhook_claims
from casework.alarms import open_alarms
from casework.decide import Decided, Verb, Wish, decide_case
from casework.due_now import done_so_far
from casework.pipeline import run_month
from casework.services import Actor, Hook, Services
from casework.webhook_claims import calls_wait, claim_moves
from casework.webhooks import HookReport, call_webhooks
from casework.webhooks_page import list_webhooks, retry_webhook, try_webhook
from config.webhooks import key_of
from models.case import Review, Transition
from models.webhooks import Webhook, WebhookCall
from notifications.webhooks import Call, Called, HookSettings, Webhooks, signed
from tests.house.tree import text
from tests.plugins.desk import BY, NOW, Desk
from tests.plugins.house import HouseMaker
from tests.plugins.robot_server import DROP, WAIT, RobotServer
from tests.plugins.sprout import add_firm, sprout_catalogue

SECRET = "whsec_" + "QUJD" * 8
HOOK = Hook(name="board")
CLERK = Actor(name="示例经办")
MARCH = dt.date(2026, 3, 2)


class Listener:
    """A webhook that keeps what it was told, and takes it or not."""

    def __init__(self) -> None:
        self.told: list[Call] = []
        self.takes = True

    def __call__(self, call: Call) -> Called:
        self.told.append(call)
        return Called(taken=self.takes, detail="" if self.takes else "对方没有收下（HTTP 500）")

    @property
    def data(self) -> list[dict[str, object]]:
        return [json.loads(each.body) for each in self.told]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def office(desk: Desk, listener: Listener) -> Services:
    """The county, with one webhook that has begun to listen."""
    services = replace(desk.services, webhooks=(HOOK,), call_webhook=listener)
    assert calls_wait(services)
    assert call_webhooks(services) == HookReport()
    assert not calls_wait(services)
    return services


def decide(services: Services, number: int = 0, verb: Verb = Verb.APPROVE) -> int:
    """Decide about a case, or the first that waits; return its number."""
    with services.database.reading() as session:
        waiting = select(col(Review.case_id)).where(col(Review.state) == "open")
        number = number or session.scalars(waiting.order_by(col(Review.case_id))).all()[0]
    done = decide_case(services, Wish(case_id=number, verb=verb, reason="张三说可以"), by=CLERK)
    assert isinstance(done, Decided), done
    return number


def later(services: Services, **more: float) -> Services:
    return replace(services, now=lambda: NOW + dt.timedelta(**more))


def test_a_move_is_told_once_and_names_nobody(office: Services, listener: Listener) -> None:
    before, number = _seen(office), decide(office)
    assert calls_wait(office)
    told = call_webhooks(office)

    assert (told.done, told.later, told.dead) == (len(listener.told), 0, 0)
    (first, *_) = listener.data
    assert first["data"]["case_id"] == number  # type: ignore[index]
    assert first["type"] == "case.moved"
    assert "张三" not in str(listener.data)
    assert "示例经办" not in str(listener.data)
    said = [(each["data"]["case_id"], each["data"]["version"]) for each in listener.data]  # type: ignore[index]
    with office.database.reading() as session:
        moves = session.scalars(select(Transition).where(col(Transition.id) > before)).all()
    assert said == [(each.case_id, each.seq) for each in moves]
    assert call_webhooks(office) == HookReport()
    assert not calls_wait(office)


def test_an_ended_case_is_another_event_and_another_division_is_not_told(
    desk: Desk, office: Services, listener: Listener
) -> None:
    hooks = (Hook(name="ends", events=("case.ended",)), Hook(name="far", division="431271"))
    both = replace(office, webhooks=hooks)
    assert call_webhooks(both) == HookReport()
    number = decide(office)
    decide(office, number, Verb.WITHDRAW)

    assert call_webhooks(both).done == 1
    (told,) = listener.data
    assert (told["type"], told["data"]["final"]) == ("case.ended", "withdrawn")  # type: ignore[index]
    with desk.services.database.reading() as session:
        assert {row.name for row in session.scalars(select(Webhook))} == {"board", "ends", "far"}
    assert not calls_wait(both)


def test_what_is_not_taken_is_tried_again_under_the_same_id_and_at_last_given_up(
    office: Services, listener: Listener
) -> None:
    decide(office)
    listener.takes = False
    assert call_webhooks(office).later == 1  # whoever does not answer is left alone
    assert call_webhooks(office) == HookReport()
    assert not calls_wait(office)
    tries, at = 1, 0.0
    while call_webhooks(later(office, minutes=at)).dead == 0:
        at += 240
        tries += 1
        assert tries < 200
    given_up = later(office, minutes=at)

    assert at / 60 / 24 >= 5
    assert len({each.id for each in listener.told}) <= 2
    (alarm,) = [each for each in open_alarms(given_up) if each.kind == "webhook"]
    assert "webhook“board”几天没有收下通知" in alarm.sentence
    assert alarm.hint == "peiyu webhooks retry board"
    assert list_webhooks(given_up)[0].dead == 1
    listener.takes = True
    assert retry_webhook(given_up, "board", by=BY)
    assert call_webhooks(given_up).done >= 1
    assert (list_webhooks(given_up)[0].dead, list_webhooks(given_up)[0].trouble) == (0, "")


def test_whoever_dies_in_the_middle_leaves_the_call_to_the_next(
    office: Services, listener: Listener
) -> None:
    def dies(call: Call) -> Called:
        listener(call)
        raise KeyboardInterrupt

    decide(office)
    with pytest.raises(KeyboardInterrupt):
        call_webhooks(replace(office, call_webhook=dies))
    assert call_webhooks(office) == HookReport()
    again = later(office, minutes=16)
    assert call_webhooks(again).done >= 1
    assert listener.told[0].id == listener.told[1].id
    assert listener.told[1].at - listener.told[0].at == 16 * 60


def test_late_answers_of_whoever_was_overtaken_are_not_recorded(
    office: Services, listener: Listener
) -> None:
    def slow(call: Call) -> Called:
        assert call_webhooks(later(office, minutes=16)).done >= 1
        return Called(taken=False, detail="太晚了")

    decide(office)
    call_webhooks(replace(office, call_webhook=slow))
    with office.database.reading() as session:
        assert {row.state for row in session.scalars(select(WebhookCall))} == {"done"}


def test_a_move_that_is_committed_late_is_not_passed_over(
    office: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(office.database), "dialect", "postgresql")
    seen = _seen(office)
    decide(office)
    claim_moves(office)
    assert _seen(office) == seen  # for as long as a transaction may last
    assert claim_moves(office) == 0  # and nothing twice
    claim_moves(later(office, minutes=16))
    assert _seen(office) > seen


def _seen(office: Services) -> int:
    with office.database.reading() as session:
        return session.get_one(Webhook, "board").seen


@pytest.fixture
def server() -> Iterator[RobotServer]:
    with RobotServer() as running:
        yield running


@pytest.mark.parametrize(
    ("status", "taken", "words"),
    [
        pytest.param(204, True, "", id="taken"),
        pytest.param(302, False, "不跟着去", id="elsewhere"),
        pytest.param(500, False, "HTTP 500）：坏了", id="broken"),
        pytest.param(DROP, False, "连不上", id="hung up"),
        pytest.param(WAIT, False, "没有及时应答", id="silent"),
    ],
)
def test_one_call_goes_to_one_address_and_its_answer_is_read(
    server: RobotServer, status: int, *, taken: bool, words: str
) -> None:
    server.answers = [(status, "坏了" if status == 500 else "")]
    hooks = Webhooks({"board": HookSettings(url=f"{server.url}/hook", key=b"k")}, seconds=(2, 0.5))
    said = hooks(Call(webhook="board", id="move_1", at=1, body=b'{"id":"move_1"}'))

    assert said.taken is taken
    assert words in said.detail
    assert [each.path for each in server.told] == ["/hook"]


@pytest.mark.parametrize(
    ("head", "body"),
    [
        pytest.param("Content-Encoding: gzip", b"no gzip", id="another encoding"),
        pytest.param("Content-Length: 99", b"short", id="cut off"),
    ],
)
def test_a_refusal_whose_body_is_broken_is_a_refusal_like_any_other(head: str, body: bytes) -> None:
    answer = f"HTTP/1.1 503 Busy\r\nConnection: close\r\n{head}\r\n\r\n".encode() + body
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as other:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        done = other.submit(_answer_once, listening, answer)
        hooks = Webhooks({"board": HookSettings(url=url, key=b"k")}, seconds=(2, 2))
        said = hooks(Call(webhook="board", id="move_1", at=1, body=b"{}"))
        done.result(timeout=10)

    assert not said.taken
    assert "HTTP 503" in said.detail


def _answer_once(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


def test_the_signature_is_that_of_the_standard_and_of_the_example_in_the_docs() -> None:
    call = Call(webhook="board", id="move_1", at=1_772_500_000, body='{"data":"示例"}'.encode())
    headers = signed(key_of(SECRET), call)

    whole = b"move_1.1772500000." + call.body
    right = hmac.new(b64decode(SECRET[6:]), whole, sha256).digest()
    assert b64decode(headers["webhook-signature"].removeprefix("v1,")) == right
    (example,) = re.findall(r"```python\n(.+?)```", text("docs/webhooks.md"), re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102 - our own page
    genuine = names["genuine"]
    assert genuine(SECRET, headers, call.body, now=call.at + 60)  # type: ignore[operator]
    assert not genuine(SECRET, headers, call.body + b" ", now=call.at)  # type: ignore[operator]
    assert not genuine(SECRET, headers, call.body, now=call.at + 301)  # type: ignore[operator]


def test_a_test_call_is_made_at_once_and_noted(office: Services, listener: Listener) -> None:
    assert try_webhook(office, "board", by=BY) == Called(taken=True, detail="")

    assert listener.data[0]["type"] == "test"
    assert "没有 webhook“x”" in str(try_webhook(office, "x", by=BY))
    assert "没有 webhook“x”" in str(retry_webhook(office, "x", by=BY))


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_deliveries_wake_for_it_and_a_move_of_a_slow_transaction_is_told_too(
    a_house: HouseMaker, engine: str, listener: Listener
) -> None:
    house = a_house(engine, catalogue=sprout_catalogue(), webhooks=(HOOK,), call_webhook=listener)
    assert done_so_far(house).letters_wait  # there is a webhook that never began
    call_webhooks(house)
    assert not done_so_far(house).letters_wait
    add_firm(house)
    run_month(house, "2026-03", on=MARCH)
    with house.database.reading() as session:
        (first,) = session.scalars(select(Transition)).all()
    if engine == "postgresql":  # it takes its number now, and is committed last
        with house.database.writing() as slow:
            slow.add(_move(first, seq=8))
            slow.flush()
            with house.database.writing() as quick:
                quick.add(_move(first, seq=9))
            call_webhooks(house)
    call_webhooks(house)

    versions = [each["data"]["version"] for each in listener.data]  # type: ignore[index]
    assert versions == ([first.seq, 9, 8] if engine == "postgresql" else [first.seq])


@pytest.mark.parametrize("engine", ["postgresql"])
def test_a_full_page_of_newer_moves_does_not_hide_one_that_is_committed_late(
    a_house: HouseMaker, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_claims, "_AT_ONCE", 2)
    house = a_house(engine, catalogue=sprout_catalogue(), webhooks=(HOOK,))
    add_firm(house)
    run_month(house, "2026-03", on=MARCH)
    claim_moves(house)  # it begins to listen
    with house.database.reading() as session:
        (first,) = session.scalars(select(Transition)).all()
    with house.database.writing() as slow:
        slow.add(_move(first, seq=8))
        slow.flush()
        with house.database.writing() as quick:
            quick.add_all([_move(first, seq=seq) for seq in (9, 10, 11, 12)])
        assert claim_moves(house) == 4
    assert claim_moves(house) == 1


def _move(like: Transition, *, seq: int) -> Transition:
    return Transition(
        case_id=like.case_id,
        seq=seq,
        from_stage=like.from_stage,
        to_stage=like.to_stage,
        on=like.on,
        actor="示例",
        reason="示例",
        at=like.at,
    )
