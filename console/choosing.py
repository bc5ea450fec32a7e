"""The language of the console, chosen in the footer; a cookie remembers it, nothing else."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from console.forms import RefusedError, form_of
from console.language import CHINESE, LANGUAGES, Spoken, spoken
from console.signing import inside
from console.site import HEADERS, Site, is_from_here, keep_cookie, place_of, trouble_page

COOKIE = "peiyu_language"
_A_YEAR = 365 * 24 * 3600


def add_choosing(site: Site) -> None:
    """Let anybody choose, also who is not signed in: nothing of ours changes by it."""
    site.app.add_middleware(_Spoken)
    site.app.add_api_route("/language", _choose, methods=["POST"])


class _Spoken:
    """Notes for each request which language was chosen, whatever the browser prefers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            chosen = request.cookies.get(COOKIE, "")
            # Not taken back afterwards: the page about an error is made further out.
            spoken.set(Spoken(chosen if chosen in LANGUAGES else CHINESE, _back(request)))
        await self._app(scope, receive, send)


def _back(request: Request) -> str:
    """Return what to open again: of a form that was sent, the page that had it."""
    if request.method == "GET":
        return place_of(request)
    return inside(_path(request.headers.get("referer", ""))) if is_from_here(request) else "/"


async def _choose(request: Request) -> Response:
    try:
        fields = (await form_of(request)).fields
    except RefusedError as refused:
        return trouble_page(refused.status)
    chosen = fields.get("language", ("",))[0]
    if not is_from_here(request) or chosen not in LANGUAGES:
        return trouble_page(403)
    response = RedirectResponse(inside(fields.get("to", ("/",))[0]), 303, headers=HEADERS)
    keep_cookie(request, response, COOKIE, chosen, lasting=_A_YEAR)
    return response


def _path(address: str) -> str:
    """Return the path and query of an address of ours."""
    return "/" + address.partition("://")[2].partition("/")[2]
