"""日历订阅: the secret address for calendar programs (its own door), and its place on 我的登录."""

from collections.abc import Mapping
from functools import partial

from fastapi.responses import PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from casework.feed import end_feed, feed_line, read_feed, renew_feed
from casework.refusal import Refusal
from casework.roles import STAFF
from console.house import House
from console.site import Site, safely
from console.visits import Answer, Sent, Shown, Visit

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def add_feed(site: Site) -> None:
    """Add the address that programs read, and the acts of its owner."""
    door = _Door(site.house)
    site.app.add_api_route("/feed/{secret}.ics", door.read, methods=["GET"])
    site.act("/me/feed", renew, roles=STAFF)
    site.act("/me/feed/end", end, roles=STAFF)


def renew(visit: Visit) -> Answer:
    """Make a new address, and show it this once."""
    secret = renew_feed(visit.services, visit.who, visit.said("seen"))
    if isinstance(secret, Refusal):
        return Sent(to="/me", said=secret.reason, wrong=True)
    line = feed_line(visit.services, visit.who)
    address = f"{visit.origin}/feed/{secret}.ics"
    return Shown(template="feed.html", values={"address": address, "feed": line})


def end(visit: Visit) -> Answer:
    """End the subscription."""
    end_feed(visit.services, visit.who)
    return Sent(to="/me", said="日历订阅已停止，原来的地址不再有效")


class _Door:
    """What is answered to whoever knows a secret; no cookie is asked for, and none is given."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def read(self, request: Request, secret: str) -> Response:
        """Return the calendar, or that it has not changed."""
        known = request.headers.get("if-none-match", "")
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        return await run_in_threadpool(safely, partial(self._answer, secret, tags))

    def _answer(self, secret: str, tags: list[str]) -> Response:
        found = read_feed(self._house.services(), secret, known=tags)
        if found is None:
            return PlainTextResponse("404", 404, headers=dict(_HEADERS))
        headers = {**_HEADERS, "ETag": found.tag}
        if found.content is None:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type="text/calendar; charset=utf-8", headers=headers)
