"""Every row of the catalogue of faults is shown by a test, and no test shows a row that is none."""

import re
import subprocess
import sys

from scripts.make_manual import SPEC
from scripts.manual_faults import fault_rows, marked
from tests.house.tree import ROOT

ROWS = [row["id"] for row in fault_rows(SPEC / "faults.toml")]
SHOWN = {row for test in marked(ROOT / "tests") for row in test.rows}


def test_the_catalogue_is_whole() -> None:
    mail, time = range(1, 22), range(1, 23)

    assert [f"M{number:02}" for number in mail] + [f"R{number:02}" for number in time] == ROWS


def test_every_row_is_shown_by_a_test_and_every_mark_names_a_row() -> None:
    assert sorted(SHOWN) == ROWS


def test_the_tests_of_one_row_can_be_picked() -> None:
    picked = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--collect-only",
            "--fault",
            "m18",
            "tests/integration/test_pace.py",
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert picked.returncode == 0, picked.stdout
    names = re.findall(r"^tests/integration/test_pace\.py::(\w+)", picked.stdout, re.MULTILINE)
    assert sorted(set(names)) == [
        "test_a_delivery_that_ends_lets_go_of_who_waits_for_room_and_waits_not_beyond_its_end",
        "test_a_provider_has_a_pace_of_its_own_and_others_do_not_wait_for_it",
        "test_eight_senders_at_once_hand_over_no_more_than_allowed",
        "test_in_no_minute_there_are_more_than_allowed_and_nobody_waits_longer_than_needed",
        "test_who_waits_for_room_at_a_provider_keeps_nobody_else_waiting_and_still_gets_a_letter",
    ]
