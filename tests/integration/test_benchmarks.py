"""`make bench` runs, and its floor writes exactly what the engine writes."""

import json

import pytest

from benchmarks import figures
from benchmarks.__main__ import line, main
from benchmarks.figures import Figure


@pytest.mark.long
def test_every_figure_is_measured_on_a_small_county(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "REHEARSED", 5)
    assert main(["--size", "70", "--repeats", "1", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    numbers = [figure["number"] for figure in told["figures"]]
    assert numbers == ["–", "1", "–", "3", "7", "8", "9", "–"]
    assert all(figure["ratio"] > 0 for figure in told["figures"])


def test_a_promise_that_does_not_hold_is_said() -> None:
    figure = Figure(
        number="1", title="平常一月", ratio=25.88, wall_ratio=25.05, must="≤ 3.0", holds=False
    )

    assert "25.88（25.05）  ≤ 3.0  未达到" in line(figure)
