"""Group robots (群机器人): what a robot is told, and what its server said to it.

The package `apprise` knows what each maker's robot wants to be told. It keeps the answer to
itself, though, and to WeCom "too many" is an answer like any other: so the one call that goes out
is made here, once, to the one address it is for, and its answer is read.
"""

import base64
import hmac
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import requests
from apprise.plugins import custom_json, dingtalk, feishu, wecombot

from notifications.message import ROBOT_MARK, Carrier, Fate, Message, Receipt
from notifications.words import one_line, shortened

_CONNECT, _ANSWER = 10.0, 20.0  # seconds
_MINUTE = 60.0
_FINE, _ELSEWHERE, _TOO_MANY, _BROKEN = 200, 300, 429, 500  # HTTP
_LONGEST = 64 * 1024
_SAID = 200
# Too many, or busy: WeCom and DingTalk say so with a code in a good answer, and so does Feishu.
_LATER = {"wecom": {45009, -1}, "dingtalk": {130101, 410100, -1}, "feishu": {11232, 11233}}
_CODES = {"wecom": "errcode", "dingtalk": "errcode", "feishu": "code"}
_TITLES = {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "webhook": "接收方"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotSettings:
    """Where a robot is; checked when the settings were read."""

    name: str
    kind: str  # wecom, dingtalk, feishu, webhook
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    per_minute: int = 10


@dataclass(slots=True, kw_only=True)
class _Call:
    """The one call that may go out, and what became of it."""

    host: str
    reach: Mapping[str, str]  # a host -> where it is instead; for tests
    seconds: tuple[float, float]
    signed_with: str = field(default="", repr=False)  # Feishu's secret, which its plugin ignores
    fate: Fate = Fate.FAILED
    status: int | None = None
    said: bytes = b""

    def post(self, url: str, **how: Any) -> requests.Response:  # noqa: ANN401 - as requests
        there = urlsplit(url)
        if there.netloc != self.host:
            raise requests.exceptions.InvalidURL("not the robot's own address")
        if self.host in self.reach:
            url = url.replace(f"{there.scheme}://{there.netloc}", self.reach[self.host])
        told = {name: how[name] for name in ("data", "headers", "params") if name in how}
        if self.signed_with:
            told["data"] = _signed(told["data"], self.signed_with)
        try:
            answer = requests.post(
                url, **told, timeout=self.seconds, allow_redirects=False, stream=True
            )
            self.status = answer.status_code
            self.said = answer.raw.read(_LONGEST, decode_content=True)
        except requests.RequestException as error:
            self.fate = _unanswered(error)
            raise
        except Exception as error:
            self.fate = Fate.UNKNOWN  # it was cut off while it answered
            raise requests.ConnectionError(str(error)) from error
        answer._content = self.said  # noqa: SLF001 - read, and not to be read again
        return answer


_CALL: ContextVar[_Call | None] = ContextVar("_CALL", default=None)


class _Requests:
    """Stands where these four plugins look for `requests`; others who use them notice nothing."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever is asked for
        return getattr(requests, name)

    def post(self, url: str, **how: Any) -> requests.Response:  # noqa: ANN401 - as requests
        call = _CALL.get()
        return requests.post(url, **how) if call is None else call.post(url, **how)  # noqa: S113

    def request(self, method: str, url: str, **how: Any) -> requests.Response:  # noqa: ANN401
        call = _CALL.get()
        return requests.request(method, url, **how) if call is None else call.post(url, **how)  # noqa: S113


_PLUGINS: tuple[Any, ...] = (wecombot, dingtalk, feishu, custom_json)
for _plugin in _PLUGINS:
    _plugin.requests = _Requests()


class Robots:
    """Tells robots what is for them, and hands everything else on to the carrier of mail."""

    def __init__(
        self,
        mail: Carrier,
        robots: Mapping[str, RobotSettings],
        *,
        reach: Mapping[str, str] | None = None,
        seconds: tuple[float, float] = (_CONNECT, _ANSWER),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = mail.name
        self._mail, self._robots = mail, robots
        self._reach, self._seconds, self._clock = reach or {}, seconds, clock
        self._told = {name: deque[float](maxlen=robot.per_minute) for name, robot in robots.items()}

    def deliver(self, message: Message) -> Receipt:
        """Return what became of one attempt."""
        if not message.robot:
            return self._mail.deliver(message)
        robot = self._robots.get(message.robot)
        if robot is None:
            words = f"设置里没有机器人“{message.robot}”，请补上 [[robots]]，或不再发"
            return Receipt(fate=Fate.FAILED, detail=words)
        told, now = self._told[robot.name], self._clock()
        if len(told) == told.maxlen and now - told[0] < _MINUTE:
            return Receipt(fate=Fate.DEFERRED, detail="一分钟内发得太多，稍后再发")
        told.append(now)
        return self._tell(robot, message.text)

    def find(self, message_id: str) -> bool | None:
        """Say what the carrier of mail knows; a robot can not be asked what it was told."""
        return None if message_id.startswith(f"<{ROBOT_MARK}") else self._mail.find(message_id)

    def close(self) -> None:
        """Close the carrier of mail."""
        self._mail.close()

    def _tell(self, robot: RobotSettings, text: str) -> Receipt:
        call = _Call(
            host=urlsplit(robot.url).netloc,
            reach=self._reach,
            seconds=self._seconds,
            signed_with=robot.secret if robot.kind == "feishu" else "",
        )
        held = _CALL.set(call)
        try:
            _plugin_of(robot).send(body=text, title="")
        finally:
            _CALL.reset(held)
        return _receipt(robot.kind, call)


def _plugin_of(robot: RobotSettings) -> Any:  # noqa: ANN401 - one of four
    url = urlsplit(robot.url)
    query = parse_qs(url.query)
    wecom, ding, lark, hook = _PLUGINS
    match robot.kind:
        case "wecom":
            return wecom.NotifyWeComBot(key=query["key"][0])
        case "dingtalk":
            token = query["access_token"][0]
            return ding.NotifyDingTalk(token=token, secret=robot.secret or None)
        case "feishu":
            return lark.NotifyFeishu(token=url.path.rstrip("/").rpartition("/")[2])
        case _:
            return hook.NotifyJSON(
                host=url.hostname,
                port=url.port,
                secure=url.scheme == "https",
                fullpath=url.path or "/",
                params=dict(parse_qsl(url.query)),
            )


def _signed(body: str, secret: str) -> str:
    """Return what Feishu is told by whoever knows the secret (签名校验): good for an hour."""
    now = str(int(time.time()))
    seal = hmac.new(f"{now}\n{secret}".encode(), digestmod=sha256).digest()
    sign = base64.b64encode(seal).decode()
    return json.dumps({**json.loads(body), "timestamp": now, "sign": sign})


def _unanswered(error: requests.RequestException) -> Fate:
    """Say what a call is worth that got no answer: it never left, or nobody knows."""
    words = f"{error!r}"
    never = ("NewConnectionError", "NameResolutionError", "SSLError", "ProxyError")
    if isinstance(error, requests.ConnectTimeout) or any(name in words for name in never):
        return Fate.DEFERRED
    if isinstance(error, (requests.ConnectionError, requests.Timeout)):
        return Fate.UNKNOWN
    return Fate.FAILED


def _receipt(kind: str, call: _Call) -> Receipt:
    said = shortened(one_line(call.said.decode("utf-8", "replace")), _SAID)
    who = _TITLES[kind]
    if call.status is None:
        words = {
            Fate.DEFERRED: f"连不上{who}的服务器，稍后再发",
            Fate.UNKNOWN: f"没有收到{who}的答复，可能已经发出",
            Fate.FAILED: f"机器人的地址或密钥不对，没有发给{who}，请检查 [[robots]]",
        }
        return Receipt(fate=call.fate, detail=words[call.fate])
    fate, why = _judge(kind, call)
    words = {
        Fate.SENT: "已由机器人发出",
        Fate.DEFERRED: f"{who}说现在太忙或发得太多（{why}），稍后再发",
        Fate.UNKNOWN: f"{who}的答复看不懂（{why}），可能已经发出",
        Fate.FAILED: f"{who}不接受（{why}），请检查 [[robots]] 里的地址、密钥和关键词",
    }
    return Receipt(fate=fate, code=call.status, answer=said, detail=words[fate])


def _judge(kind: str, call: _Call) -> tuple[Fate, str]:
    """Return what an answer means, and its words."""
    status = call.status or 0
    if not _FINE <= status < _ELSEWHERE:
        busy = status == _TOO_MANY or status >= _BROKEN
        return Fate.DEFERRED if busy else Fate.FAILED, f"HTTP {status}"
    return _judge_code(kind, call) if kind in _CODES else (Fate.SENT, "")


def _judge_code(kind: str, call: _Call) -> tuple[Fate, str]:
    """Return what the code in a good answer means."""
    try:
        told = json.loads(call.said)
        code = int(told[_CODES[kind]] if _CODES[kind] in told else told["StatusCode"])
    except (ValueError, TypeError, KeyError):
        return Fate.UNKNOWN, "不是约定的格式"
    if code == 0:
        return Fate.SENT, ""
    words = shortened(one_line(str(told.get("errmsg") or told.get("msg") or "")), _SAID)
    later = Fate.DEFERRED if code in _LATER[kind] else Fate.FAILED
    return later, f"{code} {words}".strip()
