"""The digest and housekeeping at the terminal, and in what `peiyu up` says."""

from collections.abc import Callable
from pathlib import Path

from casework.digest import DigestReport
from casework.housekeeping import HousekeepingReport
from cli.nightly import digest_sentence, housekeeping_sentence
from tests.plugins.terminal import Peiyu

Fill = Callable[[], None]
NOTHING = HousekeepingReport(runs=0, batches=0, unsaid=0, letter_files=0)


def test_a_digest_is_written_for_the_clerk_and_leaves_with_the_letters(
    peiyu: Peiyu, a_month: Fill, home: Path
) -> None:
    a_month()
    report = peiyu("run", "digest", "--plain", "--json").json

    assert report == {"week": "2026-W10", "staff": 1, "told": 1}
    assert "写给 1 人" in peiyu("run", "digest", "--plain").out
    assert peiyu("run", "deliver", "--plain").code == 0
    letters = [path.read_bytes() for path in (home / "letters").glob("*.eml")]
    assert any(b"X-Peiyu-Letter" in letter for letter in letters)
    clerk = [each for each in peiyu("letters", "--json").json["letters"] if each["role"] == "clerk"]
    assert [each["state"] for each in clerk] == ["sent"]


def test_housekeeping_keeps_what_the_settings_say(peiyu: Peiyu, a_month: Fill, home: Path) -> None:
    a_month()
    (home / "peiyu.toml").write_text("[keep]\nruns_months = 6\n", encoding="utf-8")
    assert peiyu("run", "monthly", "--on", "2026-09-01", "--plain").code == 0

    dry = ("run", "housekeeping", "--plain", "--on", "2026-09-02", "--dry-run")
    assert peiyu(*dry, "--json").json["runs"] == 0  # March was done half a year ago, to the day
    late = ("run", "housekeeping", "--plain", "--on", "2026-10-01")
    told = peiyu(*late, "--dry-run")
    assert "会清掉：运行记录" in told.out
    assert "什么也没有动" in told.out
    assert "已清掉：运行记录" in peiyu(*late).out
    assert "没有要清掉的" in peiyu(*late).out


def test_what_the_law_or_a_promise_wants_kept_can_not_be_kept_for_less(
    peiyu: Peiyu, home: Path
) -> None:
    (home / "peiyu.toml").write_text("[keep]\nruns_months = 5\n", encoding="utf-8")
    answer = peiyu("run", "housekeeping", "--plain")

    assert answer.code == 3
    assert "keep runs_months：不能小于 6" in answer.err


def test_one_sentence_says_what_was_done() -> None:
    full = HousekeepingReport(
        runs=2, batches=3, unsaid=4, letter_files=5, history=6, freed_bytes=3 * 1024**2
    )

    assert housekeeping_sentence(full) == (
        "已清掉：运行记录 5 条，没有写进信函的提醒 4 条，信函文件 5 个，运行过程 6 次，收回 3.0 MB"
    )
    assert housekeeping_sentence(NOTHING) == "没有要清掉的"
    assert digest_sentence(DigestReport(week="2026-W10", staff=0, told=0)) == (
        "没有登记经办或股长，没有写摘要。"
    )
