"""`peiyu backup`, `peiyu restore` and what a person does about held letters, as they are typed."""

import datetime as dt
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime import clock
from tests.plugins.terminal import MORNING, Peiyu

Fill = Callable[[], None]


def _held(peiyu: Peiyu) -> list[int]:
    return [each["id"] for each in peiyu("letters", "--state", "待确认", "--json").json["letters"]]


@pytest.fixture
def restored(home: Path, peiyu: Peiyu, a_month: Fill, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder restored the day after a backup with letters that had not left."""
    a_month()
    backup = peiyu("backup", "--to", "outside", "--json").json["file"]
    monkeypatch.setattr(clock, "now", lambda: MORNING + dt.timedelta(days=1))
    assert peiyu("restore", backup, "--by", "示例经办").code == 0
    return home


def test_a_backup_is_made_listed_and_restored_where_nothing_is(
    home: Path, peiyu: Peiyu, a_month: Fill
) -> None:
    a_month()
    assert "还没有备份" in peiyu("backup", "--list").out
    made = peiyu("backup")
    listed = peiyu("backup", "--list", "--json").json["backups"]

    assert "已备份并核对" in made.out
    assert listed[0]["rows"]["enterprise"] == 2
    assert listed[0]["made_at"].startswith("2026-03-02T09:00")
    assert "程序版本" in peiyu("backup", "--list").out
    told = peiyu("restore", listed[0]["file"], "--home", "elsewhere")
    assert told.code == 0
    assert "peiyu letters --state held" in told.out
    assert peiyu("status", "--home", "elsewhere", "--json").json["enterprises"] == 2
    assert home.exists()


def test_a_file_that_is_no_backup_is_refused_in_words(home: Path, peiyu: Peiyu) -> None:
    Path("x.zip").write_text("no backup", encoding="utf-8")

    assert "不是培育的备份文件" in peiyu("restore", "x.zip").err
    missing = peiyu("restore", "y.zip", "--json")
    assert missing.code == 1
    assert "没有备份文件" in missing.json["error"]
    assert (home / "peiyu.db").exists()


def test_a_backup_that_can_not_be_written_says_so(home: Path, peiyu: Peiyu) -> None:
    Path("a file").write_text("", encoding="utf-8")

    answer = peiyu("backup", "--to", "a file")

    assert answer.code == 3
    assert "备份没有做成" in answer.err
    assert home.exists()


def test_held_letters_do_not_leave_until_somebody_lets_them(restored: Path, peiyu: Peiyu) -> None:
    held = _held(peiyu)
    assert held
    assert "待确认" in peiyu("letters").out
    assert "peiyu letters release" in peiyu("letters", "--state", "held").out
    assert peiyu("run", "deliver", "--plain", "--json").json["sent"] == 0

    assert peiyu("letters", "release", str(held[0]), "--by", "示例经办").code == 0
    assert peiyu("run", "deliver", "--plain", "--json").json["sent"] == 1
    letter = peiyu("letters", "--state", "sent", "--json").json["letters"][0]
    assert letter["id"] == held[0]
    assert letter["send_on"] == "2026-03-03"  # the day it left, not the day it was meant to
    again = peiyu("letters", "release", str(held[0]))
    assert again.code == 1
    assert "可能已经发出或有人办过" in again.err
    assert restored.exists()


def test_held_letters_are_suppressed_with_a_reason_that_stays(restored: Path, peiyu: Peiyu) -> None:
    assert peiyu("letters", "suppress", "--all", "--reason", " ").code == 1
    done = peiyu("letters", "suppress", "--all", "--reason", "都收到了", "--by", "张示例", "--json")

    assert done.json["letters"]
    assert _held(peiyu) == []
    reasons = {each["reason"] for each in peiyu("letters", "--json").json["letters"]}
    assert "经张示例确认不再发：都收到了" in reasons
    with sqlite3.connect(restored / "peiyu.db") as raw:
        acts = [row[0] for row in raw.execute("SELECT act FROM audit_entry ORDER BY id DESC")]
    raw.close()
    assert acts[:2] == ["letter.suppress", "restore"]


@pytest.mark.parametrize("words", [(), ("3", "--all")])
def test_which_letters_must_be_said(restored: Path, peiyu: Peiyu, words: tuple[str, ...]) -> None:
    assert peiyu("letters", "release", *words).code == 2
    assert restored.exists()


def test_catching_up_ends_once_the_lost_days_are_done_again(restored: Path, peiyu: Peiyu) -> None:
    assert "peiyu letters resume" in peiyu("doctor").out
    early = peiyu("letters", "resume")
    assert early.code == 1
    assert "peiyu run sweep" in early.err

    assert peiyu("run", "sweep", "--plain").code == 0
    assert peiyu("letters", "resume", "--json").json["restored_on"] == "2026-03-03"
    assert peiyu("letters", "resume").code == 1
    names = {each["name"] for each in peiyu("doctor", "--json").json["checks"]}
    assert "恢复" not in names
    assert restored.exists()


def test_doctor_names_held_letters(restored: Path, peiyu: Peiyu) -> None:
    letters = [
        each
        for each in peiyu("doctor", "--json").json["checks"]
        if each["hint"] == "peiyu letters --state held"
    ]

    assert letters[0]["level"] == "bad"
    assert restored.exists()


def test_a_folder_named_before_the_last_word_counts(restored: Path, peiyu: Peiyu) -> None:
    held = _held(peiyu)

    missing = peiyu("letters", "--home", "nowhere", "release", str(held[0]))

    assert missing.code == 3
    assert "nowhere" in missing.err
    assert _held(peiyu) == held
    assert peiyu("letters", "--home", str(restored), "release", str(held[0])).code == 0


def test_an_address_with_a_password_can_be_read_from_elsewhere(
    home: Path, peiyu: Peiyu, a_month: Fill
) -> None:
    a_month()
    copied = peiyu("copy", "--to", "-", "--force", typed="sqlite:///elsewhere.db\n")
    nothing = peiyu("copy", "--to", "-", typed="\n")

    assert copied.code == 0, copied
    assert stat.S_IMODE(Path("elsewhere.db").stat().st_mode) == 0o600
    assert (nothing.code, "没有读到数据库地址" in nothing.err) == (2, True)
    assert home.exists()


def test_an_address_that_would_not_be_heard_is_not_written(
    home: Path, peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = peiyu("backup", "--json").json["file"]
    monkeypatch.setenv("PEIYU_DATABASE", "sqlite:///elsewhere.db")

    for words in (("restore", backup, "--database", "sqlite"), ("copy", "--to", "x", "--switch")):
        answer = peiyu(*words)
        assert answer.code == 2
        assert "PEIYU_DATABASE" in answer.err
    assert not (home / "peiyu.toml").exists()
