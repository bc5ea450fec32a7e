"""A restore that is killed at any moment says so; typed again it ends, and nothing is lost."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from models.copies import Survey
from tests.plugins.dump import surveyed
from tests.plugins.killed_restore import killed
from tests.plugins.terminal import Peiyu

Fill = Callable[[], None]
OWN = "a = 1\n"


@pytest.fixture
def lost(home: Path, peiyu: Peiyu, a_month: Fill, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a month's work and files of its own, and `good.zip` from before."""
    backed_up = peiyu("backup", "--to", "outside", "--json")
    shutil.move(backed_up.json["file"], "good.zip")
    a_month()
    (home / "config" / "notices").mkdir(parents=True)
    (home / "config" / "notices" / "mine.txt").write_text(OWN, encoding="utf-8")
    return home


def test_a_restore_killed_before_any_of_its_moves_is_named_and_goes_well_when_typed_again(
    lost: Path, peiyu: Peiyu
) -> None:
    _with_a_log(lost / "peiyu.db", "示例：还在日志里")
    was = _surveyed_copy(lost)

    folders = killed(lost, "good.zip")

    # The database, its log and its index, our own files; new settings, the new database.
    assert [*folders.values()] == ["_move"] * 6 + ["keep"]
    for home in folders:
        for words in (("status",), ("doctor",), ("cases",), ("backup",), ("upgrade",), ("init",)):
            answer = peiyu(*words, "--home", str(home))
            assert answer.code != 0
            assert "上次没有做完就断了" in answer.out + answer.err, (home, words)
        again = peiyu("restore", "good.zip", "--home", str(home))

        assert again.code == 0, (home, again)
        assert _enterprises(peiyu, home) == 0  # as the backup has it
        (aside,) = home.glob("before-restore-*")
        assert (aside / "config" / "notices" / "mine.txt").read_text(encoding="utf-8") == OWN
        assert _surveyed_copy(aside) == was
        assert not [*home.glob(".rest*")]


def test_data_comes_back_even_when_the_backup_is_no_more(lost: Path, peiyu: Peiyu) -> None:
    was = _surveyed_copy(lost)
    folders = killed(lost, "good.zip")
    shutil.move("good.zip", "elsewhere.zip")

    for home in folders:
        assert "没有备份文件" in peiyu("restore", "good.zip", "--home", str(home)).err

        assert _enterprises(peiyu, home) == 2
        assert _surveyed_copy(home) == was
        assert (home / "config" / "notices" / "mine.txt").exists()
        assert not [*home.glob("before-restore-*")]


@pytest.mark.postgres
def test_a_restore_to_a_server_killed_while_rows_are_copied_is_no_empty_county(
    lost: Path, peiyu: Peiyu, postgres_url: str
) -> None:
    (lost / "peiyu.toml").write_text("batch_size = 7\n", encoding="utf-8")
    full = peiyu("backup", "--to", "outside", "--json").json["file"]
    words = (full, "--database", postgres_url)
    home = [*killed(lost, *words, until="copy_tables")][-1]

    assert "上次没有做完就断了" in peiyu("status", "--home", str(home)).err
    assert peiyu("restore", *words, "--home", str(home)).code == 0

    assert _enterprises(peiyu, home) == 2
    assert "batch_size = 7" in (home / "peiyu.toml").read_text(encoding="utf-8")


def _enterprises(peiyu: Peiyu, home: Path) -> int:
    number: int = peiyu("status", "--home", str(home), "--json").json["enterprises"]
    return number


def _with_a_log(file: Path, reason: str) -> None:
    """Let a row be in the log beside the database alone, as when a writer was killed."""
    copies = [file.with_name(f"{file.name}{end}") for end in ("", "-wal")]
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA wal_autocheckpoint = 0")
        with raw:
            raw.execute(
                "INSERT INTO calendar_override VALUES ('2026-05-09', 1, ?, '示例', '2026-03-02')",
                (reason,),
            )
        content = [each.read_bytes() for each in copies]
    for each, held in zip(copies, content, strict=True):
        each.write_bytes(held)


def _surveyed_copy(folder: Path) -> dict[str, Survey]:
    """Return what the database in a folder holds, with its log, and leave both as they are."""
    copy = Path("looked at")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for each in folder.glob("peiyu.db*"):
        shutil.copyfile(each, copy / each.name)
    return surveyed(f"sqlite:///{copy / 'peiyu.db'}")
