"""Group robots: which addresses one may have. Nothing else is ever asked by the program."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class RobotKind(StrEnum):
    """Whose robot it is."""

    WECOM = "wecom"  # 企业微信
    DINGTALK = "dingtalk"  # 钉钉
    FEISHU = "feishu"  # 飞书
    WEBHOOK = "webhook"  # whatever takes JSON


# The host and the path that the address of each robot has, as its maker gives it out.
PLACES = {
    RobotKind.WECOM: ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send"),
    RobotKind.DINGTALK: ("oapi.dingtalk.com", "/robot/send"),
    RobotKind.FEISHU: ("open.feishu.cn", "/open-apis/bot/v2/hook/"),
}
_SIGNED = (RobotKind.DINGTALK, RobotKind.FEISHU)
_KEYS = {RobotKind.WECOM: "key", RobotKind.DINGTALK: "access_token"}


class RobotPart(BaseModel):
    """One robot in a group of staff; what is secret of it is in its address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    kind: RobotKind
    url: SecretStr
    secret: SecretStr = SecretStr("")  # DingTalk: the key of 加签; Feishu: that of 签名校验
    division: str = ""  # a division and all below it; empty: everywhere
    roles: tuple[Literal["clerk", "head", "leader"], ...] = ("clerk",)
    per_minute: int = Field(default=10, ge=1, le=20)

    @model_validator(mode="after")
    def _proper(self) -> Self:
        if wrong := _wrong(self.kind, urlsplit(self.url.get_secret_value())):
            raise PydanticCustomError("setting", "{words}", {"words": wrong})
        if self.secret.get_secret_value() and self.kind not in _SIGNED:
            words = "只有钉钉和飞书的机器人可以写 secret；别的请用关键词，或不设安全校验"
            raise PydanticCustomError("setting", "{words}", {"words": words})
        return self


def _wrong(kind: RobotKind, url: SplitResult) -> str:
    """Return what is wrong with a robot's address, or nothing."""
    if kind is RobotKind.WEBHOOK:
        plain = url.scheme == "http" and url.hostname in LOOPBACK
        return "" if url.hostname and (plain or url.scheme == "https") else "url 应为 https 地址"
    host, path = PLACES[kind]
    shown = f"url 应为机器人自己的地址，以 https://{host}{path} 开头"
    if (url.scheme, url.netloc) != ("https", host) or not url.path.startswith(path):
        return shown
    key = _KEYS.get(kind)
    if key is not None:
        return "" if parse_qs(url.query).get(key) else f"{shown}，带 {key}="
    return "" if url.path.removeprefix(path).strip("/") else shown
