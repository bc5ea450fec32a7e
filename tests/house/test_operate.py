"""The page for whoever keeps the program running knows every setting, unit and file."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr

from config.settings import Settings
from policy.silence import Silence
from scripts.bundle_install import switch
from tests.house.tree import files, text

PAGE = text("docs/operate.md")
ROW = re.compile(r"^\| `([a-z_.]+)` \| (?:`([^`]*)`|（空）) \| .+ \|$", re.MULTILINE)


def test_every_setting_stands_in_the_table_with_its_default_and_none_that_is_not() -> None:
    table = PAGE.partition("## 每一项设置")[2].partition("\n### ")[0]

    assert dict(ROW.findall(table)) == dict(_defaults(Settings.model_construct()))
    assert table.count("\n| `") == len(ROW.findall(table))


def test_every_variable_it_names_is_one_of_a_setting_or_of_the_containers() -> None:
    known = {f"PEIYU_{key.replace('.', '__').upper()}" for key, _ in _defaults(Settings())}

    assert set(re.findall(r"`(PEIYU_[A-Z_]+[A-Z])`", PAGE)) <= known


def test_it_names_every_unit() -> None:
    units = [path.stem for path in files() if path.parent.as_posix() == "deploy/systemd"]

    assert units
    assert not [name for name in units if name not in PAGE]


def test_the_table_of_alarms_has_every_kind_and_no_other() -> None:
    alarms = PAGE.partition("## 告警")[2].partition("\n## ")[0]
    kinds = re.findall(r"^\| `([a-z_]+)` \| .+ \| .+ \| .*`.+`.*\|$", alarms, re.MULTILINE)

    assert kinds == [each.value for each in Silence]
    assert alarms.count("\n| `") == len(kinds)


def test_the_units_that_it_copies_are_those_of_the_version_in_force(tmp_path: Path) -> None:
    for name in ("0.1.0-aaaaaaaaaa", "0.2.0-bbbbbbbbbb", "0.1.0-aaaaaaaaaa"):
        launcher = switch(tmp_path, name)
    (told,) = re.findall(r"^\$ (version=.+)$", PAGE, re.MULTILINE)
    here = f'{told.replace("/opt/peiyu/peiyu", str(launcher))}\necho "$version"'
    said = subprocess.run(["sh", "-c", here], check=True, capture_output=True, text=True)

    assert said.stdout == "0.1.0-aaaaaaaaaa\n"
    assert "versions/*/" not in PAGE


def _defaults(model: BaseModel, above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in model:
        if isinstance(value, BaseModel):
            yield from _defaults(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _written(value)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if value in (None, (), {}):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
