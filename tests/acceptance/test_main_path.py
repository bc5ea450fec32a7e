"""From a roster to letters: the demonstration, typed as anybody types it, twice."""

import json
import os
import shutil
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from models.engine import Database, make_engine
from tests.house.tree import ROOT
from tests.plugins.dump import Dump, differences, dump

ENTERPRISES = 150


def _peiyu(*words: str, home: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "cli", *words, "--home", str(home), "--json"],
        cwd=ROOT,
        env={**os.environ, "PEIYU_DATABASE": "sqlite:////nowhere/never.db"},
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def _tables(home: Path) -> Dump:
    database = Database(make_engine(f"sqlite:///{home / 'demo' / 'peiyu.db'}"))
    found = dump(database)
    database.close()
    return found


@pytest.fixture(scope="module", params=["plain", pytest.param("prefect", marks=pytest.mark.long)])
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path has a space, in which the demonstration was run once."""
    home = tmp_path_factory.mktemp("a county") / "数据 文件夹"
    told = _peiyu("demo", *(["--plain"] if request.param == "plain" else []), home=home)
    assert told["import"]["new"] > ENTERPRISES
    assert told["import"]["wrong"] > 0
    assert told["monthly"]["first"]["opened"] > 0
    return home


def test_every_enterprise_is_there_and_cases_stand_in_all_four_phases(county: Path) -> None:
    tables = _tables(county)
    phases = {dict(row)["phase"] for row in tables["case"]}

    assert len(tables["enterprise"]) == ENTERPRISES
    assert phases == {"screening", "training", "declaration", "certification"}


def test_every_move_says_who_why_and_on_what_evidence(county: Path) -> None:
    moves = [dict(row) for row in _tables(county)["transition"]]

    assert moves
    assert all(move["actor"] and move["reason"] for move in moves)
    by_run = [move for move in moves if move["actor"].startswith("月度流程")]
    assert all(json.loads(move["evidence"]) for move in by_run)


def test_letters_lie_in_the_folder_with_explained_dates_and_a_calendar_file(county: Path) -> None:
    letters = sorted((county / "demo" / "letters").glob("*.eml"))
    mails = [message_from_bytes(each.read_bytes(), policy=policy.default) for each in letters]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]
    files = [part for mail in mails for part in mail.iter_attachments()]  # type: ignore[attr-defined]

    assert len(letters) > 100
    assert all("【演示数据】" in text for text in texts)
    assert any("依据：" in text for text in texts)
    assert files
    assert all(Calendar.from_ical(each.get_content()).walk("VEVENT") for each in files)


def test_no_person_got_two_letters_for_one_day(county: Path) -> None:
    letters = [dict(row) for row in _tables(county)["letter"]]
    days = [(letter["person_id"], letter["send_on"]) for letter in letters]

    assert len(days) == len(set(days))
    assert {letter["state"] for letter in letters} == {"sent"}


def test_the_demonstration_again_changes_no_row_and_sends_no_letter(
    county: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    shutil.copytree(county, again)
    before = _tables(again)
    letters = sorted(path.name for path in (again / "demo" / "letters").iterdir())

    told = _peiyu("demo", "--plain", home=again)

    assert told["import"]["already"]
    assert told["deliver"]["sent"] == 0
    assert differences(before, _tables(again)) == []
    assert sorted(path.name for path in (again / "demo" / "letters").iterdir()) == letters
