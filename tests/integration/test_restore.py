"""A restore that can not be finished leaves everything as it was, or says what lies where."""

import datetime as dt
import errno
import os
import shutil
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import select
from sqlmodel import col

import runtime.restore
from casework.doors import Shut
from casework.refusal import Refusal
from config.settings import Settings
from models.accounts import Account, SignIn
from models.api import Token
from models.engine import Database, make_engine
from models.enterprise import Person
from models.ledger import AuditEntry
from models.views import Feed
from models.writes import insert_new
from runtime.backup import Backup, make_backup
from runtime.build import create, opened, read_settings
from runtime.restore import Restored, restore
from runtime.swap import Swap
from runtime.trouble import CannotRunError
from tests.plugins.backups import NOW, fill, home_of, wish
from tests.plugins.dump import quiet, surveyed
from tests.plugins.house import HouseMaker


def test_a_file_that_can_not_be_moved_leaves_everything_as_it_was(
    a_house: HouseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, backup = _restored_once(a_house, tmp_path)
    before = _files(home)
    rename = Path.rename

    def busy(source: Path, target: Path) -> Path:
        if source.name == "config":
            raise PermissionError(13, "in use", str(source))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", busy)  # Windows: a file that somebody has open
    with pytest.raises(CannotRunError, match=r"原来的数据都在.*config"):
        restore(home, wish(backup), quiet)

    assert _files(home) == before


def test_what_can_not_be_put_back_is_named_and_where_it_lies(
    a_house: HouseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, backup = _restored_once(a_house, tmp_path)
    was = surveyed(f"sqlite:///{home.home / 'peiyu.db'}")
    rename = Path.rename

    def once(source: Path, target: Path) -> Path:
        if source.name == "config" or source.parent.name.startswith("before-restore-"):
            raise PermissionError(13, "in use", str(source))
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", once)
    with pytest.raises(
        CannotRunError, match=r"没能全部放回原处：“(.+)”。原来的数据没有删除"
    ) as said:
        restore(home, wish(backup), quiet)

    (left,) = home.home.glob("before-restore-*/peiyu.db")
    assert str(left) in str(said.value)
    assert surveyed(f"sqlite:///{left}") == was


def test_a_disk_that_is_full_when_the_settings_are_written_leaves_everything_as_it_was(
    a_house: HouseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, backup = _restored_once(a_house, tmp_path)
    before = _files(home)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runtime.restore, "write_database", full)
    with pytest.raises(CannotRunError, match="原来的数据都在"):
        restore(home, wish(backup, f"sqlite:///{tmp_path / 'other.db'}"), quiet)

    assert _files(home) == before
    assert not (tmp_path / "other.db").exists()


@pytest.mark.postgres
def test_a_postgresql_that_can_not_be_filled_leaves_the_files_as_they_were(
    a_house: HouseMaker, tmp_path: Path, postgres_url: str
) -> None:
    home, backup = _restored_once(a_house, tmp_path)
    before = _files(home)
    taken = Settings(home=tmp_path / "other", database=postgres_url)
    create(taken)
    with opened(taken) as services:
        fill(services)

    refused = restore(home, wish(backup, postgres_url), quiet)

    assert isinstance(refused, Refusal)
    assert "目标数据库里已有数据" in refused.reason
    assert _files(home) == before


def test_a_file_goes_whole_to_another_disk_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copyfileobj
    (tmp_path / "there").mkdir()
    for name in ("one", "two"):
        (tmp_path / name).write_text(name, encoding="utf-8")

    def full(_: object, target: BinaryIO) -> None:
        target.write(b"hal")
        raise OSError(errno.ENOSPC, "No space left on device")

    _another_disk(monkeypatch)
    with Swap(home=tmp_path, now=NOW) as swap:
        swap.move(tmp_path / "one", tmp_path / "there" / "one")
        monkeypatch.setattr(shutil, "copyfileobj", full)
        with pytest.raises(OSError, match="No space"):
            swap.move(tmp_path / "two", tmp_path / "there" / "two")
        assert [path.name for path in (tmp_path / "there").iterdir()] == ["one"]
        monkeypatch.setattr(shutil, "copyfileobj", copy)

    assert sorted(path.name for path in tmp_path.rglob("*")) == ["one", "there", "two"]
    assert (tmp_path / "one").read_text(encoding="utf-8") == "one"


def test_a_file_that_can_not_be_removed_here_is_not_left_on_the_other_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "one", tmp_path / "there" / "one"
    there.parent.mkdir()
    here.write_text("one", encoding="utf-8")
    safe = _another_disk(monkeypatch)

    def in_use(path: Path, *_: object, **__: object) -> None:
        if path == here:
            assert safe[-2:] == [".one.part", "there"]  # before the only other copy goes
            raise PermissionError(13, "in use", str(path))
        os.unlink(path)  # noqa: PTH108 - what is patched can not be asked

    monkeypatch.setattr(Path, "unlink", in_use)
    with pytest.raises(PermissionError), Swap(home=tmp_path, now=NOW) as swap:
        swap.move(here, there)
    monkeypatch.undo()

    assert here.read_text(encoding="utf-8") == "one"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["one", "there"]


def test_no_door_that_was_shut_since_the_backup_opens_again(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    services = a_house("sqlite")
    later = {"made_at": NOW, "until": NOW + dt.timedelta(days=90), "made_by": "示例"}
    invited = {"invitation": "d" * 64, "invited_until": NOW + dt.timedelta(days=3)}
    with services.database.writing() as session:
        insert_new(session, Person, [{"key": "staff/example", "name": "示例", "role": "clerk"}])
        insert_new(session, Account, [{"person_id": 1, "password": "示例"} | invited])
        insert_new(session, Token, [{"person_id": 1, "name": "示例", "secret": "a" * 64} | later])
        seen = {"at": NOW, "seen_at": NOW, "seal": "示例"}
        insert_new(session, SignIn, [{"id": "b" * 64, "person_id": 1} | seen])
        insert_new(session, Feed, [{"person_id": 1, "secret": "c" * 64, "at": NOW}])
    backup = make_backup(home_of(services, tmp_path / "office"), now=NOW)
    home = Settings(home=tmp_path / "here")
    done = restore(home, wish(backup), quiet)

    assert isinstance(done, Restored)
    assert done.ended == Shut(tokens=1, sign_ins=1, feeds=1, invitations=1)
    with closing(Database(make_engine(home.database_url))) as back, back.reading() as session:
        assert session.scalars(select(col(Token.revoked_at))).one() == NOW
        assert session.scalars(select(SignIn)).all() == session.scalars(select(Feed)).all() == []
        account = session.scalars(select(Account)).one()
        assert (account.password, account.invitation) == ("示例", "")
        assert '"sign_ins": 1' in session.scalars(select(col(AuditEntry.detail))).all()[-1]


def _another_disk(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let each folder be a disk of its own; return what was synced, once it is, by name."""
    rename, sync, names = Path.rename, os.fsync, []

    def far(source: Path, target: Path) -> Path:
        if source.parent != target.parent:
            raise OSError(errno.EXDEV, "another disk", str(source))
        return rename(source, target)

    def synced(descriptor: int) -> None:
        sync(descriptor)
        names.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)

    monkeypatch.setattr(Path, "rename", far)
    monkeypatch.setattr(os, "fsync", synced)
    return names


def _restored_once(a_house: HouseMaker, tmp_path: Path) -> tuple[Settings, Backup]:
    """Return a folder with restored data of its own, and the backup that it came from."""
    services = a_house()
    fill(services)
    backup = make_backup(home_of(services, tmp_path / "office"), now=NOW)
    home = read_settings(tmp_path / "restored")
    assert isinstance(restore(home, wish(backup), quiet), Restored)
    (home.home / "config").mkdir()
    (home.home / "config" / "own.toml").write_text("", encoding="utf-8")
    return read_settings(home.home), backup


def _files(home: Settings) -> dict[str, object]:
    """Return what lies in the data folder: of the database its rows, of all else every byte."""
    found = (path for path in home.home.rglob("*") if path.is_file())
    held = {path.relative_to(home.home).as_posix(): path.read_bytes() for path in found}
    return held | {"peiyu.db": surveyed(f"sqlite:///{home.home / 'peiyu.db'}")}
