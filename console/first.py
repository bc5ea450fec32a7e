"""The first start: a page for the first administrator, behind the link of this very start."""

from collections.abc import Mapping

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import Request

from casework.first_admin import Founder, found, nobody_can_sign_in
from casework.refusal import Refusal
from casework.services import Services
from console.house import FirstStart
from console.rendering import render
from console.site import HEADERS, framed, say_next, trouble_page
from policy.passwords import SHORTEST

OVER = "这个链接已经用过或过期了，请向管理员再要一个。"


def first_form(services: Services, fields: Mapping[str, str], wrong: str = "") -> Response:
    """Return the form; nothing once somebody has an account."""
    if not nobody_can_sign_in(services):
        return trouble_page(404, sentence=OVER)
    typed = {name: fields.get(name, "") for name in ("login", "name", "email")}
    values = {**framed(services, None), "form": typed, "wrong": wrong, "shortest": SHORTEST}
    return HTMLResponse(render("first.html", values), 400 if wrong else 200, headers=HEADERS)


def take_first(
    request: Request, first: FirstStart, fields: Mapping[str, str], services: Services
) -> Response:
    """Register who typed the form; two that were sent at once make one administrator."""
    if fields.get("password", "") != fields.get("again", ""):
        return first_form(services, fields, "两次输入的密码不一样")
    founder = Founder(
        login=fields.get("login", "").strip(),
        name=fields.get("name", "").strip(),
        email=fields.get("email", "").strip(),
        password=fields.get("password", ""),
    )
    with first.one_at_a_time:
        done = found(services, founder)
    if isinstance(done, Refusal):
        return first_form(services, fields, done.reason)
    response = RedirectResponse("/sign-in", 303, headers=HEADERS)
    say_next(request, response, f"密码已设好，请登录。您的登录名是 {done}")
    return response
