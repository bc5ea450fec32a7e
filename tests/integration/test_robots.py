"""Group robots: what each maker's server is told, what its answers mean, and one word a day."""

import base64
import datetime as dt
import hmac
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.deliver import deliver
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Robot, Services
from models.enterprise import Person, Role
from models.letter import Letter, LetterItem, LetterState
from notifications.memory import MemoryCarrier
from notifications.message import Fate, Message, Receipt
from notifications.robots import Robots, RobotSettings
from tests.plugins.house import HouseMaker
from tests.plugins.made_up import LETTER
from tests.plugins.robot_server import DROP, WAIT, RobotServer
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

D7 = dt.date(2026, 4, 23)
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=example-key"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=" + "ab12" * 16
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/example-token"
URLS = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}
HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")
TEXT = "【示例局】4月23日工作提醒：截止事项 2 项，待审 0 项"
SAYS = replace(LETTER, robot="group", text=TEXT)


@pytest.fixture
def server() -> Iterator[RobotServer]:
    with RobotServer() as running:
        yield running


def robots(server: RobotServer, kind: str, **others: object) -> Robots:
    """Return a carrier whose one robot is played by the server."""
    url = URLS.get(kind, f"{server.url}/hook?room=1")
    told: dict[str, object] = {"name": "group", "kind": kind, "url": url} | others
    known = {"group": RobotSettings(**told)}  # type: ignore[arg-type]
    reach = dict.fromkeys(HOSTS, server.url)
    return Robots(MemoryCarrier(), known, reach=reach, seconds=(2, 0.5))


def told(server: RobotServer, kind: str, status: int, said: str) -> Receipt:
    server.answers = [(status, said)]
    return robots(server, kind).deliver(SAYS)


def test_each_maker_s_robot_is_told_what_it_understands(server: RobotServer) -> None:
    server.answers = [(200, '{"errcode":0,"code":0}')]
    for kind in ("wecom", "dingtalk", "feishu", "webhook"):
        assert robots(server, kind).deliver(SAYS).fate is Fate.SENT, kind

    wecom, dingtalk, feishu, webhook = server.told
    assert (wecom.path, wecom.query) == ("/cgi-bin/webhook/send", {"key": ["example-key"]})
    assert wecom.body == {"msgtype": "text", "text": {"content": TEXT}}
    assert (dingtalk.path, list(dingtalk.query)) == ("/robot/send", ["access_token"])
    assert dingtalk.body["text"] == {"content": TEXT}
    assert dingtalk.body["at"] == {"atMobiles": [], "isAtAll": False}
    assert feishu.path.rstrip("/") == "/open-apis/bot/v2/hook/example-token"
    assert feishu.body == {"msg_type": "text", "content": {"text": TEXT}}
    assert (webhook.path, webhook.query) == ("/hook", {"room": ["1"]})
    assert webhook.body["message"] == TEXT


def test_dingtalk_is_signed_where_it_asks_for_it(server: RobotServer) -> None:
    assert robots(server, "dingtalk", secret="SECabc123").deliver(SAYS).fate is Fate.SENT

    assert {"timestamp", "sign"} < server.told[0].query.keys()


def test_feishu_is_signed_with_its_secret_and_is_told_the_same(server: RobotServer) -> None:
    server.answers = [(200, '{"code":0}')]
    assert robots(server, "feishu", secret="demo").deliver(SAYS).fate is Fate.SENT

    body = dict(server.told[0].body)
    at, sign = body.pop("timestamp"), body.pop("sign")
    assert body == {"msg_type": "text", "content": {"text": TEXT}}
    assert abs(time.time() - int(at)) < 60
    key = f"{at}\ndemo".encode()
    assert base64.b64decode(sign) == hmac.digest(key, b"", "sha256")


