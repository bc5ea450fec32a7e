"""The page behind the link of a letter: to look changes nothing, to send answers once.

Whoever holds the link may answer, so it is told to nobody else: no referrer, no cache, no log.
What is not ours, over, too much or too long gets one calm page that tells nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from casework.answers import Given, Gone, Question, Wish, answer, look
from casework.links import PATH
from casework.refusal import Refusal
from casework.services import Services
from casework.typed import plain
from console.rendering import Alone
from notifications.letters import FLAGS
from notifications.words import countdown
from policy.answers import LONGEST_RECEIPT, LONGEST_WORDS, AnswerKind, AnswerState
from policy.workdays import weekday_name
from runtime.build import CannotRunError, opened, read_settings
from runtime.trouble import DATABASE_ERRORS

_ASKING, _CALM = Alone("answer", forms=True), Alone("calm")
_FINE, _NOT_FOUND, _OVER, _TOO_LONG, _WRONG, _TOO_MANY, _LATER = 200, 404, 410, 413, 422, 429, 503
_SAID = {
    _NOT_FOUND: "这个链接不对，或已经失效。",
    _OVER: "这个链接已经过期。",
    _TOO_LONG: "写的内容太长。",
    _TOO_MANY: "打开的人太多，请过一分钟再试。",
    _LATER: "暂时打不开，请过一会儿再试。",
}
_MOST_BYTES = 4096
_SECONDS = 10.0  # for a form to arrive
_EACH, _ALL = 300, 600  # requests in a minute: of one address, and of everybody


class Allowance:
    """How many requests are answered in one minute: of one address, and in all."""

    def __init__(self, each: int, everybody: int, clock: Callable[[], float]) -> None:
        self._each, self._all, self._clock = each, everybody, clock
        self._lock = Lock()
        self._minute, self._total = 0, 0
        self._counts: Counter[str] = Counter()

    def allows(self, who: str) -> bool:
        """Count a request; False when it is one too many."""
        minute = int(self._clock() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._total = minute, 0
                self._counts.clear()
            if self._total >= self._all or self._counts[who] >= self._each:
                return False
            self._total += 1
            self._counts[who] += 1
            return True


def add_answers(app: FastAPI, home: Path) -> None:
    """Add the page to an app."""
    allowance = Allowance(_EACH, _ALL, monotonic)

    @app.api_route(f"{PATH}{{token}}", methods=["GET", "HEAD"])
    def ask(token: str, request: Request) -> Response:
        if not allowance.allows(_who(request)):
            return _calm(_TOO_MANY)
        return _opened(home, lambda services: _shown(services, look(services, token)))

    @app.post(f"{PATH}{{token}}")
    async def give(token: str, request: Request) -> Response:
        if not allowance.allows(_who(request)):
            return _calm(_TOO_MANY)
        body = await _body(request)
        if body is None:
            return _calm(_TOO_LONG)
        return await run_in_threadpool(
            _opened, home, lambda services: _answered(services, token, body)
        )


def _who(request: Request) -> str:
    return request.client.host if request.client else ""


async def _body(request: Request) -> bytes | None:
    """Return the form as it was sent; None when it is too long, or does not come."""

    async def read() -> bytes | None:
        found = b""
        async for piece in request.stream():
            found += piece
            if len(found) > _MOST_BYTES:
                return None
        return found

    try:
        return await asyncio.wait_for(read(), _SECONDS)
    except (TimeoutError, ClientDisconnect):
        return None


def _opened(home: Path, work: Callable[[Services], Response]) -> Response:
    try:
        with opened(read_settings(home)) as services:
            return work(services)
    except (CannotRunError, *DATABASE_ERRORS):
        return _calm(_LATER)


def _answered(services: Services, token: str, body: bytes) -> Response:
    """Answer, and say how the matter stands now."""
    try:
        typed = parse_qs(body.decode("utf-8"), max_num_fields=10)
        kind = AnswerKind(typed.get("answer", [""])[0])
    except ValueError:  # no form of ours: it is shown again
        return _shown(services, look(services, token), Refusal(reason="请选一项答复"))
    said = {name: plain(typed.get(name, [""])[0]) for name in ("receipt", "words")}
    wish = Wish(kind=kind, receipt=said["receipt"], words=said["words"])
    came = answer(services, token, wish)
    if isinstance(came, Refusal):
        return _shown(services, look(services, token), came, wish)
    return _shown(services, came.question, came) if isinstance(came, Given) else _gone(came)


def _shown(
    services: Services,
    asked: Question | Gone,
    came: Given | Refusal | None = None,
    typed: Wish | None = None,
) -> Response:
    """Return the page of a question, with what came of an answer to it.

    What was ``typed`` stands in the form again when something was wrong with it.
    """
    if isinstance(asked, Gone):
        return _gone(asked)
    day = asked.due_on
    text = _ASKING.render(
        asked=asked,
        kinds={kind.value: kind in asked.may for kind in AnswerKind},
        due=f"{day.year}年{day.month}月{day.day}日（{weekday_name(day)}）",
        left=countdown(asked.days_left),
        flags={flag: FLAGS[flag] for flag in asked.flags},
        states=AnswerState,
        office=services.office,
        demo=services.demo,
        news=isinstance(came, Given) and came.news,
        again=isinstance(came, Given) and not came.news and not asked.closed,
        wrong=came.reason if isinstance(came, Refusal) else "",
        typed=typed or Wish(kind=AnswerKind.SEEN),
        longest={"receipt": LONGEST_RECEIPT, "words": LONGEST_WORDS},
    )
    status = _WRONG if isinstance(came, Refusal) else _FINE
    return HTMLResponse(text, status, headers=dict(_ASKING.headers))


def _gone(why: Gone) -> Response:
    return _calm(_NOT_FOUND if why is Gone.UNKNOWN else _OVER)


def _calm(status: int) -> Response:
    return HTMLResponse(_CALM.render(said=_SAID[status]), status, headers=dict(_CALM.headers))
