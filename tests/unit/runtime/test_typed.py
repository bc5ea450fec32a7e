"""A path in a hint can be typed as it stands."""

import os
from pathlib import Path

import pytest

from runtime.typed import typed


@pytest.mark.parametrize(
    ("path", "posix", "windows"),
    [
        pytest.param("企业名册模板.xlsx", "企业名册模板.xlsx", "企业名册模板.xlsx", id="Chinese"),
        pytest.param("收到 的/a.xlsx", "'收到 的/a.xlsx'", '"收到 的/a.xlsx"', id="a space"),
        pytest.param("a;b", "'a;b'", '"a;b"', id="a sign of the shell"),
        pytest.param("(1)", "'(1)'", '"(1)"', id="brackets"),
    ],
)
def test_it_is_quoted_where_it_must_be_and_as_the_system_knows_quotes(
    path: str, posix: str, windows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Path(path)
    assert typed(told) == posix
    monkeypatch.setattr(os, "name", "nt")
    assert typed(told) == windows
