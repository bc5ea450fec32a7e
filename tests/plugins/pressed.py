"""Which acts of the console were pressed in a real window: what a test says it presses, it must.

    @pytest.mark.presses("/cases/{number}/record", "/cases/{number}/revoke")
    @BOTH_WAYS
    def test_something(chromium, desk, *, scripts):
        with window(chromium, desk, "clerk", java_script_enabled=scripts) as page: ...

`tests/house/test_every_act_is_pressed.py` holds what all of them press to the table of the routes.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request

# Without scripts they follow in `make test-long`: each costs a window and a house of its own.
BOTH_WAYS = pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="with scripts"),
        pytest.param(False, id="without scripts", marks=pytest.mark.long),
    ],
)
_sent: set[str] = set()


def watch(context: BrowserContext) -> None:
    """Remember where the forms of a window go."""
    context.on("request", _remember)


def _remember(asked: Request) -> None:
    if asked.method == "POST":
        _sent.add(urlsplit(asked.url).path)


def is_at(route: str, path: str) -> bool:
    """Say whether a path is one of a route, `/cases/{number}/record`."""
    return bool(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path))


@pytest.fixture(autouse=True)
def _presses_what_it_says(request: pytest.FixtureRequest) -> Iterator[None]:
    _sent.clear()
    yield
    mark = request.node.get_closest_marker("presses")
    said = mark.args if mark else ()
    assert not [route for route in said if not any(is_at(route, path) for path in _sent)]
