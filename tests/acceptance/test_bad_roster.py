"""A roster with twenty kinds of error: each is named by row, column and sentence; none applied."""

import re
from pathlib import Path

from tests.plugins import bad_roster
from tests.plugins.terminal import Peiyu

KINDS = 20
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_each_of_twenty_kinds_of_error_is_named_and_nothing_is_applied(
    peiyu: Peiyu, tmp_path: Path
) -> None:
    file = tmp_path / "名册.xlsx"
    slips = bad_roster.write_bad_roster(file)
    peiyu("init")

    tried = peiyu("import", str(file), "--apply", "--json")

    problems = tried.json["problems"]
    said = {(each["sheet"], each["row"], each["column"]): each["message"] for each in problems}
    assert len({slip.phrase for slip in slips}) >= KINDS
    for slip in slips:
        assert slip.phrase in said[slip.sheet, slip.row, slip.column], slip
    assert all(CHINESE.search(each["message"]) for each in problems)
    assert tried.code == 1
    assert not tried.json["applied"]
    assert peiyu("status", "--json").json["enterprises"] == 0
