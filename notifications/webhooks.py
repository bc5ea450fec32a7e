"""Calling webhooks: one signed POST to one address, and what became of it.

Signed as https://www.standardwebhooks.com says, so that whoever is called finds a library.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import requests
from urllib3.exceptions import HTTPError

from notifications.words import one_line, shortened

_SECONDS = (10.0, 20.0)  # to connect, and between two bytes of the answer
_FINE, _ELSEWHERE, _WRONG = 200, 300, 400  # HTTP
_SAID, _READ = 200, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class HookSettings:
    """Where a webhook is; checked when the settings were read."""

    url: str = field(repr=False)
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is told: ``id`` is the same on every try."""

    webhook: str
    id: str
    at: int  # the moment of this try, in seconds since 1970
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What became of one try."""

    taken: bool
    detail: str  # for whoever keeps the program


Caller = Callable[[Call], Called]


class Webhooks:
    """Calls the webhooks of the settings."""

    def __init__(
        self, known: Mapping[str, HookSettings], *, seconds: tuple[float, float] = _SECONDS
    ) -> None:
        self._known, self._seconds = known, seconds

    def __call__(self, call: Call) -> Called:
        """Return what became of one try; no redirect is followed, the answer's body is nothing."""
        hook = self._known[call.webhook]
        try:
            with requests.post(
                hook.url,
                data=call.body,
                headers=signed(hook.key, call),
                timeout=self._seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return _judged(answer)
        except requests.Timeout:
            return Called(taken=False, detail="对方没有及时应答")
        except (requests.RequestException, HTTPError, OSError) as error:
            return Called(taken=False, detail=f"连不上对方（{type(error).__name__}）")


def signed(key: bytes, call: Call) -> dict[str, str]:
    """Return the headers of a call: who it is, when, and the proof that it is ours."""
    seal = hmac.new(key, f"{call.id}.{call.at}.".encode() + call.body, sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "peiyu",
        "webhook-id": call.id,
        "webhook-timestamp": str(call.at),
        "webhook-signature": f"v1,{b64encode(seal).decode()}",
    }


def _judged(answer: requests.Response) -> Called:
    status = answer.status_code
    if _FINE <= status < _ELSEWHERE:
        return Called(taken=True, detail="")
    if status < _WRONG:
        return Called(taken=False, detail=f"对方要转到别处（HTTP {status}），不跟着去，请改 url")
    words = shortened(one_line(_said(answer)), _SAID)
    return Called(
        taken=False, detail=f"对方没有收下（HTTP {status}）" + (f"：{words}" if words else "")
    )


def _said(answer: requests.Response) -> str:
    """Return how the body begins; nothing of one that is broken: the status says enough."""
    try:
        start: bytes = answer.raw.read(_READ, decode_content=True)
    except (HTTPError, OSError):
        return ""
    return start.decode("utf-8", "replace")
