"""The same input on the same days gives the same rows: on either engine, in any time zone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.plugins.dump import Dump, differences


def _whole_run(url: str, folder: Path, zone: str) -> Dump:
    done = subprocess.run(
        [sys.executable, "-m", "tests.plugins.whole_run", url, str(folder)],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return {table: [tuple(map(tuple, row)) for row in rows] for table, rows in said.items()}


@pytest.mark.postgres
@pytest.mark.fault("R16", "R17")
@pytest.mark.long
def test_sqlite_and_postgresql_in_two_time_zones_hold_the_same_rows_and_send_the_same_letters(
    tmp_path: Path, postgres_url: str
) -> None:
    runs = {
        "sqlite in UTC": (f"sqlite:///{tmp_path / 'county.db'}", "UTC"),
        "sqlite in Shanghai": (f"sqlite:///{tmp_path / 'other.db'}", "Asia/Shanghai"),
        "postgresql in New York": (postgres_url, "America/New_York"),
    }
    told = {name: _whole_run(url, tmp_path / name, zone) for name, (url, zone) in runs.items()}
    first, *others = told

    assert len(told[first]["case"]) > 300
    assert {dict(row)["state"] for row in told[first]["letter"]} == {"sent"}
    for other in others:
        assert differences(told[first], told[other]) == [], other
        assert _letters(tmp_path / first) == _letters(tmp_path / other), other


def _letters(folder: Path) -> dict[str, bytes]:
    """Return what the letters say, but for the hour and a boundary that is drawn by lot."""
    return {path.name: _said(path.read_bytes()) for path in sorted(folder.glob("*.eml"))}


def _said(mail: bytes) -> bytes:
    lines = mail.splitlines()
    drawn = (b"Date: ", b"--=")
    kept = (line for line in lines if not line.startswith(drawn) and b"boundary=" not in line)
    return b"\n".join(kept)
