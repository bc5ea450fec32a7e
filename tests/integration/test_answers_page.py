"""The page of answers under load, without data, and for whoever asks in another way."""

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from console import answers
from console.serving import serving
from tests.plugins.pages import ask, read, send


def test_too_many_in_a_minute_are_asked_to_wait(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_EACH", 2)
    monkeypatch.setattr(answers, "monotonic", lambda: 0.0)
    with serving(home, "127.0.0.1", 0) as port:
        page = f"http://127.0.0.1:{port}/a/x"
        statuses = [read(page)[0], send(page, {"answer": "seen"})[0], read(page)[0]]
        told = send(page, {"answer": "seen"})

    assert statuses == [404, 404, 429]
    assert (told[0], "请过一分钟再试" in told[1]) == (429, True)


def test_without_data_it_is_calm_and_says_not_where(tmp_path: Path) -> None:
    status, page = ask(tmp_path / "none", f"/a/{'A' * 48}")

    assert (status, "暂时打不开" in page, str(tmp_path) in page) == (503, True, False)


def test_a_calm_page_asks_nobody_and_is_kept_by_nobody(home: Path) -> None:
    with serving(home, "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}/a/x"
        asked = Request(address, method="HEAD")
        with pytest.raises(HTTPError, match="404") as refused:
            urlopen(asked)  # noqa: S310
        status, page = read(address)
    with refused.value as kept:
        headers = kept.headers

    assert status == 404
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'none'" in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "什么都没有改动" in page
    assert "<script" not in page
