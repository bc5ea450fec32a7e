"""Webhooks: programs of others that are told of moves. Nothing else is ever told to them."""

import binascii
from base64 import b64decode, b64encode
from secrets import token_bytes
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from config.robots import LOOPBACK

SECRET_MARK = "whsec_"  # noqa: S105 - how every secret begins, by the standard
_SHORTEST, _NEW, _LONGEST = 24, 32, 64  # bytes, by the standard
Event = Literal["case.moved", "case.ended"]


class WebhookPart(BaseModel):
    """One program that is told; calls are signed as https://www.standardwebhooks.com says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    url: SecretStr
    secret: SecretStr
    events: Annotated[tuple[Event, ...], Field(min_length=1)] = ("case.moved", "case.ended")
    division: str = ""  # a division and all below it; empty: everywhere
    plain_http: bool = False  # http:// to another machine: on a network that nobody listens to

    @model_validator(mode="after")
    def _proper(self) -> Self:
        url = urlsplit(self.url.get_secret_value())
        wrong = _wrong_url(url, plain=self.plain_http) or _wrong_secret(self.key_words)
        if wrong:
            raise PydanticCustomError("setting", "{words}", {"words": wrong})
        return self

    @property
    def key_words(self) -> str:
        """Return the secret as it is written."""
        return self.secret.get_secret_value()


def new_secret() -> str:
    """Return a secret that nobody has."""
    return SECRET_MARK + b64encode(token_bytes(_NEW)).decode()


def key_of(secret: str) -> bytes:
    """Return the key that a written secret stands for; ValueError when it is none."""
    return b64decode(secret.removeprefix(SECRET_MARK), validate=True)


def _wrong_url(url: SplitResult, *, plain: bool) -> str:
    if url.scheme == "https" and url.hostname and "@" not in url.netloc:
        return ""
    near = plain or url.hostname in LOOPBACK
    if url.scheme == "http" and url.hostname and near and "@" not in url.netloc:
        return ""
    return (
        "url 应为 https 地址，不带用户名；本机可用 http，别的机器要用 http 就写 plain_http = true"
    )


def _wrong_secret(secret: str) -> str:
    how = f"secret 应以 {SECRET_MARK} 开头，用 peiyu webhooks secret 做一个"
    if not secret.startswith(SECRET_MARK):
        return how
    try:
        size = len(key_of(secret))
    except (binascii.Error, ValueError):
        return how
    return "" if _SHORTEST <= size <= _LONGEST else how
