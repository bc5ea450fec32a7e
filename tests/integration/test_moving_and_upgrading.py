"""`peiyu copy`, `peiyu upgrade` and `peiyu init --database`: all of it or nothing, and told."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from casework.lease import TIMETABLE, acquire
from casework.pipeline import run_month
from casework.refusal import Refusal
from casework.remind import sweep
from cli.demo_story import FIRST_RUN
from config.settings import Settings
from models.copies import copy_tables
from models.engine import Database, make_engine
from models.enterprise import Enterprise, Person
from runtime import clock, schema
from runtime.backup import list_backups
from runtime.moving import Copied, copy_data
from runtime.trouble import CannotRunError
from runtime.upgrading import Upgraded, upgrade
from tests.plugins.county import County
from tests.plugins.dump import differences, dump, quiet, surveyed
from tests.plugins.house import ZONE, HouseMaker, services_on
from tests.plugins.terminal import Peiyu

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=ZONE)
# Of every program before this one; a new revision makes today's newest one of them.
SCRIPT = ScriptDirectory.from_config(schema.alembic_config())
OLDER = sorted({each.revision for each in SCRIPT.walk_revisions()} - {schema.head()})


def _a_month(url: str) -> None:
    services = services_on(url, today=FIRST_RUN)
    run_month(services, f"{FIRST_RUN:%Y-%m}", on=FIRST_RUN)
    sweep(services)
    services.database.close()


@pytest.mark.postgres
def test_a_county_moves_to_postgresql_and_back_with_every_row(
    tmp_path: Path, postgres_url: str, a_county: County, engine: str
) -> None:
    _a_month(a_county.first)
    here = Settings(home=tmp_path, database=a_county.first)
    back = f"sqlite:///{tmp_path / 'back.db'}"

    there = copy_data(here, postgres_url, now=NOW, force=False, told=quiet)
    again = copy_data(
        Settings(home=tmp_path, database=postgres_url), back, now=NOW, force=False, told=quiet
    )

    assert isinstance(there, Copied)
    assert there == again
    assert there.total > 1000
    assert surveyed(a_county.first) == surveyed(postgres_url) == surveyed(back)
    moved = Database(make_engine(postgres_url))
    assert moved.dialect == "postgresql"
    with moved.writing() as session:  # new rows get numbers of their own
        session.add(Enterprise(uscc="91431281MAXX99999X", name="示例", added_at=NOW))
    with moved.reading() as session:
        assert session.scalar(select(func.count()).select_from(Enterprise)) == 151
    moved.close()


def test_a_database_that_holds_data_is_not_copied_over(a_house: HouseMaker, tmp_path: Path) -> None:
    source, target = a_house(), a_house()
    urls = [str(each.database.engine.url) for each in (source, target)]
    with target.database.writing() as session:
        session.add(Person(key="staff/li", role="clerk", name="示例", email="li@example.com"))
    before = surveyed(urls[1])
    here = Settings(home=tmp_path, database=urls[0])

    refused = copy_data(here, urls[1], now=NOW, force=False, told=quiet)
    itself = copy_data(here, urls[0], now=NOW, force=False, told=quiet)

    assert isinstance(refused, Refusal)
    assert "已有数据" in refused.reason
    assert isinstance(itself, Refusal)
    assert surveyed(urls[1]) == before


def test_data_whose_timetable_is_kept_is_copied_only_by_force(
    a_house: HouseMaker, engine: str, tmp_path: Path
) -> None:
    services = a_house(engine)
    url = services.database.engine.url.render_as_string(hide_password=False)
    here = Settings(home=tmp_path, database=url)
    acquire(services, TIMETABLE, holder="办公室电脑", length=dt.timedelta(hours=1))
    now, to = services.now(), f"sqlite:///{tmp_path / 'copy.db'}"

    refused = copy_data(here, to, now=now, force=False, told=quiet)
    forced = copy_data(here, to, now=now, force=True, told=quiet)

    assert isinstance(refused, Refusal)
    assert "办公室电脑" in refused.reason
    assert isinstance(forced, Copied)


def test_a_copy_that_differs_leaves_nothing_behind(
    a_house: HouseMaker, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = a_house(), a_house(engine)
    with source.database.writing() as session:
        session.add(Person(key="staff/li", role="clerk", name="示例", email="li@example.com"))
    to = target.database.engine.url.render_as_string(hide_password=False)

    def with_a_stranger(here: object, there: object, told: object) -> object:
        there.execute(text("INSERT INTO enterprise (id, uscc, name) VALUES (9, 'x', 'x')"))  # type: ignore[attr-defined]
        return copy_tables(here, there, told)  # type: ignore[arg-type]

    monkeypatch.setattr("runtime.moving.copy_tables", with_a_stranger)
    here = Settings(home=tmp_path, database=str(source.database.engine.url))
    with pytest.raises(CannotRunError):
        copy_data(here, to, now=NOW, force=False, told=quiet)

    assert not any(each.rows for each in surveyed(to).values())


@pytest.mark.long_on(*(f"-{each}" for each in OLDER[1:-1]))  # the first and the last
@pytest.mark.parametrize("revision", OLDER)
def test_data_of_every_older_program_is_upgraded_after_a_backup(
    a_county: County, tmp_path: Path, revision: str
) -> None:
    _a_month(a_county.first)
    database = Database(make_engine(a_county.first))
    with database.writing() as session:  # no older program knew into how many batches it was cut
        session.execute(text("UPDATE run SET pieces = 0, program = ''"))
        session.execute(text("DELETE FROM secret"))  # nor had a secret
        session.execute(text("DELETE FROM import_trace"))  # nor knew what an import had changed
        only = "SELECT MIN(division_code) FROM enterprise"  # nor of whom it was
        session.execute(text(f"UPDATE import_batch SET division = ({only})"))  # noqa: S608
    before = dump(database)
    schema.downgrade(database.engine, revision)
    older = surveyed(a_county.first)
    home = Settings(home=tmp_path / "home", database=a_county.first)

    done = upgrade(home, now=NOW)
    again = upgrade(home, now=NOW)

    assert isinstance(done, Upgraded)
    assert (done.before, done.after) == (revision, schema.head())
    assert differences(before, dump(database)) == []
    assert isinstance(again, Upgraded)
    assert again.backup is None
    [backup] = list_backups(home.backups_folder)
    assert backup.file == done.backup
    assert backup.manifest.revision == revision
    assert backup.manifest.rows == {name: each.rows for name, each in older.items()}
    database.close()


def test_every_older_revision_is_tried_from_the_first_on() -> None:
    assert OLDER[0] == "0001"
    assert len(OLDER) == len([*schema.MIGRATIONS.glob("versions/0*.py")]) - 1


def test_an_upgrade_that_fails_changes_nothing_and_names_the_backup(
    a_house: HouseMaker, engine: str, tmp_path: Path
) -> None:
    services = a_house(engine)
    made = services.database.engine
    schema.downgrade(made, "0001")
    with made.begin() as connection:  # in the way of a later revision
        connection.execute(text("CREATE TABLE alarm (id INTEGER)"))
    url = made.url.render_as_string(hide_password=False)
    before = surveyed(url)
    home = Settings(home=tmp_path / "home", database=url)

    with pytest.raises(CannotRunError) as said:
        upgrade(home, now=NOW)

    [backup] = list_backups(home.backups_folder)
    assert str(backup.file) in str(said.value)
    assert "一点没有改动" in str(said.value)
    assert schema.revision_of(made) == "0001"
    assert surveyed(url) == before


def test_data_whose_timetable_is_kept_is_not_upgraded(a_house: HouseMaker, tmp_path: Path) -> None:
    services = a_house()
    schema.downgrade(services.database.engine, "0002")
    acquire(services, TIMETABLE, holder="办公室电脑", length=dt.timedelta(hours=1))
    home = Settings(home=tmp_path, database=str(services.database.engine.url))

    refused = upgrade(home, now=services.now())

    assert isinstance(refused, Refusal)
    assert "办公室电脑" in refused.reason
    assert not home.backups_folder.exists()


def test_a_newer_database_is_not_upgraded(home: Path, peiyu: Peiyu) -> None:
    engine = make_engine(f"sqlite:///{home / 'peiyu.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    answer = peiyu("upgrade")

    assert answer.code == 3
    assert "安装新版程序" in answer.err
    assert not (home / "backups").exists()


def test_commands_of_older_data_lead_to_the_upgrade_and_then_work(home: Path, peiyu: Peiyu) -> None:
    engine = make_engine(f"sqlite:///{home / 'peiyu.db'}")
    schema.downgrade(engine, "0001")
    engine.dispose()

    for command in ("status", "init", "backup"):
        answer = peiyu(command)
        assert ("peiyu upgrade" in answer.err) is (command != "backup")

    assert peiyu("upgrade", "--json").json["after"] == schema.head()
    assert peiyu("status").code == 0
    assert "已是最新" in peiyu("upgrade").out


@pytest.mark.postgres
def test_a_new_data_folder_keeps_its_data_on_postgresql_and_its_address_to_itself(
    outside: Path, peiyu: Peiyu, postgres_url: str
) -> None:
    url = postgres_url.replace("postgres@", "postgres:s3cret@")

    made = peiyu("init", "--database", url.replace("+psycopg", ""))
    again = peiyu("init", "--database", url)
    other = peiyu("init", "--database", "postgresql://a:geheim@127.0.0.1:1/b")

    assert made.code == again.code == 0
    settings = outside / "var" / "peiyu.toml"
    assert settings.stat().st_mode & 0o777 == 0o600
    assert f'database = "{url}"' in settings.read_text(encoding="utf-8")
    assert "[office]" in settings.read_text(encoding="utf-8")
    assert not (outside / "var" / "peiyu.db").exists()
    assert peiyu("status").code == 0
    assert other.code == 1
    assert "已经写着另一个数据库" in other.err
    said = "".join(each.out + each.err for each in (made, again, other))
    assert "s3cret" not in said
    assert "geheim" not in said


def test_data_that_is_there_is_not_left_behind_by_another_address(home: Path, peiyu: Peiyu) -> None:
    answer = peiyu("init", "--database", "postgresql://a:b@127.0.0.1:1/c")

    assert answer.code == 1
    assert "peiyu copy" in answer.err
    assert not (home / "peiyu.toml").exists()


def test_an_address_that_does_not_answer_is_not_written_down(outside: Path, peiyu: Peiyu) -> None:
    answer = peiyu("init", "--database", "postgresql://a:geheim@127.0.0.1:1/c")

    assert answer.code == 3
    assert "geheim" not in answer.out + answer.err
    assert "geheim" not in (outside / "var" / "peiyu.toml").read_text(encoding="utf-8")


@pytest.mark.postgres
def test_copy_switches_the_data_folder_when_told(
    home: Path, peiyu: Peiyu, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (
        peiyu("staff", "add", "li", "--name", "李", "--role", "经办", "--email", "l@b.cn").code == 0
    )
    before = shutil.copy(home / "peiyu.db", home / "as-it-was.db")

    assert peiyu("copy", "--to", postgres_url, "--switch", "--force").code == 2
    copied = peiyu("copy", "--to", postgres_url, "--switch", "--json")

    assert copied.json["rows"]["person"] == 1
    assert copied.json["switched"]
    assert "postgres" not in copied.out.replace("postgresql", "")
    monkeypatch.setattr(clock, "now", lambda: NOW)
    (home / "peiyu.db").unlink()
    assert peiyu("staff", "list", "--json").json["staff"][0]["login"] == "li"
    assert Path(before).exists()
