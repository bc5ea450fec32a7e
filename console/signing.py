"""Signing in and out, and choosing a password: the pages for whoever is nobody yet."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import unquote

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from casework.absences import deputies_of, list_absences
from casework.accounts import choose_password, invited
from casework.feed import feed_line
from casework.first_admin import nobody_can_sign_in
from casework.refusal import Refusal
from casework.roles import STAFF
from casework.services import Services
from casework.sign_in import Browser, sign_in, sign_ins, sign_out
from casework.tokens import MOST_DAYS, USUAL_DAYS, list_tokens
from console.first import OVER, first_form, take_first
from console.forms import RefusedError, form_of
from console.house import House
from console.rendering import render
from console.site import (
    COOKIE,
    HEADERS,
    NEWS,
    Site,
    framed,
    is_from_here,
    keep_cookie,
    safely,
    say_next,
    trouble_page,
)
from console.visits import Answer, Sent, Shown, Visit
from policy.passwords import SHORTEST


def add_signing(site: Site) -> None:
    """Add the pages of signing in and out."""
    doors = _Doors(site.house)
    site.app.add_api_route("/sign-in", doors.show_sign_in, methods=["GET"])
    site.app.add_api_route("/sign-in", doors.sign_in, methods=["POST"])
    site.app.add_api_route("/welcome/{secret}", doors.show_welcome, methods=["GET"])
    site.app.add_api_route("/welcome/{secret}", doors.welcome, methods=["POST"])
    site.page("/me", me)
    site.act("/me/sign-out-everywhere", leave_everywhere, roles=STAFF)
    site.act("/sign-out", leave, roles=STAFF)


def me(visit: Visit) -> Answer:
    """Show who somebody is here, and in which browsers."""
    return Shown(
        template="me.html",
        values={
            "sign_ins": sign_ins(visit.services, visit.who),
            "most_days": MOST_DAYS,
            "usual_days": USUAL_DAYS,
            "tokens": list_tokens(visit.services, person_id=visit.who.person_id),
            "absences": list_absences(visit.services, visit.who.login),
            "deputies": deputies_of(visit.services, visit.who.role),
            "zone": visit.services.zone,
            "feed": feed_line(visit.services, visit.who),
        },
    )


def leave(visit: Visit) -> Answer:
    """Sign out of this browser."""
    sign_out(visit.services, visit.who)
    return Sent(to="/sign-in")


def leave_everywhere(visit: Visit) -> Answer:
    """Sign out of every browser."""
    sign_out(visit.services, visit.who, everywhere=True)
    return Sent(to="/sign-in")


class _Doors:
    """What is answered to whoever is nobody yet: each says what is wrong, and nothing more."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def show_sign_in(self, request: Request) -> Response:
        """Show the form."""
        to = request.query_params.get("to", "/")
        return await self._ask(lambda services: _sign_in_form(services, request, to=to))

    async def sign_in(self, request: Request) -> Response:
        """Take a login and a password."""
        return await self._take(request, partial(_try, request))

    async def show_welcome(self, secret: str) -> Response:
        """Show where somebody chooses a password."""
        first = self._house.first
        if first and first.opens(secret):
            return await self._ask(lambda services: first_form(services, {}))
        return await self._ask(lambda services: _welcome(services, secret))

    async def welcome(self, request: Request, secret: str) -> Response:
        """Take a new password."""
        first = self._house.first
        if first and first.opens(secret):
            return await self._take(request, partial(take_first, request, first))
        return await self._take(request, partial(_choose, request, secret))

    async def _take(
        self, request: Request, act: Callable[[Mapping[str, str], Services], Response]
    ) -> Response:
        try:
            fields = (await form_of(request)).fields
        except RefusedError as refused:
            return trouble_page(refused.status)
        if not is_from_here(request):
            return trouble_page(403)
        return await self._ask(partial(act, {name: said[0] for name, said in fields.items()}))

    async def _ask(self, ask: Callable[[Services], Response]) -> Response:
        return await run_in_threadpool(safely, lambda: ask(self._house.services()))


def _try(request: Request, fields: Mapping[str, str], services: Services) -> Response:
    login, to = fields.get("login", "").strip(), inside(fields.get("to", "/"))
    secret = sign_in(services, login, fields.get("password", ""), _browser(request))
    if isinstance(secret, Refusal):
        return _sign_in_form(services, request, to=to, login=login, wrong=secret.reason)
    response = RedirectResponse(to, 303, headers=HEADERS)
    keep_cookie(request, response, COOKIE, secret)
    return response


def _choose(
    request: Request, secret: str, fields: Mapping[str, str], services: Services
) -> Response:
    password = fields.get("password", "")
    if password != fields.get("again", ""):
        return _welcome(services, secret, wrong="两次输入的密码不一样")
    done = choose_password(services, secret, password)
    if isinstance(done, Refusal):
        return _welcome(services, secret, wrong=done.reason)
    response = RedirectResponse("/sign-in", 303, headers=HEADERS)
    say_next(request, response, f"密码已设好，请登录。您的登录名是 {done}")
    return response


def _sign_in_form(
    services: Services, request: Request, *, to: str, login: str = "", wrong: str = ""
) -> Response:
    said = unquote(request.cookies.get(NEWS, ""))[1:]
    values = {
        **framed(services, None),
        "wrong": wrong,
        "login": login,
        "to": inside(to),
        "said": said,
        "nobody": nobody_can_sign_in(services),
    }
    status = 400 if wrong else 200
    response = HTMLResponse(render("sign_in.html", values), status, headers=HEADERS)
    if said:
        response.delete_cookie(NEWS)
    return response


def _welcome(services: Services, secret: str, *, wrong: str = "") -> Response:
    name = invited(services, secret)
    if not name:
        return trouble_page(404, sentence=OVER)
    values = {**framed(services, None), "name": name, "wrong": wrong, "shortest": SHORTEST}
    status = 400 if wrong else 200
    return HTMLResponse(render("welcome.html", values), status, headers=HEADERS)


def inside(to: str) -> str:
    """Return a place of this site; nobody is sent elsewhere after signing in."""
    safe = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
    return to if safe else "/"


def _browser(request: Request) -> Browser:
    address = request.client.host if request.client else ""
    return Browser(address=address, says=request.headers.get("user-agent", ""))
