"""What is wrong with a file, as one Chinese sentence with file and key."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from typing_extensions import override

_MOST_HINTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProblem:
    """One fault of one file: where it is and what to do about it."""

    file: str
    key: str
    message: str

    @override
    def __str__(self) -> str:
        return "：".join(filter(None, (self.file, self.key, self.message)))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a file that is still nameless."""

    key: str
    message: str


def read_toml(path: Path) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return what the file says, or None and why it can't be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")), []
    except OSError as error:
        return None, [Fault("", f"读不了这个文件（{error.strerror}），请检查读取权限")]
    except UnicodeDecodeError:
        return None, [Fault("", "文件不是 UTF-8 编码，请用“另存为”改成 UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return None, [Fault(_place(error), _slip(error))]


def _place(error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第 {found[1]} 行第 {found[2]} 列" if found else "文件末尾"


def _slip(error: tomllib.TOMLDecodeError) -> str:
    if re.search(r"overwrite|Duplicate|twice", str(error)):
        return "同一个键写了两次，请删去一个"
    return "写法有误，请检查引号、括号和等号"


def named(known: Iterable[str], wrong: str) -> str:
    """Return 不认识“x”, with the word that was probably meant."""
    words = list(dict.fromkeys(known))
    near = get_close_matches(wrong, words, n=1)
    if near:
        return f"不认识“{wrong}”，是否想写“{near[0]}”"
    more = f" 等 {len(words)} 个" if len(words) > _MOST_HINTS else ""
    return f"不认识“{wrong}”，可用的有：{'、'.join(words[:_MOST_HINTS]) or '（无）'}{more}"


def shape_faults(error: ValidationError, table: type[BaseModel], place: str) -> Iterator[Fault]:
    """Yield what the grammar says about one table, each with its key."""
    for each in error.errors():
        key = " ".join(filter(None, (place, _key(each["loc"]))))
        yield Fault(key, _words(dict(each), table))


def _key(loc: tuple[int | str, ...]) -> str:
    return " ".join(f"第 {part + 1} 项" if isinstance(part, int) else part for part in loc)


def _words(each: dict[str, Any], table: type[BaseModel]) -> str:
    kind, context = each["type"], each.get("ctx", {})
    if kind in ("amount", "month_day", "address", "setting"):
        return str(each["msg"])
    if kind == "extra_forbidden":
        near = get_close_matches(str(each["loc"][-1]), _fields(table), n=1)
        return f"不认识这个键，是否想写“{near[0]}”" if near else "不认识这个键，请删去或改正拼写"
    if kind in ("enum", "literal_error"):
        choices = re.findall(r"'([^']+)'", str(context.get("expected", "")))
        return named(choices, str(each["input"]))
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"不能{'小于' if 'ge' in context else '大于'} {bound}"
    return _SHAPES.get(kind, "写法有误，请对照其他文件修改")


def _fields(table: type[BaseModel]) -> list[str]:
    """Return the keys of a table and of the tables inside it."""
    names: list[str] = []
    for name, each in table.model_fields.items():
        names.append(each.alias or name)
        for inner in (each.annotation, *getattr(each.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                names += inner.model_fields
    return names


_TIME = "应为时间，写成 08:30:00 这样，不加引号"
_DATE = "应为日期，写成 2026-01-01 这样，不加引号"
_SHAPES = {
    "missing": "缺少，请补上",
    "string_type": "应为文字，请加引号",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "只能用小写字母、数字和下划线，以字母开头",
    "int_type": "应为整数，不加引号",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字，不加引号",
    "float_parsing": "应为数字",
    "bool_parsing": "应为 true 或 false，不加引号",
    "bool_type": "应为 true 或 false，不加引号",
    "tuple_type": "应为列表，写成 [ … ]",
    "model_type": "应为一组键值，写成 { … } 或 [[…]]",
    "time_type": _TIME,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
}
