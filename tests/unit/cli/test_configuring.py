"""`peiyu config` tells every setting, where it comes from, and no secret."""

from pathlib import Path

import pytest

from config.settings import Settings
from tests.plugins.terminal import Peiyu

SECRET = "p@ss:word"


def test_each_setting_is_told_with_where_it_comes_from(
    peiyu: Peiyu, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (outside / "var").mkdir()
    (outside / "var" / "peiyu.toml").write_text(
        'batch_size = 7\n[smtp]\nhost = "mail.example"\nport = 25\n'
        'per_minute_to = { "QQ.com" = 20 }\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("PEIYU_SMTP__PORT", "26")
    monkeypatch.setenv("peiyu_office", '{"name": "示例局[红]"}')

    lines = {each["key"]: each for each in peiyu("config", "show", "--json").json["settings"]}

    assert lines["smtp.host"]["origin"] == lines["batch_size"]["origin"] == "file"
    assert lines["smtp.per_minute_to"]["value"] == "qq.com=20"
    assert lines["smtp.host"]["where"] == str(Path("var/peiyu.toml"))
    assert (lines["smtp.port"]["value"], lines["smtp.port"]["where"]) == (26, "PEIYU_SMTP__PORT")
    assert lines["office.name"]["where"] == "PEIYU_OFFICE"
    assert lines["office.phone"]["origin"] == lines["home"]["origin"] == "default"
    assert lines["database"]["value"].endswith("peiyu.db")
    assert set(Settings.model_fields) == {key.partition(".")[0] for key in lines}

    shown = peiyu("config", "show").out
    assert "示例局[红]" in shown
    assert "环境变量 PEIYU_SMTP__PORT" in shown


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql+psycopg://user:{SECRET}@db.example/peiyu",
        f"postgresql+psycopg://db.example/peiyu?user=u&password={SECRET}",
        f"user:{SECRET}",
    ],
)
def test_no_secret_is_shown(peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("PEIYU_DATABASE", address)
    monkeypatch.setenv("PEIYU_SMTP__PASSWORD", SECRET)
    monkeypatch.setenv("PEIYU_PREFECT__AUTH", f"peiyu:{SECRET}")

    for words in (("config", "show"), ("config", "show", "--json")):
        told = peiyu(*words)
        assert told.code == 0
        assert "word" not in (told.out + told.err).replace("password", "")
        assert "***" in told.out
    lines = {each["key"]: each for each in peiyu("config", "show", "--json").json["settings"]}
    for key in ("smtp.password", "prefect.auth"):
        assert lines[key]["value"] == "***"


def test_a_variable_that_is_no_setting_is_told(
    peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEIYU_SMPT__HOST", "mail.example")

    assert "PEIYU_SMPT__HOST 不是任何一项设置" in peiyu("config", "show").err
    assert peiyu("config", "show", "--json").json["unknown_variables"] == ["PEIYU_SMPT__HOST"]


def test_the_folder_is_told_with_how_it_was_chosen(
    peiyu: Peiyu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_home(*words: str) -> tuple[str, str]:
        line = peiyu("config", "show", "--json", *words).json["settings"][0]
        return line["value"], line["where"]

    assert of_home("--home", "别处") == ("别处", "--home")
    monkeypatch.setenv("PEIYU_HOME", "数据")
    assert of_home() == ("数据", "PEIYU_HOME")


def test_wrong_settings_are_told_as_everywhere(peiyu: Peiyu, outside: Path) -> None:
    (outside / "var").mkdir()
    (outside / "var" / "peiyu.toml").write_text("bach_size = 1\n", encoding="utf-8")

    told = peiyu("config", "show")

    assert (told.code, "bach_size" in told.err) == (3, True)


def test_the_path_of_the_settings_is_told(peiyu: Peiyu, home: Path) -> None:
    told = peiyu("config", "path", "--json").json

    assert told["home"] == {"path": str(home.absolute()), "exists": True}
    assert told["settings"] == {"path": str(home.absolute() / "peiyu.toml"), "exists": False}
    assert f"{home.absolute() / 'peiyu.toml'}（还没有）" in peiyu("config", "path").out
