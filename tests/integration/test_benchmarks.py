"""`make bench` runs, and its floor writes exactly what the engine writes."""

import json

import pytest

from benchmarks.__main__ import main


def test_every_figure_is_measured_on_a_small_county(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--size", "70", "--repeats", "1", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [figure["number"] for figure in told["figures"]] == ["–", "1", "–", "3", "7", "8", "9"]
    assert all(figure["ratio"] > 0 for figure in told["figures"])


def test_people_read_one_line_for_each_figure(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--size", "70", "--repeats", "1"])

    said = capsys.readouterr().out
    assert "70 家企业，1 遍" in said
    assert said.count("本程序 / ") == 3
    assert "内存峰值" in said
