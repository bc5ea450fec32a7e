"""A data folder is made, opened, and refused with a sentence that says what to type."""

import datetime as dt
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from config.settings import OfficeSettings, Settings, SmtpPart
from models.engine import make_engine
from notifications.folder import FolderCarrier
from notifications.memory import MemoryCarrier
from notifications.smtp import SmtpCarrier
from runtime import schema
from runtime.build import (
    CannotRunError,
    build,
    close,
    config_folders,
    create,
    opened,
    read_files,
    read_settings,
)
from runtime.trouble import command

NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
BROKEN = "title = 这里缺少引号"


@pytest.fixture(scope="module")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that was just made, to be copied."""
    made = tmp_path_factory.mktemp("new") / "data folder"
    create(Settings(home=made))
    return made


@pytest.fixture
def home(tmp_path: Path, new_home: Path) -> Path:
    """A data folder that was just made."""
    return Path(shutil.copytree(new_home, tmp_path / "data folder"))


def _said(home: Path) -> str:
    """Return why the folder can not be opened."""
    with pytest.raises(CannotRunError) as refused:
        build(read_settings(home))
    return str(refused.value)


def _rewrite(home: Path, text: str) -> None:
    (home / "peiyu.toml").write_text(text, encoding="utf-8")


def test_a_new_folder_holds_settings_and_an_empty_database_at_the_newest_schema(
    home: Path,
) -> None:
    with opened(read_settings(home)) as services:
        assert schema.revision_of(services.database.engine) == schema.head()
        assert services.now().tzinfo is not None
    assert read_settings(home).model_dump() == Settings(home=home).model_dump()
    assert sorted(path.name for path in home.iterdir()) == ["peiyu.db", "peiyu.toml"]


def test_what_may_hold_a_password_is_for_its_owner_only(home: Path) -> None:
    for name in ("peiyu.toml", "peiyu.db"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_a_setting_that_the_environment_leaves_empty_stands_as_the_file_has_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _rewrite(home, 'batch_size = 7\n[smtp]\nhost = "mail.bureau.example"\nport = 2525\n')
    for name in ("PEIYU_BATCH_SIZE", "PEIYU_SMTP__HOST", "PEIYU_SMTP__PORT"):
        monkeypatch.setenv(name, "")

    told = read_settings(home)

    assert (told.batch_size, told.smtp.host, told.smtp.port) == (7, "mail.bureau.example", 2525)


def test_making_a_folder_again_changes_nothing(home: Path) -> None:
    _rewrite(home, "batch_size = 7\n")
    before = (home / "peiyu.db").read_bytes()

    create(read_settings(home))

    assert read_settings(home).batch_size == 7
    assert (home / "peiyu.db").read_bytes() == before


def test_what_was_chosen_for_the_office_is_kept_and_no_secret_is(tmp_path: Path) -> None:
    office = OfficeSettings(name="示例县“科技”局", phone="0745-0000000")
    smtp = SmtpPart(host="smtp.example", password="s3cret")

    create(Settings(home=tmp_path, demo=True, office=office, smtp=smtp))

    kept = read_settings(tmp_path)
    assert (kept.office, kept.demo) == (office, True)
    assert "s3cret" not in (tmp_path / "peiyu.toml").read_text(encoding="utf-8")


def test_every_key_of_the_first_settings_file_is_a_key_that_we_know(home: Path) -> None:
    lines = (home / "peiyu.toml").read_text(encoding="utf-8").splitlines()
    set_ = (" = ", "# [[")
    lines = [line.removeprefix("# ") if any(s in line for s in set_) else line for line in lines]
    _rewrite(home, "\n".join(lines))

    told = read_settings(home)
    assert (told.smtp.host, [each.name for each in told.robots]) == (
        "smtp.example.com",
        ["jingban"],
    )


def test_a_settings_file_saved_with_a_byte_order_mark_is_read(home: Path) -> None:
    (home / "peiyu.toml").write_bytes(b"\xef\xbb\xbfbatch_size = 8\n")

    assert read_settings(home).batch_size == 8


def test_services_are_what_the_settings_say(home: Path) -> None:
    _rewrite(home, 'batch_size = 9\ndemo = true\n[office]\nname = "示例局"\nphone = "12345"\n')
    carrier = MemoryCarrier()

    services = build(read_settings(home), carrier=lambda: carrier, now=lambda: NOON)
    close(services)

    assert (services.batch_size, services.demo) == (9, True)
    assert (services.office.name, services.office.phone) == ("示例局", "12345")
    assert services.sender.email == "peiyu@localhost.invalid"
    assert services.open_carrier() is carrier
    assert services.today == dt.date(2026, 3, 2)
    assert services.catalogue.programmes


def test_letters_go_to_a_folder_until_a_mail_server_is_named(home: Path) -> None:
    with opened(read_settings(home)) as services:
        assert isinstance(services.open_carrier(), FolderCarrier)

    _rewrite(home, '[smtp]\nhost = "smtp.example"\npassword = "s3cret"\n')
    with opened(read_settings(home)) as services:
        assert isinstance(services.open_carrier(), SmtpCarrier)


def test_a_folder_without_a_database_is_refused_and_stays_untouched(tmp_path: Path) -> None:
    home = tmp_path / "none"

    assert f"peiyu init --home {home}" in _said(home)
    assert not home.exists()


def test_an_empty_database_is_as_good_as_none(home: Path) -> None:
    (home / "peiyu.db").write_bytes(b"")

    assert "peiyu init" in _said(home)


def test_an_older_database_is_refused_until_it_is_brought_up_to_date(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "head", lambda: "a later revision")

    assert "旧版程序" in _said(home)
    assert "peiyu upgrade" in _said(home)


def test_making_a_folder_again_leaves_an_older_database_to_the_upgrade(home: Path) -> None:
    engine = make_engine(read_settings(home).database_url)
    schema.downgrade(engine, to="-1")
    before = schema.revision_of(engine)

    with pytest.raises(CannotRunError, match="peiyu upgrade"):
        create(read_settings(home))

    assert schema.revision_of(engine) == before
    engine.dispose()


def test_a_newer_database_is_refused_by_both(home: Path) -> None:
    _write(home, "UPDATE alembic_version SET version_num = '9999'")

    assert "安装新版程序" in _said(home)
    with pytest.raises(CannotRunError, match="安装新版程序"):
        create(read_settings(home))


def test_the_database_of_another_program_is_refused_by_both(tmp_path: Path) -> None:
    _write(tmp_path, "CREATE TABLE theirs (id)")

    assert "别的程序的数据" in _said(tmp_path)
    with pytest.raises(CannotRunError, match="别的程序的数据"):
        create(read_settings(tmp_path))


def test_a_file_that_is_no_database_is_named(home: Path) -> None:
    (home / "peiyu.db").write_bytes(b"this is no database" * 100)

    assert f"“{home / 'peiyu.db'}”不是数据库或已损坏" in _said(home)


def test_a_database_that_can_not_be_opened_is_named(home: Path) -> None:
    (home / "peiyu.db").unlink()
    (home / "peiyu.db").mkdir()

    assert "请检查文件和文件夹的读写权限" in _said(home)


def test_a_database_that_somebody_holds_is_worth_another_try(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.engine.BUSY_MS", 1)
    holder = sqlite3.connect(home / "peiyu.db", isolation_level=None)
    holder.execute("PRAGMA journal_mode = DELETE")
    holder.execute("BEGIN EXCLUSIVE")

    assert "请稍后再试" in _said(home)
    holder.close()


def test_a_database_server_that_does_not_answer_is_named_without_its_password(home: Path) -> None:
    _rewrite(home, 'database = "postgresql+psycopg://clerk:s3cret@127.0.0.1:1/peiyu"\n')

    said = _said(home)

    assert "连不上数据库 127.0.0.1:1/peiyu" in said
    assert "s3cret" not in said


@pytest.mark.postgres
def test_a_folder_can_keep_its_data_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    settings = Settings(home=tmp_path, database=postgres_url)

    with pytest.raises(CannotRunError, match="peiyu init"):
        build(settings)
    create(settings)
    with opened(settings) as services:
        assert services.database.dialect == "postgresql"
    assert not (tmp_path / "peiyu.db").exists()


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "mysql://clerk@server/peiyu",
        "postgresql://x/y",
        "postgresql://u:pa@ss:word@h:5432/db",  # what stands after the last colon is no port
    ],
)
def test_an_address_of_no_known_database_is_refused(home: Path, address: str) -> None:
    _rewrite(home, f'database = "{address}"\n')

    assert "database 应写成 postgresql+psycopg://" in _said(home)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("batch = 3", "batch：不认识这个键", id="unknown"),
        pytest.param('[smtp]\nprot = "tls"', "smtp prot：不认识这个键，是否想写“port”", id="slip"),
        pytest.param("batch_size = 0", "batch_size：不能小于 1", id="too-small"),
        pytest.param('[smtp]\nbounces_to = "a+b@c.cn"', "smtp bounces_to：应为邮箱", id="plus"),
        pytest.param(
            '[smtp.per_minute_to]\n"@qq.com" = 9', "应为邮箱 @ 后面的部分，例如 qq.com", id="domain"
        ),
        pytest.param(
            '[smtp.per_minute_to]\n"qq.com" = 0',
            "smtp per_minute_to qq.com：不能小于 1",
            id="no-room",
        ),
        pytest.param(
            '[smtp.per_minute_to]\n"qq.com" = 9\n"QQ.com" = 5',
            "smtp per_minute_to：同一家邮箱写了两次",
            id="twice",
        ),
        pytest.param('[smtp]\nsecurity = "ssl"', "smtp security：不认识“ssl”", id="choice"),
        pytest.param('timezone = "Mars/Olympus"', "不认识时区“Mars/Olympus”", id="zone"),
        pytest.param("batch_size = = 3", "第 1 行第 14 列", id="syntax"),
    ],
)
def test_wrong_settings_are_named_by_key_and_reason(home: Path, text: str, says: str) -> None:
    _rewrite(home, text)

    said = _said(home)

    assert says in said
    assert str(home / "peiyu.toml") in said


def test_a_wrong_setting_from_the_environment_says_that_it_comes_from_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_BATCH_SIZE", "0")
    assert "（来自环境变量 PEIYU_BATCH_SIZE）" in _said(home)

    monkeypatch.setenv("PEIYU_BATCH_SIZE", "5")
    assert read_settings(home).batch_size == 5

    monkeypatch.setenv("PEIYU_SMTP", "no json")
    assert "环境变量" in _said(home)


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(CannotRunError, match="建不成或写不进"):
        create(Settings(home=tmp_path / "file" / "home"))


def test_files_of_the_bureau_stand_above_the_shipped_ones(home: Path) -> None:
    settings = read_settings(home)
    before, days_before = read_files(settings)
    own = home / "config"
    (own / "calendars").mkdir(parents=True)
    (own / "programmes").mkdir()
    shipped = config_folders(settings)[0]
    programme = (shipped / "programmes" / "tsme.toml").read_text(encoding="utf-8")
    (own / "programmes" / "tsme.toml").write_text(f"# 本县\n{programme}", encoding="utf-8")
    calendar = (shipped / "calendars" / "2027.toml").read_text(encoding="utf-8")
    (own / "calendars" / "2027.toml").write_text(
        calendar.replace('"provisional"', '"gazetted"'), encoding="utf-8"
    )

    after, days_after = read_files(settings)

    assert config_folders(settings) == (shipped, own)
    assert after.programmes == before.programmes
    assert 2027 in days_after.gazetted - days_before.gazetted


def test_files_are_read_once_and_again_when_they_change(home: Path) -> None:
    settings = read_settings(home)
    first, _ = read_files(settings)
    again, _ = read_files(settings)
    assert again is first

    (home / "config" / "programmes").mkdir(parents=True)
    (home / "config" / "programmes" / "own.toml").write_text(BROKEN, encoding="utf-8")
    with pytest.raises(CannotRunError):
        read_files(settings)


def test_every_problem_of_every_file_is_told_at_once(home: Path) -> None:
    for name in ("programmes/own.toml", "calendars/2028.toml"):
        path = home / "config" / name
        path.parent.mkdir(parents=True)
        path.write_text(BROKEN, encoding="utf-8")

    said = _said(home)

    assert "own.toml" in said
    assert "calendars/2028.toml" in said
    assert "peiyu check --home" in said


@pytest.mark.parametrize(
    ("home", "typed"),
    [
        pytest.param("var", "peiyu init", id="usual"),
        pytest.param("my data", "peiyu init --home 'my data'", id="quoted"),
    ],
)
def test_what_to_type_names_the_folder_when_it_is_not_the_usual_one(home: str, typed: str) -> None:
    assert command(Path(home), "init") == typed


def _write(home: Path, statement: str) -> None:
    with sqlite3.connect(home / "peiyu.db") as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize("address", ["https://a.example/", "http://10.1.2.3:8080/office"])
def test_the_public_address_is_kept_without_its_last_slash(home: Path, address: str) -> None:
    _rewrite(home, f'[console]\npublic_url = "{address}"\n')

    assert read_settings(home).console.public_url == address.rstrip("/")


@pytest.mark.parametrize("address", ["a.example", "ftp://a.example", "https://a.example/?b=1#c"])
def test_what_is_no_address_is_refused_with_an_example(home: Path, address: str) -> None:
    _rewrite(home, f'[console]\npublic_url = "{address}"\n')

    with pytest.raises(CannotRunError, match="应为 https://网址"):
        read_settings(home)
