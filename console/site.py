"""The one door of the console: who is it, may they, is the form ours; then the page is asked.

No page is added beside it, so none can forget to ask.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hmac import compare_digest
from typing import TypeAlias, TypeVar
from urllib.parse import quote, unquote, urlsplit

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from casework.roles import ADMINS, AUDITORS, DECIDERS, KEEPERS, STAFF
from casework.scope import sees_county
from casework.services import Services
from casework.sign_in import Visitor, visitor
from casework.typed import plain
from casework.words import ROLES
from console.forms import SMALL, Form, RefusedError, form_of
from console.house import House
from console.rendering import render
from console.visits import Answer, Framed, Given, Handler, Missing, Sent, Shown, Visit
from models.enterprise import Role
from notifications.words import shortened
from runtime.trouble import DATABASE_ERRORS, CannotRunError

T = TypeVar("T")
COOKIE, NEWS = "peiyu", "peiyu_said"
_MOST_SAID = 300  # characters
Place: TypeAlias = tuple[str, str, frozenset[Role]]  # address, title, whose it is
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_POLICY = "Content-Security-Policy"
# A letter styles itself inline, and that is all it may do; only our own pages may hold it.
_INERT = HEADERS | {
    _POLICY: "default-src 'none'; style-src 'unsafe-inline'; sandbox; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
}
_HOLDING = HEADERS | {_POLICY: HEADERS[_POLICY] + "; frame-src 'self'"}
_SENTENCES = {
    403: ("不能这样做", "您的角色不能做这件事，或者这一页放得太久了。请返回上一页刷新后再试。"),
    404: ("没有这一页", "没有这一页，或者它不在您负责的范围内。"),
    405: ("不能这样打开", "这个地址只能从页面里的按钮提交。"),
    413: ("太大了", "提交的内容太大，请删减后再试；表格请删去图片，或拆成几份。"),
    500: ("程序出错了", "这一步没有办成，数据没有改动。请再试一次；还是不行，请告诉运维。"),
    503: (
        "暂时打不开",
        "数据库或设置暂时打不开。请过一会儿再试，或请运维在服务器上运行 peiyu doctor。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What stands behind the door, and for whom."""

    method: str
    path: str
    roles: frozenset[Role]
    takes_files: bool = False


class Site:
    """Adds pages (which change nothing) and acts (which may) to a web application."""

    def __init__(self, app: FastAPI, house: House) -> None:
        self.app, self.house = app, house
        self.entries: list[Entry] = []
        app.state.site = self
        for wrong, status in ((404, 404), (405, 405), (Exception, 500)):
            app.add_exception_handler(wrong, partial(_say_trouble, status))

    def page(self, path: str, handler: Handler, *, roles: frozenset[Role] = STAFF) -> None:
        """Show something to those of these roles."""

        async def endpoint(request: Request) -> Response:
            return await self._answered(request, handler, roles, Form())

        self.app.add_api_route(path, endpoint, methods=["GET"], name=handler.__name__)
        self.entries.append(Entry(method="GET", path=path, roles=roles))

    def act(
        self,
        path: str,
        handler: Handler,
        *,
        roles: frozenset[Role] = DECIDERS,
        largest: int = SMALL,
    ) -> None:
        """Let those of these roles change something, by a form that we gave them.

        A form with files is read only when ``largest``, in bytes, is set.
        """

        async def endpoint(request: Request) -> Response:
            if largest > SMALL:  # of a stranger not even that much is read
                turned_away = await run_in_threadpool(
                    safely, partial(self._at_the_door, request, roles)
                )
                if isinstance(turned_away, Response):
                    return turned_away
            try:
                form = await form_of(request, largest)
            except RefusedError as refused:
                return trouble_page(refused.status)
            return await self._answered(request, handler, roles, form)

        self.app.add_api_route(path, endpoint, methods=["POST"], name=handler.__name__)
        files = largest > SMALL
        self.entries.append(Entry(method="POST", path=path, roles=roles, takes_files=files))

    async def _answered(
        self,
        request: Request,
        handler: Handler,
        roles: frozenset[Role],
        form: Form,
    ) -> Response:
        def ask() -> Response:
            services = self.house.services()
            who = self._at_the_door(request, roles)
            if isinstance(who, Response):
                return who
            if request.method != "GET" and not _is_sealed(who, form.fields):
                return trouble_page(403, who)
            seen = replace(services, division=who.division)
            visit = Visit(
                services=seen,
                who=who,
                place=place_of(request),
                origin=str(request.base_url).rstrip("/"),
                path={name: plain(str(value)) for name, value in request.path_params.items()},
                query={name: plain(value) for name, value in request.query_params.items()},
                form=form.fields,
                files=form.files,
            )
            return respond(request, seen, who, handler(visit))

        return await run_in_threadpool(safely, ask)

    def _at_the_door(self, request: Request, roles: frozenset[Role]) -> Visitor | Response:
        """Return who asks, or what turns them away before anything of theirs is read."""
        who = visitor(self.house.services(), request.cookies.get(COOKIE, ""))
        if who is None:
            return _to_sign_in(request)
        if who.role not in roles or not (request.method == "GET" or is_from_here(request)):
            return trouble_page(403, who)
        return who


