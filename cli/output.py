"""Where a command writes: tables for people, one JSON document for programs."""

import datetime as dt
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum

from rich.console import Console

_WIDE = 120  # columns when nobody looks: a file or a pipe has no width of its own


def screen() -> Console:
    """Return the console for results; colours only on a terminal."""
    return _console(stderr=False)


def aside() -> Console:
    """Return the console for progress and complaints, so that results stay clean."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in console._environ:  # noqa: SLF001
        console.width = _WIDE
    return console


def print_json(value: object) -> None:
    """Write a value as the only thing on standard output."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: object) -> object:
    """Return a value made of what JSON knows; an exact fraction becomes its text."""
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "model_dump"):  # a table of a file
        value = value.model_dump(by_alias=True)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    return [plain(each) for each in value] if isinstance(value, Iterable) else _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case dt.date():
            return value.isoformat()
        case Decimal():
            whole = value == value.to_integral_value()
            return int(value) if whole else float(value)
        case _:
            return str(value)
