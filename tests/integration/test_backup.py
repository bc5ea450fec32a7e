"""Backups: made while others write, proved, kept in number, and restored row for row."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.refusal import Refusal
from config.settings import Settings
from models.engine import Database, make_engine
from models.enterprise import Enterprise
from models.figures import AnnualFigures
from models.ledger import AuditEntry, CalendarOverride
from runtime import schema
from runtime.backup import Backup, list_backups, make_backup
from runtime.build import opened, read_settings
from runtime.moving import copy_data
from runtime.restore import Restored, restore
from runtime.settings_file import write_database
from runtime.trouble import CannotRunError
from tests.house.tree import ROOT
from tests.plugins.backups import NOW, fill, home_of, wish
from tests.plugins.dump import quiet, surveyed
from tests.plugins.house import HouseMaker

# A restore adds a run and a line in the record of who did what.
ADDED = {"run": 1, "audit_entry": 1}

FAR = dt.datetime(3000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
instants = st.datetimes(timezones=st.just(dt.UTC), max_value=FAR)
whole = st.integers(-(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    "target", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_a_backup_of_either_engine_is_restored_to_either_engine(
    a_house: HouseMaker, engine: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    services = a_house(engine)
    fill(services)
    home = home_of(services, tmp_path / "there")
    before = surveyed(home.database_url)
    backup = make_backup(home, now=NOW)

    database = "" if target == "sqlite" else request.getfixturevalue("postgres_url")
    new = Settings(home=tmp_path / "here")
    done = restore(new, wish(backup, database), quiet)

    assert isinstance(done, Restored)
    after = surveyed(database or f"sqlite:///{new.home / 'peiyu.db'}")
    assert {name: each.rows for name, each in after.items()} == {
        name: each.rows + ADDED.get(name, 0) for name, each in before.items()
    }
    same = before.keys() - ADDED.keys()
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    overrides=st.dictionaries(st.dates(), st.tuples(st.booleans(), texts, instants), max_size=5),
    figures=st.lists(whole | st.none(), max_size=5),
)
def test_what_was_backed_up_comes_back_row_for_row(
    a_house: HouseMaker,
    tmp_path_factory: pytest.TempPathFactory,
    overrides: dict[dt.date, tuple[bool, str, dt.datetime]],
    figures: list[int | None],
) -> None:
    services = a_house()
    folder = tmp_path_factory.mktemp("any rows")
    with services.database.writing() as session:
        for day, (working, reason, at) in overrides.items():
            session.add(CalendarOverride(day=day, working=working, reason=reason, by="", at=at))
        session.add(Enterprise(id=7, uscc="91431281MAXX00001X", name="示例", added_at=NOW))
        session.flush()
        for year, revenue in enumerate(figures):
            session.add(AnnualFigures(enterprise_id=7, year=year, revenue=revenue, sources="{}"))
    home = home_of(services, folder / "there")
    before = surveyed(home.database_url)

    done = restore(Settings(home=folder / "here"), wish(make_backup(home, now=NOW)), quiet)

    assert isinstance(done, Restored)
    after = surveyed(f"sqlite:///{folder / 'here' / 'peiyu.db'}")
    same = before.keys() - ADDED.keys()
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


_WRITER = """
import sys
from models.engine import Database, make_engine
from models.ledger import Run
import datetime as dt
database = Database(make_engine(sys.argv[1]))
number = 0
while True:  # two rows that only make sense together
    with database.writing() as session:
        for half in ("a", "b"):
            at = dt.datetime.now(dt.UTC)
            session.add(Run(kind=half, slot=str(number), counts="x" * 500, started_at=at))
    number += 1
    if number == 20:
        print("writing", flush=True)
