"""Programs that hold a token of somebody, and ask the interface of a served console."""

import httpx
import pytest

from casework.tokens import MadeToken, NewToken, add_token
from console.api.app import PREFIX
from tests.plugins.desk import BY, NO_TLS, Desk


def token(desk: Desk, login: str = "clerk", **how: object) -> MadeToken:
    made = add_token(desk.services, NewToken(login=login, name="示例", **how), by=BY)  # type: ignore[arg-type]
    assert isinstance(made, MadeToken), made
    return made


def program(desk: Desk, secret: str = "") -> httpx.Client:
    """Return a program that holds this token."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    client = httpx.Client(
        base_url=desk.address + PREFIX, headers=headers, timeout=30, verify=NO_TLS
    )
    desk.stack.callback(client.close)
    return client


@pytest.fixture
def api(desk: Desk) -> httpx.Client:
    """A program of the clerk's."""
    return program(desk, token(desk).secret)


@pytest.fixture
def others(desk: Desk) -> httpx.Client:
    """A program of a clerk of another division."""
    return program(desk, token(desk, "elsewhere").secret)