@pytest.mark.parametrize(
    ("kind", "status", "said", "fate", "words"),
    [
        pytest.param(
            "wecom",
            200,
            '{"errcode":45009,"errmsg":"api freq out of limit"}',
            Fate.DEFERRED,
            "45009 api freq out of limit",
            id="wecom, too many",
        ),
        pytest.param(
            "wecom",
            200,
            '{"errcode":93000,"errmsg":"invalid webhook url"}',
            Fate.FAILED,
            "93000 invalid webhook url",
            id="wecom, no such robot",
        ),
        pytest.param("wecom", 200, '{"errcode":-1,"errmsg":"system busy"}', Fate.DEFERRED, "busy"),
        pytest.param(
            "dingtalk",
            200,
            '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
            Fate.DEFERRED,
            "130101",
            id="dingtalk, too many",
        ),
        pytest.param(
            "dingtalk",
            200,
            '{"errcode":310000,"errmsg":"keywords not in content"}',
            Fate.FAILED,
            "310000 keywords not in content",
            id="dingtalk, keyword",
        ),
        pytest.param(
            "feishu",
            400,
            '{"code":9499,"msg":"Bad Request","data":{}}',
            Fate.FAILED,
            "HTTP 400",
            id="feishu, malformed",
        ),
        pytest.param(
            "feishu",
            200,
            '{"code":19024,"msg":"Key Words Not Found"}',
            Fate.FAILED,
            "19024",
            id="feishu, keyword",
        ),
        pytest.param(
            "feishu",
            200,
            '{"code":11232,"msg":"frequency limited"}',
            Fate.DEFERRED,
            "11232",
            id="feishu, too many",
        ),
        pytest.param(
            "feishu", 200, '{"StatusCode":0,"StatusMessage":"success"}', Fate.SENT, "", id="old"
        ),
        pytest.param("wecom", 200, "<html>proxy</html>", Fate.UNKNOWN, "不是约定的格式", id="html"),
        pytest.param("wecom", 200, '["a"]', Fate.UNKNOWN, "不是约定的格式", id="another shape"),
        pytest.param("webhook", 204, "", Fate.SENT, "", id="webhook, no content"),
        pytest.param("webhook", 403, "no", Fate.FAILED, "HTTP 403", id="refused"),
        pytest.param("webhook", 429, "", Fate.DEFERRED, "HTTP 429", id="429"),
        pytest.param("webhook", 503, "", Fate.DEFERRED, "HTTP 503", id="503"),
        pytest.param("webhook", 302, "", Fate.FAILED, "HTTP 302", id="sent elsewhere"),
        pytest.param("webhook", DROP, "", Fate.UNKNOWN, "没有收到", id="hung up"),
        pytest.param("webhook", WAIT, "", Fate.UNKNOWN, "没有收到", id="no answer"),
    ],
)
def test_what_an_answer_means(
    server: RobotServer, kind: str, status: int, said: str, fate: Fate, words: str
) -> None:
    receipt = told(server, kind, status, said)

    assert receipt.fate is fate
    assert words in receipt.detail
    assert [each.path for each in server.told if each.path == "/elsewhere"] == []
    assert len(server.told) == 1  # once, whatever it said


def test_a_server_that_is_not_there_was_told_nothing() -> None:
    with RobotServer() as gone:
        carrier = robots(gone, "webhook")
    receipt = carrier.deliver(SAYS)

    assert receipt.fate is Fate.DEFERRED
    assert "example-key" not in receipt.detail + receipt.answer


def test_no_more_than_so_many_in_a_minute_and_the_rest_later(server: RobotServer) -> None:
    carrier = robots(server, "wecom", per_minute=2)
    fates = [carrier.deliver(SAYS).fate for _ in range(3)]

    assert fates == [Fate.SENT, Fate.SENT, Fate.DEFERRED]
    assert len(server.told) == 2


def test_mail_goes_where_it_always_went_and_a_robot_can_not_be_asked() -> None:
    mail = MemoryCarrier()
    carrier = Robots(mail, {})

    assert carrier.deliver(LETTER).fate is Fate.SENT
    assert mail.messages == [LETTER]
    assert carrier.find(LETTER.message_id) is True
    assert carrier.find("<robot.5e5e@bureau.example>") is None
    assert carrier.deliver(SAYS).fate is Fate.FAILED  # the settings have it no more
    carrier.close()
    assert mail.closed


# In the office


def _found(services: Services) -> None:
    add_staff(services)
    add_firm(services, 1)
    add_firm(services, 2)
    run_month(services, "2026-04", on=D7)
    sweep(services)


@pytest.fixture
def county(a_house: HouseMaker, engine: str) -> Services:
    """Two enterprises on the day on which a clerk is reminded of both; the clerks have a robot."""
    group = (Robot(name="group", division="431200"),)
    return a_house(engine, today=D7, catalogue=sprout_catalogue(), robots=group, founding=_found)