"""


@pytest.mark.long_on("postgresql")
def test_a_backup_made_while_another_process_writes_all_the_time_is_of_one_moment(
    a_house: HouseMaker, engine: str, tmp_path: Path
) -> None:
    home = home_of(a_house(engine), tmp_path / "home")
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, home.database_url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        rows = [make_backup(home, now=NOW).manifest.rows["run"] for _ in range(3)]
        assert writer.poll() is None
        writer.kill()

    assert rows == sorted(rows)
    assert rows[0] >= 40
    assert all(number % 2 == 0 for number in rows)


def test_the_newest_are_kept_and_only_after_a_good_one_do_the_oldest_go(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    home = home_of(a_house(), tmp_path / "home").model_copy(update={"backups_kept": 2})
    made = [make_backup(home, now=NOW + dt.timedelta(days=day)) for day in range(3)]
    (home.backups_folder / "notes.txt").write_text("mine", encoding="utf-8")

    assert [each.file for each in list_backups(home.backups_folder)] == [
        made[2].file,
        made[1].file,
    ]
    elsewhere = [
        make_backup(home, now=NOW + dt.timedelta(days=day), folder=tmp_path / "disk")
        for day in range(3)
    ]
    assert len(list_backups(tmp_path / "disk")) == len(elsewhere)  # others' may lie there
    _broken_reference(home)
    with pytest.raises(CannotRunError, match="备份没有做成"):
        make_backup(home, now=NOW + dt.timedelta(days=3))
    assert sorted(path.name for path in home.backups_folder.iterdir()) == sorted(
        ["notes.txt", made[1].file.name, made[2].file.name]
    )


def test_two_backups_of_one_second_are_two(a_house: HouseMaker, tmp_path: Path) -> None:
    home = home_of(a_house(), tmp_path / "home")

    assert make_backup(home, now=NOW).file != make_backup(home, now=NOW).file
    assert len(list_backups(home.backups_folder)) == 2


def test_a_backup_is_for_its_owner_alone_and_holds_the_office_s_own_files(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    home = home_of(a_house(), tmp_path / "home")
    (home.home / "peiyu.toml").write_text("[office]\nname = '示例'\n", encoding="utf-8")
    own = home.home / "config" / "calendars" / "2027.toml"
    own.parent.mkdir(parents=True)
    own.write_text("year = 2027\n", encoding="utf-8")
    (home.home / "letters").mkdir()
    (home.home / "letters" / "one.eml").write_text("a letter", encoding="utf-8")

    backup = make_backup(home, now=NOW)

    assert backup.file.stat().st_mode & 0o777 == 0o600
    assert set(zipfile.ZipFile(backup.file).namelist()) == {
        "manifest.json",
        "peiyu.db",
        "peiyu.toml",
        "config/calendars/2027.toml",
    }
    new = Settings(home=tmp_path / "new")
    assert isinstance(restore(new, wish(backup, ""), quiet), Restored)
    restored = new.home / "config" / "calendars" / "2027.toml"
    assert restored.read_text(encoding="utf-8") == "year = 2027\n"
    assert "示例" in (new.home / "peiyu.toml").read_text(encoding="utf-8")


def test_what_is_there_is_moved_aside_and_never_deleted(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    backup = make_backup(home_of(a_house(), tmp_path / "there"), now=NOW)
    home = Settings(home=tmp_path / "here")
    assert isinstance(restore(home, wish(backup), quiet), Restored)
    (home.home / "peiyu.toml").write_text("batch_size = 7\n", encoding="utf-8")
    (home.home / "config").mkdir()
    (home.home / "config" / "mine.toml").write_text("a = 1\n", encoding="utf-8")
    old = surveyed(f"sqlite:///{home.home / 'peiyu.db'}")

    done = restore(home, wish(backup), quiet)
    again = restore(home, wish(backup), quiet)

    assert isinstance(done, Restored)
    assert isinstance(again, Restored)
    assert done.aside is not None
    assert again.aside not in {None, done.aside}
    assert surveyed(f"sqlite:///{done.aside / 'peiyu.db'}") == old
    assert (done.aside / "config" / "mine.toml").exists()
    assert (home.home / "peiyu.toml").read_text(encoding="utf-8") == "batch_size = 7\n"


@pytest.fixture
def elsewhere(a_house: HouseMaker, tmp_path: Path) -> tuple[Backup, Path]:
    """Return a backup whose settings name a file outside the data folder, and that living file."""
    services = a_house()
    fill(services)
    home = home_of(services, tmp_path / "office")
    living = tmp_path / "disk" / "living.db"
    living.parent.mkdir()
    write_database(home.home / "peiyu.toml", f"sqlite:///{living}")
    backup = make_backup(home, now=NOW)
    copy_data(home, f"sqlite:///{living}", now=NOW, force=False, told=lambda *_: None)
    assert living.exists()
    return backup, living


def test_a_drill_in_another_folder_leaves_the_living_data_alone(
    elsewhere: tuple[Backup, Path], tmp_path: Path
) -> None:
    backup, living = elsewhere
    was = living.read_bytes()
    drill = read_settings(tmp_path / "drill")

    assert isinstance(restore(drill, wish(backup), lambda *_: None), Restored)

    assert living.read_bytes() == was
    assert (drill.home / "peiyu.db").exists()
    with opened(read_settings(drill.home)) as services:
        assert services.database.engine.url.database == str(drill.home / "peiyu.db")


def test_a_file_outside_the_data_folder_is_moved_aside_only_when_it_is_named(
    elsewhere: tuple[Backup, Path], tmp_path: Path
) -> None:
    backup, living = elsewhere
    office = read_settings(tmp_path / "office")
    was = living.read_bytes()

    refused = restore(office, wish(backup), lambda *_: None)
    assert isinstance(refused, Refusal)
    assert f"--database sqlite:///{living}" in refused.reason
    assert living.read_bytes() == was

    done = restore(office, wish(backup, f"sqlite:///{living}"), lambda *_: None)
    assert isinstance(done, Restored)
    assert done.aside is not None
    assert (done.aside / living.name).read_bytes() == was


def _tampered(backup: Backup, **changes: object) -> Backup:
    """Change what a backup says of itself."""
    return _repacked(backup, manifest=lambda said: said | changes)


def _repacked(
    backup: Backup,
    *,
    manifest: Callable[[dict[str, object]], dict[str, object]] = lambda said: said,
    data: Callable[[bytes], bytes] = lambda content: content,
) -> Backup:
    with zipfile.ZipFile(backup.file) as packed:
        inside = {name: packed.read(name) for name in packed.namelist()}
    inside["manifest.json"] = json.dumps(manifest(json.loads(inside["manifest.json"]))).encode()
    inside["peiyu.db"] = data(inside["peiyu.db"])
    with zipfile.ZipFile(backup.file, "w") as packed:
        for name, content in inside.items():
            packed.writestr(name, content)
    return backup


def _cut(backup: Backup) -> Backup:
    backup.file.write_bytes(backup.file.read_bytes()[:-2000])
    return backup


def _flipped(backup: Backup) -> Backup:
    return _repacked(backup, data=lambda content: content[:5000] + b"\x01" + content[5001:])


def _rows_missing(backup: Backup) -> Backup:
    return _tampered(backup, rows={**backup.manifest.rows, "enterprise": 4})


def _newer_form(backup: Backup) -> Backup:
    return _tampered(backup, form=2)


def _newer_tables(backup: Backup) -> Backup:
    return _tampered(backup, revision="9999")


def _elsewhere(backup: Backup) -> Backup:
    return _tampered(backup, digests={"../evil.toml": "0" * 64, **backup.manifest.digests})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut, "已损坏"),
        (_flipped, "已损坏"),
        (_rows_missing, "已损坏"),
        (_elsewhere, "已损坏"),
        (_newer_form, "更新的程序"),
        (_newer_tables, "更新的程序"),
    ],
)
def test_a_damaged_or_newer_backup_is_refused_and_nothing_changes(
    a_house: HouseMaker, tmp_path: Path, spoil: Callable[[Backup], Backup], said: str
) -> None:
    services = a_house()
    fill(services)
    backup = spoil(make_backup(home_of(services, tmp_path / "there"), now=NOW))
    home = tmp_path / "here"
    home.mkdir()
    (home / "peiyu.db").write_bytes(b"what is there")

    refused = restore(Settings(home=home), wish(backup), quiet)

    assert isinstance(refused, Refusal)
    assert said in refused.reason
    assert {path.name for path in home.iterdir()} == {"peiyu.db"}
    assert (home / "peiyu.db").read_bytes() == b"what is there"
    assert not (tmp_path / "evil.toml").exists()


@pytest.mark.postgres
def test_a_postgresql_that_holds_data_is_not_restored_over(
    a_house: HouseMaker, tmp_path: Path
) -> None:
    services = a_house("postgresql")
    fill(services)
    home = home_of(services, tmp_path / "home")
    backup = make_backup(home, now=NOW)
    before = surveyed(home.database_url)

    refused = restore(home, wish(backup), quiet)

    assert isinstance(refused, Refusal)
    assert "已有数据" in refused.reason
    assert surveyed(home.database_url) == before


def test_a_backup_of_an_older_program_is_brought_up_to_date(
    a_house: HouseMaker, engine: str, tmp_path: Path
) -> None:
    services = a_house(engine)
    fill(services)
    schema.downgrade(services.database.engine, "0001")
    backup = make_backup(home_of(services, tmp_path / "there"), now=NOW)
    assert backup.manifest.revision == "0001"

    home = Settings(home=tmp_path / "here")
    assert isinstance(restore(home, wish(backup, ""), quiet), Restored)

    made = Database(make_engine(f"sqlite:///{home.home / 'peiyu.db'}"))
    assert schema.revision_of(made.engine) == schema.head()
    with made.reading() as session:
        assert session.get(Enterprise, 1) is not None
        assert session.get(AuditEntry, 1) is not None
    made.close()


def _broken_reference(home: Settings) -> None:
    with sqlite3.connect(home.database_url.removeprefix("sqlite:///")) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO alias (id, enterprise_id, name) VALUES (1, 99, 'x')")
    raw.close()
