"""The interface as an application of its own, mounted under /api/v1."""

from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from console.api import (
    acts,
    acts_cases,
    acts_dates,
    acts_letters,
    acts_office,
    lists,
    reads,
    reads_more,
    reads_office,
)
from console.api.door import Bounded, admitted, secured
from console.api.problems import add_problems, possible
from console.house import House

_READS = (reads, lists, reads_more, reads_office)
_ACTS = (acts, acts_cases, acts_dates, acts_letters, acts_office)
PREFIX = "/api/v1"
_ABOUT = (
    "The same reads and acts as the staff console. A token belongs to a member of staff and sees "
    "that person's division alone. Days are `2026-03-02`, moments UTC. Numbers whose last digit "
    "matters are decimal text with their unit beside them. Fields may be added; none is renamed "
    "or removed within v1. Cookies are not honoured."
)


def make_api(house: House) -> FastAPI:
    """Return the interface to a data folder; every path that is added asks at the door first."""
    api = FastAPI(
        title="Peiyu",
        version=version("peiyu"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(admitted)],
        responses=possible(401, 403, 422, 429, 503),
        generate_unique_id_function=_named,
    )
    api.state.house = house
    api.add_middleware(Bounded)
    add_problems(api)
    for each in (*_READS, *_ACTS):
        api.include_router(each.router)
    api.openapi = lambda: _schema(api)  # type: ignore[method-assign]
    return api


def _named(route: APIRoute) -> str:
    return route.name


def _schema(api: FastAPI) -> dict[str, Any]:
    """Return the schema, made once."""
    if api.openapi_schema is None:
        made = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            routes=api.routes,
            servers=[{"url": PREFIX}],
        )
        api.openapi_schema = secured(made)
    return api.openapi_schema
