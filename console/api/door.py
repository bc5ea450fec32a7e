"""The one door of the interface: whose token is it, and may it.

It stands before the whole application, so no route can be added beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casework.roles import DECIDERS, STAFF
from casework.services import Services
from casework.tokens import Bearer, NoBearer, bearer
from casework.typed import plain
from console.api.problems import ProblemError
from models.enterprise import Role

LARGEST = 64 * 1024  # bytes that a program may send
_READING = frozenset({"GET", "HEAD"})
_ASK = {"WWW-Authenticate": "Bearer"}
_NOBODY = "请在标头里带上令牌：Authorization: Bearer …；令牌由运维用 peiyu token add 发"
_STRANGER = "令牌不对、已到期或已收回，请向运维再要一个"
_SCHEME = HTTPBearer(
    auto_error=False,
    description="Made by `peiyu token add`; it may do what its member of staff may.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks; ``services`` see only what that person may."""

    services: Services
    bearer: Bearer


def admitted(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)],
) -> Caller:
    """Return who asks; refuse whoever has no token that is good for this."""
    if any(plain(each) != each for each in (request.url.path, *request.query_params.values())):
        raise ProblemError(422, "地址或参数里有看不见的控制字符，请去掉")
    services: Services = request.app.state.house.services()
    if given is None:
        raise ProblemError(401, _NOBODY, headers=_ASK)
    address = request.client.host if request.client else ""
    who = bearer(services, given.credentials, address)
    if isinstance(who, NoBearer):
        raise _nobody(who)
    acts = request.method not in _READING
    if acts and who.read_only:
        raise ProblemError(403, f"令牌“{who.token_name}”只能读，不能办事")
    if who.role not in (DECIDERS if acts else STAFF):
        raise ProblemError(403, "令牌所属的人，其角色不能做这件事")
    return Caller(services=replace(services, division=who.division), bearer=who)


def _nobody(who: NoBearer) -> ProblemError:
    if not who.wait:
        return ProblemError(401, _STRANGER, headers=_ASK)
    seconds = {"Retry-After": str(int(who.wait) + 1)}
    return ProblemError(429, "用错的令牌试的次数太多，请稍后再试", headers=seconds)


Called = Annotated[Caller, Depends(admitted)]


def only(roles: frozenset[Role]) -> Callable[[Caller], None]:
    """Return a dependency that lets in those of these roles alone."""

    def check(caller: Called) -> None:
        if caller.bearer.role not in roles:
            raise ProblemError(403, "令牌所属的人，其角色不能看或办这些")

    return check


class Bounded:
    """Refuses what is too large before it is read, and lets nobody keep an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST:
                raise HTTPException(413)
            return message

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, bounded, sealed)


_HEADERS: list[tuple[bytes, bytes]] = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]


def secured(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with problems under their own media type."""
    operations = (each for path in schema["paths"].values() for each in path.values())
    for operation in operations:
        for status, answer in operation["responses"].items():
            content = answer.get("content", {})
            if status >= "400" and "application/json" in content:
                content["application/problem+json"] = content.pop("application/json")
    return schema
