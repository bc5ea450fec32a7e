"""Every setting that is in force, and where it comes from; what is secret is not in it."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from config.problems import read_toml
from config.settings import Settings
from runtime.build import read_settings

_PREFIX = "PEIYU_"
_HIDDEN = "***"
_LOGIN = re.compile(r"://([^:/@]*):.*@")  # to the last @: a password may hold one
_LOGIN_IN_QUERY = re.compile(r"([?&](?:password|sslpassword|sslkey|passfile)=)[^&]*")


class Origin(StrEnum):
    """Where a setting comes from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    GIVEN = "given"  # typed with the command


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting."""

    key: str  # smtp.host
    value: object
    origin: Origin
    where: str = ""  # the file, or the name of the variable

    @property
    def told(self) -> str:
        """Return the value as staff read it."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value)

    @property
    def comes_from(self) -> str:
        """Return in words where it comes from."""
        match self.origin:
            case Origin.DEFAULT:
                return "默认"
            case Origin.FILE:
                return "peiyu.toml"
            case Origin.ENVIRONMENT:
                return f"环境变量 {self.where}"
            case Origin.GIVEN:
                return self.where


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """All of them, and the variables that look like ours and mean nothing."""

    settings: tuple[SettingLine, ...]
    unknown: tuple[str, ...]


def in_force(home: Path) -> InForce:
    """Return the settings of a data folder; raise CannotRunError when they are wrong."""
    settings = read_settings(home)
    path = home / "peiyu.toml"
    written = (read_toml(path)[0] or {}) if path.exists() else {}
    ours = {
        name.upper(): value
        for name, value in os.environ.items()
        if name.upper().startswith(_PREFIX)
    }
    leaves = list(_leaves(settings))
    lines = (_line(keys, value, written, ours) for keys, value in leaves)
    known = {variable_of(*keys[:depth]) for keys, _ in leaves for depth in range(1, len(keys) + 1)}
    return InForce(
        settings=tuple(_placed(line, settings, path) for line in lines),
        unknown=tuple(sorted(ours.keys() - known)),
    )


def variable_of(*keys: str) -> str:
    """Return the environment variable of a setting: ``PEIYU_SMTP__HOST``."""
    return _PREFIX + "__".join(keys).upper()


def _leaves(model: BaseModel, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, tuple):  # what stands in [[…]]: one line, without its secrets
            value = "；".join(
                _told(each) if isinstance(each, BaseModel) else each for each in value
            )
        if isinstance(value, BaseModel):
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _told(part: BaseModel) -> str:
    shown = ((keys, _shown(keys, value)) for keys, value in _leaves(part))
    return "，".join(f"{keys[-1]}={value}" for keys, value in shown if value)


def _line(
    keys: tuple[str, ...], value: object, written: object, variables: Mapping[str, str]
) -> SettingLine:
    key, shown = ".".join(keys), _shown(keys, value)
    for depth in range(len(keys), 0, -1):  # the variable of the setting wins over its table's
        name = variable_of(*keys[:depth])
        rest = keys[depth:]
        if name in variables and (not rest or _holds(json.loads(variables[name]), rest)):
            return SettingLine(key=key, value=shown, origin=Origin.ENVIRONMENT, where=name)
    origin = Origin.FILE if _holds(written, keys) else Origin.DEFAULT
    return SettingLine(key=key, value=shown, origin=origin)


def _holds(table: object, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _placed(line: SettingLine, settings: Settings, path: Path) -> SettingLine:
    """Name the file; the folder is told by whoever asks, the database may be the usual one."""
    value, origin, where = line.value, line.origin, line.where
    if line.key == "home" and os.environ.get(f"{_PREFIX}HOME", "") != str(settings.home):
        usual = settings.home == Settings.model_fields["home"].default
        origin, where = (Origin.DEFAULT, "") if usual else (Origin.GIVEN, "--home")
    if line.key == "database" and not settings.database:
        value = settings.database_url
    if origin is Origin.FILE:
        where = str(path)
    return SettingLine(key=line.key, value=value, origin=origin, where=where)


def _shown(keys: tuple[str, ...], value: object) -> object:
    """Return a value without what is secret in it."""
    if isinstance(value, SecretStr):
        return _HIDDEN if value.get_secret_value() else ""
    if isinstance(value, dict):
        return "，".join(f"{name}={each}" for name, each in value.items())
    if not isinstance(value, str):
        return value if value is None or isinstance(value, (bool, int, float)) else str(value)
    if keys == ("database",) and value and "://" not in value:
        return _HIDDEN  # no address; whatever it is, a password may be in it
    return _LOGIN_IN_QUERY.sub(rf"\1{_HIDDEN}", _LOGIN.sub(rf"://\1:{_HIDDEN}@", value))
