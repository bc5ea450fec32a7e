"""The pages: `/healthz` for whoever must know at once, `/metrics` for whoever draws curves."""

from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from casework.measure import measure
from casework.watch import look
from console.metrics import TEXT, exposition
from policy.silence import Trouble
from runtime.build import CannotRunError, opened, read_settings
from runtime.timetable import timetable_of
from runtime.trouble import DATABASE_ERRORS

_GREEN, _RED = 200, 503
_NO_DATA = "数据库或设置打不开，请在这台电脑上运行 peiyu doctor"


def make_app(home: Path) -> FastAPI:
    """Return the pages of one data folder; each request opens it anew and changes nothing."""
    app = FastAPI(title="peiyu", docs_url=None, redoc_url=None, openapi_url=None)

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

    return app


def _look(home: Path) -> tuple[Trouble, ...]:
    with opened(read_settings(home)) as services:
        return look(services, timetable_of(home))


def _told(trouble: Trouble) -> str:
    return f"{trouble.sentence}。请运行：{trouble.hint}"
