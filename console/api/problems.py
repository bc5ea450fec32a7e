"""What went wrong, as RFC 9457 says it; `detail` is a Chinese sentence for whoever must mend it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from config.problems import named
from runtime.trouble import DATABASE_ERRORS, CannotRunError

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "No valid token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Overtaken",
    413: "Too large",
    422: "Refused",
    428: "Version required",
    429: "Too many failures",
    500: "Broken",
    503: "Away",
}
_AWAY = "数据库或设置暂时打不开，请过一会儿再试，或请运维运行 peiyu doctor"
_BROKEN = "程序出错了，这一步没有办成，请告诉运维"
_SHAPES = {
    "missing": "缺少，请补上",
    "extra": "不认识这一项，请删去或改正拼写",
    "json": "不是 JSON，请检查引号、逗号和括号",
    "model": "应为 JSON 对象，标头写 Content-Type: application/json",
    "string": "应为文字",
    "int": "应为整数",
    "bool": "应为 true 或 false",
    "date": "应为日期，写成 2026-03-02 这样",
}
_NOWHERE = "没有这个地址，接口说明在 /api/v1/openapi.json"


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(default="about:blank", description="Always `about:blank`.")
    title: str = Field(description="What the status means, in English; the same for each status.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong and how to mend it, a sentence in Chinese.")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="422 of a form: one each with `where` and `detail`."
    )
    by: str | None = Field(default=None, description="409: who acted in the meantime.")
    at: str | None = Field(default=None, description="409: when, UTC.")
    version: int | None = Field(default=None, description="409: the version as it is now.")


class ProblemError(Exception):
    """A request ends here, with a problem."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers, self.more = dict(headers or {}), more


def problem(status: int, detail: str, **more: object) -> dict[str, Any]:
    """Return a problem as JSON has it."""
    said = Problem.model_validate(
        {"title": TITLES[status], "status": status, "detail": detail, **more}
    )
    return said.model_dump(exclude_none=True)


def answered(
    status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    """Return the answer that says it."""
    return JSONResponse(body, status, media_type=MEDIA_TYPE, headers=headers)


def possible(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the schema says that a route can end in problems."""
    return {status: {"model": Problem, "description": TITLES[status]} for status in statuses}


def add_problems(api: FastAPI) -> None:
    """Let every failure be said in the same way."""
    api.add_exception_handler(ProblemError, _told)
    api.add_exception_handler(RequestValidationError, _wrong_form)
    api.add_exception_handler(HTTPException, _of_the_web)
    for error in (CannotRunError, *DATABASE_ERRORS):
        api.add_exception_handler(error, _away)
    api.add_exception_handler(Exception, _broken)


def _told(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - as it was registered
    return answered(error.status, problem(error.status, error.detail, **error.more), error.headers)


def _wrong_form(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it was registered
    faults = [{"where": _where(each["loc"]), "detail": _words(each)} for each in error.errors()]
    first = "；".join(f"{each['where']}：{each['detail']}" for each in faults)
    return answered(422, problem(422, f"请求的内容不对，{first}", errors=faults))


def _where(loc: Iterable[int | str]) -> str:
    place, *rest = loc
    names = {"body": "正文", "query": "参数", "path": "地址", "header": "标头"}
    return " ".join([names.get(str(place), str(place)), *map(str, rest)])


def _words(fault: Mapping[str, Any]) -> str:
    """Return what is wrong with one value, and how to write it."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "subject":
        return str(fault["msg"])
    if kind in ("enum", "literal_error"):
        return named(
            re.findall(r"'([^']+)'", str(context.get("expected", ""))), str(fault["input"])
        )
    bounds = {
        "ge": "不能小于",
        "le": "不能大于",
        "max_length": "字数不能多于",
        "min_length": "字数不能少于",
    }
    bound = next((f"{words} {context[key]}" for key, words in bounds.items() if key in context), "")
    return bound or _SHAPES.get(kind.partition("_")[0], "写法不对，请看 /api/v1/openapi.json")


def _of_the_web(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it was registered
    status = error.status_code if error.status_code in TITLES else 400
    words = {
        404: _NOWHERE,
        405: "这个地址不能这样用，请看 /api/v1/openapi.json",
        413: "发来的内容太大，最多 64 KB",
    }
    detail = words.get(status, "请求看不懂，请检查写法")
    return answered(status, problem(status, detail), error.headers)


def _away(_: Request, __: Exception) -> Response:
    return answered(503, problem(503, _AWAY), {"Retry-After": "30"})


def _broken(_: Request, __: Exception) -> Response:
    return answered(500, problem(500, _BROKEN))
