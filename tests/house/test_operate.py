"""The page for whoever keeps the program running knows every setting, unit and file."""

import re
from collections.abc import Iterator

from pydantic import BaseModel, SecretStr

from config.settings import Settings
from tests.house.tree import files, text

PAGE = text("docs/operate.md")
ROW = re.compile(r"^\| `([a-z_.]+)` \| (?:`([^`]*)`|（空）) \| .+ \|$", re.MULTILINE)


def test_every_setting_stands_in_the_table_with_its_default_and_none_that_is_not() -> None:
    table = PAGE.partition("## 每一项设置")[2]

    assert dict(ROW.findall(table)) == dict(_defaults(Settings.model_construct()))
    assert table.count("\n| `") == len(ROW.findall(table))


def test_every_variable_it_names_is_one_of_a_setting_or_of_the_containers() -> None:
    known = {f"PEIYU_{key.replace('.', '__').upper()}" for key, _ in _defaults(Settings())}

    assert set(re.findall(r"`(PEIYU_[A-Z_]+[A-Z])`", PAGE)) <= known


def test_it_names_every_unit() -> None:
    units = [path.stem for path in files() if path.parent.as_posix() == "deploy/systemd"]

    assert units
    assert not [name for name in units if name not in PAGE]


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
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