def of_robots(services: Services) -> list[Letter]:
    with services.database.reading() as session:
        found = session.scalars(
            select(Letter)
            .join(Person, col(Person.id) == col(Letter.person_id))
            .where(col(Person.role) == Role.ROBOT.value)
            .order_by(col(Letter.id))
        )
        return list(found)


def said(services: Services, *fates: Fate) -> list[Message]:
    carrier = MemoryCarrier(fates, remembers=False)
    deliver(replace(services, open_carrier=lambda: _Unchecked(carrier)))
    return [each for each in carrier.attempts if each.robot]


class _Unchecked:
    """Keeps what a robot is told: it is no mail, and has no mailbox."""

    name = "memory"

    def __init__(self, kept: MemoryCarrier) -> None:
        self._kept = kept

    def deliver(self, message: Message) -> Receipt:
        if not message.robot:
            return self._kept.deliver(message)
        self._kept.attempts.append(message)
        return Receipt(fate=next(self._kept._fates, Fate.SENT), detail="示例")

    def find(self, message_id: str) -> None:
        return None

    def close(self) -> None:
        pass


def test_a_robot_says_once_a_day_how_much_there_is_and_names_no_person(county: Services) -> None:
    sweep(county)
    [message] = said(county)

    assert message.text.startswith("【示例县科学技术局】4月23日工作提醒：截止事项 2 项，待审 2 项")
    assert "还有 7 天" in message.text
    assert "等 2 家" in message.text
    with county.database.reading() as session:
        people = session.scalars(select(Person).where(col(Person.role) != Role.ROBOT.value)).all()
    assert people
    for person in people:
        assert person.name not in message.text
        assert not person.email or person.email not in message.text
    assert "http" not in message.text
    assert message.message_id.startswith("<robot.")
    [letter] = of_robots(county)
    assert (letter.state, letter.letter) == (LetterState.SENT.value, "robot_daily")
    assert said(county) == []


def test_a_group_of_another_division_or_role_hears_nothing(a_house: HouseMaker) -> None:
    others = (
        Robot(name="elsewhere", division="431300"),
        Robot(name="leaders", roles=("leader",)),
    )
    services = a_house(today=D7, catalogue=sprout_catalogue(), robots=others)
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-04", on=D7)
    sweep(services)

    assert of_robots(services) == []
    assert said(services) == []


def test_a_lost_answer_is_repeated_once_with_the_same_name_and_then_left_to_a_person(
    county: Services,
) -> None:
    [letter] = of_robots(county)
    number = letter.id
    carrier = MemoryCarrier(remembers=False)
    lost = _Unchecked(carrier)
    lost.deliver = lambda message: _lost(carrier, message)  # type: ignore[method-assign]
    later = county
    for _ in range(4):
        deliver(replace(later, open_carrier=lambda: lost), only=[number or 0])
        moment = later.now() + dt.timedelta(hours=1)
        later = replace(later, now=lambda at=moment: at)

    copies = [each.message_id for each in carrier.attempts]
    assert len(copies) == 2
    assert len(set(copies)) == 1
    [letter] = of_robots(county)
    assert (letter.state, letter.may_repeat) == (LetterState.UNKNOWN.value, True)


def _lost(carrier: MemoryCarrier, message: Message) -> Receipt:
    carrier.attempts.append(message)
    return Receipt(fate=Fate.UNKNOWN, detail="示例")


def test_through_the_real_carrier_a_refusal_is_on_record_with_its_reason(
    county: Services, server: RobotServer
) -> None:
    server.answers = [(200, '{"errcode":93000,"errmsg":"invalid webhook url"}')]
    deliver(replace(county, open_carrier=lambda: robots(server, "wecom")))

    [letter] = of_robots(county)
    assert letter.state == LetterState.FAILED.value
    assert letter.reason == (
        "企业微信不接受（93000 invalid webhook url），请检查 [[robots]] 里的地址、密钥和关键词"
    )
    with county.database.reading() as session:
        states = set(session.scalars(select(col(Letter.state)).where(col(Letter.id) != letter.id)))
        assert states == {LetterState.SENT.value}  # nobody's mail waited for it
        keys = session.scalars(
            select(col(LetterItem.key)).where(col(LetterItem.letter_id) == letter.id)
        ).all()
    assert keys == ["robot/group/2026-04-23"]
    assert len(server.told) == 1
