"""A full disk is named as such: no backup is called damaged, and nothing is changed."""

import resource
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from casework.refusal import Refusal
from config.settings import Settings
from runtime import schema
from runtime.backup import Backup, make_backup
from runtime.build import CannotRunError
from runtime.restore import Restored, restore
from tests.plugins.backups import NOW, fill, home_of, wish
from tests.plugins.dump import quiet
from tests.plugins.house import HouseMaker

_STEPS = 6


def test_a_full_disk_in_a_restore_says_nothing_against_the_backup(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    backup = _backup(a_house, tmp_path)
    here = _folder(tmp_path)

    for room in _rooms(backup):
        with _files_of_at_most(room), pytest.raises(CannotRunError) as said:
            restore(Settings(home=here), wish(backup), quiet)
        assert "没有恢复成，原来的数据都在" in str(said.value)
        assert "磁盘空间" in str(said.value)
        assert _lies_in(here) == {"peiyu.db": b"what is there"}

    assert isinstance(restore(Settings(home=here), wish(backup), quiet), Restored)


def test_a_disk_that_gets_full_while_a_restore_brings_older_data_up_to_date_says_so(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    backup = _backup(a_house, tmp_path, revision="0001")
    here = _folder(tmp_path)
    unpacked = zipfile.ZipFile(backup.file).getinfo("peiyu.db").file_size

    with _files_of_at_most(unpacked), pytest.raises(CannotRunError, match="原来的数据都在"):
        restore(Settings(home=here), wish(backup), quiet)

    assert _lies_in(here) == {"peiyu.db": b"what is there"}


def test_a_full_disk_in_a_backup_names_the_folder_that_it_was_to_go_to(
    a_house: HouseMaker, engine: str, tmp_path: Path
) -> None:
    services = a_house(engine)
    fill(services, rows=300)
    home = home_of(services, tmp_path / "there")
    disk = tmp_path / "disk"

    for room in _rooms(make_backup(home, now=NOW)):
        with _files_of_at_most(room), pytest.raises(CannotRunError) as said:
            make_backup(home, now=NOW, folder=disk)
        assert str(said.value).startswith("备份没有做成（")
        assert f"请检查文件夹“{disk}”的写入权限和磁盘空间" in str(said.value)
        assert _lies_in(disk) == {}

    make_backup(home, now=NOW, folder=disk)


def test_a_backup_that_may_not_be_read_is_not_called_damaged(
    a_house: HouseMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = _backup(a_house, tmp_path)

    def locked(file: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr(zipfile, "ZipFile", locked)
    refused = restore(Settings(home=_folder(tmp_path)), wish(backup), quiet)

    assert isinstance(refused, Refusal)
    assert f"备份文件“{backup.file}”读不了（Permission denied）" in refused.reason
    assert "损坏" not in refused.reason


def _backup(a_house: HouseMaker, tmp_path: Path, revision: str = "") -> Backup:
    services = a_house()
    fill(services, rows=300)
    if revision:
        schema.downgrade(services.database.engine, revision)
        with services.database.engine.connect() as connection:
            connection.rollback()
            connection.connection.cursor().execute("VACUUM")  # no room inside either
    return make_backup(home_of(services, tmp_path / "there"), now=NOW)


def _folder(tmp_path: Path) -> Path:
    """Return a data folder whose database is long past saving."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "peiyu.db").write_bytes(b"what is there")
    return here


def _rooms(backup: Backup) -> range:
    """Return file sizes that are all too small for the database in a backup."""
    unpacked = zipfile.ZipFile(backup.file).getinfo("peiyu.db").file_size
    return range(unpacked // _STEPS, unpacked, unpacked // _STEPS)


@contextmanager
def _files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse to write more than this into any file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _lies_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