def safely(ask: Callable[[], T]) -> T | Response:
    """Ask, and say it calmly when the data is away."""
    try:
        return ask()
    except (CannotRunError, *DATABASE_ERRORS):
        return trouble_page(503)


def _is_sealed(who: Visitor, form: Mapping[str, Sequence[str]]) -> bool:
    """Say whether a form may change something: a page of this very browser gave it."""
    seals = form.get("seal", ())
    return bool(seals) and compare_digest(seals[0].encode(), who.seal.encode())


def is_from_here(request: Request) -> bool:
    """Say whether a form was sent by a page of this site."""
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    return urlsplit(origin).netloc == request.headers.get("host", "") != ""


def place_of(request: Request) -> str:
    """Return where a request went: path and query."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _to_sign_in(request: Request) -> Response:
    back = place_of(request) if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?to={quote(back, safe='')}", 303, headers=HEADERS)


def respond(request: Request, services: Services, who: Visitor, answer: Answer) -> Response:
    """Return an answer as the browser gets it; what was said once is not said again."""
    match answer:
        case Missing():
            return trouble_page(404, who, answer.what)
        case Sent():
            response: Response = RedirectResponse(answer.to, 303, headers=HEADERS)
            if answer.said:
                say_next(request, response, answer.said, "!" if answer.wrong else ".")
            return response
        case Given():
            return _given(answer)
        case Framed():
            return HTMLResponse(answer.html, headers=_INERT)
        case Shown():
            said = unquote(request.cookies.get(NEWS, ""))
            frame = framed(services, who) | {
                "place": place_of(request),
                "said": said[1:],
                "said_wrong": said.startswith("!"),
            }
            text = render(answer.template, {**frame, **answer.values})
            headers = _HOLDING if answer.frames else HEADERS
            response = HTMLResponse(text, answer.status, headers=headers)
            if said:
                response.delete_cookie(NEWS)
            return response


def _given(answer: Given) -> Response:
    """Return a file to keep; a browser never opens it as a page of ours."""
    kept = f"attachment; filename*=UTF-8''{quote(answer.name, safe='')}"
    headers = HEADERS | {"Content-Disposition": kept}
    return Response(answer.content, media_type=answer.media_type, headers=headers)


def framed(services: Services, who: Visitor | None) -> dict[str, object]:
    """Return what every page shows around itself."""
    return {
        "office": services.office,
        "demo": services.demo,
        "today": services.today,
        "who": who,
        "role": ROLES[who.role] if who else "",
        "places": [each for each in PLACES if who is None or _may_enter(services, who, each)],
    }


def keep_cookie(
    request: Request, response: Response, name: str, value: str, *, lasting: int | None = None
) -> None:
    """Give the browser a cookie that no script reads and no other site makes it send.

    It lasts so many seconds, or until the browser is closed.
    """
    response.set_cookie(
        name,
        value,
        max_age=lasting,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def say_next(request: Request, response: Response, sentence: str, mark: str = ".") -> None:
    """Let the next page say what was done, once; no browser keeps more than 4 KB of it."""
    keep_cookie(request, response, NEWS, quote(mark + shortened(sentence, _MOST_SAID)))


def _may_enter(services: Services, who: Visitor, place: Place) -> bool:
    """Say whether a place has anything for somebody: an operator of a part has no settings."""
    of_a_part = who.role is Role.OPERATOR and not sees_county(services)
    return who.role in place[2] and not (place[0] == "/admin" and of_a_part)


def trouble_page(status: int, who: Visitor | None = None, sentence: str = "") -> Response:
    """Return a page that says in a sentence why there is none."""
    title, words = _SENTENCES[status]
    values = {"title": title, "sentence": sentence or words, "who": who}
    return HTMLResponse(render("trouble.html", values), status, headers=HEADERS)


def _say_trouble(status: int, _: Request, __: Exception) -> Response:
    return trouble_page(status)


PLACES: Sequence[Place] = (
    ("/", "今日", STAFF),
    ("/board", "看板", STAFF),
    ("/cases", "事项", STAFF),
    ("/enterprises", "企业", STAFF),
    ("/due", "截止日历", STAFF),
    ("/imports", "导入", STAFF),
    ("/letters", "信函", STAFF),
    ("/programmes", "规则", STAFF),
    ("/runs", "运行", KEEPERS),
    ("/admin", "管理", ADMINS | AUDITORS | KEEPERS),
)
