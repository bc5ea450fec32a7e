"""Numbers as a clerk writes them: 5000万元, 5%, 365. Exact; a decimal number is refused."""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from policy.facts import Kind
from policy.numbers import plain

_FEN = {"元": 100, "千元": 100_000, "万元": 1_000_000, "亿元": 10_000_000_000}
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)\s*(元|千元|万元|亿元)")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?)\s*[%％]")
_HOW = '金额写成 "5000万元"，比例写成 "5%"，其他写成不加引号的整数'


class Unit(StrEnum):
    """What sort of number was written."""

    MONEY = "金额"
    PERCENT = "百分数"
    PLAIN = "整数"


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact number in its base unit (分, a plain fraction, pieces), and how it was written."""

    value: Fraction
    unit: Unit


UNITS: dict[Kind, Unit] = {
    Kind.MONEY: Unit.MONEY,
    Kind.RATIO: Unit.PERCENT,
    Kind.COUNT: Unit.PLAIN,
    Kind.AVERAGE: Unit.PLAIN,
    Kind.POINTS: Unit.PLAIN,
    Kind.DATE: Unit.PLAIN,  # a number of days
    Kind.FLAG: Unit.PLAIN,  # a band of a score item: 1 is yes
}


def amount(written: object) -> Amount:
    """Return the number; what is none is refused with a Chinese sentence."""
    if isinstance(written, int) and not isinstance(written, bool):
        return Amount(Fraction(written), Unit.PLAIN)
    if isinstance(written, str) and (money := _MONEY.fullmatch(written.strip())):
        fen = Fraction(money[1]) * _FEN[money[2]]
        if fen.denominator == 1:
            return Amount(fen, Unit.MONEY)
    if isinstance(written, str) and (percent := _PERCENT.fullmatch(written.strip())):
        return Amount(Fraction(percent[1]) / 100, Unit.PERCENT)
    raise PydanticCustomError("amount", "{written} 不是可用的数：{how}", _context(written))


def as_written(kind: Kind, value: Fraction | int) -> str:
    """Return a number of base units as a clerk writes it, exact: 5000万元, 5%, 365."""
    exact = Fraction(value)
    if kind is Kind.MONEY:
        units = ("亿元", "万元") if exact else ()
        unit = next((name for name in units if exact % _FEN[name] == 0), "元")
        return f"{plain(exact / _FEN[unit])}{unit}"
    return f"{plain(exact * 100)}%" if kind is Kind.RATIO else str(plain(exact))


def _context(written: object) -> dict[str, object]:
    shown = f"“{written}”" if isinstance(written, str) else str(written)
    return {"written": shown, "how": _HOW}


Number = Annotated[Amount, PlainValidator(amount)]
