"""The page of runs: how far a month is, what is amiss, and nobody's name."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import pytest

from casework.pipeline import run_batch, start_month
from console.serving import serving
from runtime.build import opened, read_settings
from tests.plugins.pages import ask
from tests.plugins.terminal import Peiyu, work_a_month


def test_before_anything_ran_it_says_what_to_type(home: Path) -> None:
    status, page = ask(home, "/runs")

    assert status == 200
    assert "还没有办过" in page
    assert "peiyu run monthly" in page


def test_a_month_on_its_way_shows_how_far_it_is_and_looks_again_soon(home: Path) -> None:
    with opened(read_settings(home)) as services:
        first, *rest = start_month(services, "2026-03")
        run_batch(services, first, on=services.today)
    status, page = ask(home, "/runs")

    assert (status, len(rest) > 0) == (200, True)
    assert f"1/{1 + len(rest)} 批" in page
    assert 'http-equiv="refresh" content="5"' in page


def test_what_ran_is_listed_and_nobody_is_named(
    home: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("李示例 li@bureau.example")

    work_a_month()
    monkeypatch.setattr("casework.remind.queue", broken)
    peiyu("run", "sweep", "--plain")
    _, page = ask(home, "/runs")

    assert all(words in page for words in ("月度流程", "2026-03", "已办完", "提醒", "没办成"))
    assert 'content="60"' in page
    body, health = page.partition("<body>")[2], ask(home, "/healthz")[1]
    assert "没有办成" in body
    assert not re.search(r"示例|@|91431281|李|ZeroDivision", body + health)


@pytest.mark.fault("R22")
def test_it_asks_nobody_and_runs_nothing(home: Path) -> None:
    with serving(home, "127.0.0.1", 0) as port, urlopen(f"http://127.0.0.1:{port}/runs") as answer:
        policy, page = answer.headers["Content-Security-Policy"], answer.read().decode()
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    seal = b64encode(sha256(style.encode()).digest()).decode()

    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{seal}'")
    assert not re.search(r"<script|<link|<img|url\(|src=|https?:", page)


def test_without_data_it_says_what_to_type_not_where(tmp_path: Path) -> None:
    status, page = ask(tmp_path / "none", "/runs")

    assert (status, "peiyu doctor" in page, str(tmp_path) in page) == (503, True, False)
