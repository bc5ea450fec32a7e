"""The pages of staff, and beside their door `/healthz` and `/metrics`, which machines ask.

And `/a/…`, where enterprises answer: see `console/answers.py`; `/api/v1`: see `console/api`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from casework.measure import measure
from casework.services import Services
from casework.watch import look
from console.admin import add_admin
from console.answers import add_answers
from console.api.app import PREFIX, make_api
from console.audit import add_audit
from console.board import add_board
from console.calendars import add_calendars
from console.cases import add_cases
from console.choosing import add_choosing
from console.dates import add_dates
from console.due import add_due
from console.feed import add_feed
from console.firms import add_firms
from console.holidays import add_holidays
from console.house import Clock, FirstStart, House, Starter
from console.imports import add_imports
from console.letters import add_letters
from console.many import add_many
from console.merging import add_merging
from console.metrics import TEXT, exposition
from console.one_case import add_one_case
from console.people import add_people
from console.programmes import add_programmes
from console.rehearsals import add_rehearsals
from console.remarks import add_remarks
from console.rendering import FOREVER, own_file
from console.replies import add_replies
from console.runs import add_runs
from console.signing import add_signing
from console.site import Site
from console.today import add_today
from console.tokens import add_tokens
from console.undoing import add_undoing
from console.views import add_views
from console.wordings import add_wordings
from policy.silence import Silence, Trouble
from runtime.build import CannotRunError, opened, read_settings
from runtime.timetable import timetable_of
from runtime.trouble import DATABASE_ERRORS

_PAGES = (
    add_choosing,
    add_signing,
    add_tokens,
    add_today,
    add_board,
    add_cases,
    add_one_case,
    add_many,
    add_undoing,
    add_dates,
    add_replies,
    add_remarks,
    add_firms,
    add_merging,
    add_due,
    add_imports,
    add_wordings,  # before the letters: a wording is no number of a letter
    add_letters,
    add_programmes,
    add_calendars,
    add_holidays,
    add_runs,
    add_rehearsals,
    add_views,
    add_feed,
    add_people,
    add_admin,
    add_audit,
)
_GREEN, _RED = 200, 503
_NO_DATA = "数据库或设置打不开，请在这台电脑上运行 peiyu doctor"


def make_app(
    home: Path,
    *,
    now: Clock | None = None,
    first: FirstStart | None = None,
    start: Starter | None = None,
) -> FastAPI:
    """Return the pages of one data folder: for machines, for whoever is nobody yet, for staff."""
    house = House(home, now=now, first=first, start=start)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        house.close()

    app = FastAPI(title="peiyu", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    site = Site(app, house)
    for add in _PAGES:
        add(site)
    app.add_api_route("/static/{name}", _own_file, methods=["GET"])
    _add_machines(app, home)
    add_answers(app, home)
    app.mount(PREFIX, make_api(house))
    return app


def _add_machines(app: FastAPI, home: Path) -> None:
    """Add what machines ask."""

    @app.get("/healthz")
    def healthz() -> Response:
        try:
            found = _look(home)
        except (CannotRunError, *DATABASE_ERRORS):
            return JSONResponse({"ok": False, "reasons": [_NO_DATA], "notices": []}, _RED)
        reasons = [_told(each) for each in found if each.grave]
        notices = [_told(each) for each in found if not each.grave]
        answer = {"ok": not reasons, "reasons": reasons, "notices": notices}
        return JSONResponse(answer, _RED if reasons else _GREEN)

    @app.get("/metrics")
    def metrics() -> Response:
        try:
            with opened(read_settings(home)) as services:
                measures = measure(services)
            well = not any(each.grave for each in _look(home))
        except (CannotRunError, *DATABASE_ERRORS):
            # An answer that is not 200 would be thrown away, and the curve only have a gap.
            return PlainTextResponse("peiyu_healthy 0\n", media_type=TEXT)
        text = exposition(measures, well=well, version=version("peiyu"))
        return PlainTextResponse(text, media_type=TEXT)


def _own_file(name: str) -> Response:
    found = own_file(name)
    if found is None:
        return PlainTextResponse("404", 404)
    content, media_type = found
    return Response(content, media_type=media_type, headers=FOREVER)


def _look(home: Path) -> tuple[Trouble, ...]:
    with opened(read_settings(home)) as services:
        return _public(services, home)


def _public(services: Services, home: Path) -> tuple[Trouble, ...]:
    """Return what is amiss, without the own words of a failure: they may name people."""
    found = look(services, timetable_of(home))
    return tuple(
        replace(each, sentence=each.sentence.partition("：")[0])
        if each.kind is Silence.FAILED
        else each
        for each in found
    )


def _told(trouble: Trouble) -> str:
    return f"{trouble.sentence}。请运行：{trouble.hint}"
