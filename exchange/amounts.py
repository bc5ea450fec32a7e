"""Numbers in cells: money to the exact 分, and things that can be counted."""

import datetime as dt
import re
from decimal import Decimal

from exchange.cells import Cell, Read, folded, is_blank, shown

UNITS: dict[str, Decimal] = {
    "元": Decimal(1),
    "千元": Decimal(1_000),
    "万元": Decimal(10_000),
    "百万元": Decimal(1_000_000),
    "亿元": Decimal(100_000_000),
}
YUAN = UNITS["元"]

_CENTS = Decimal(100)  # 分 of one 元
_DUST = Decimal("1e-6")  # 分: what binary fractions leave behind
_DUST_OF_FLOAT = Decimal("1e-14")  # the same, relative to the amount
_MOST = Decimal(10**14)  # 分: 一万亿元
MOST_COUNTED = 10_000_000
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?")
_IN_BRACKETS = re.compile(r"\((.+)\)")  # how accountants write what is negative
_UNIT_AFTER = re.compile(r"(.*?)(人民币)?(元|千元|万元|百万元|亿元|[千万亿])(整)?")
_PIECES = re.compile(r"(.*?)(人|名|项|件|个|家|次)")
NO_UNIT = "没有写明单位"


def money(cell: Cell, unit: Decimal | None, *, may_be_negative: bool = False) -> Read[int]:
    """Return an amount in 分. A unit in the cell goes before the column's ``unit``."""
    if is_blank(cell):
        return Read()
    plain, own = _unit_of(cell)
    number = _number(cell, plain)
    if isinstance(number, str):
        return Read(error=number)
    if number < 0 and not may_be_negative:
        return Read(error=f"“{shown(cell)}”是负数，这一项不能为负，请核对")
    return _in_cents(cell, number, own or unit)


def count(cell: Cell, *, most: int = MOST_COUNTED) -> Read[int]:
    """Return a whole number of persons or pieces."""
    if is_blank(cell):
        return Read()
    plain = folded(cell).replace(" ", "")
    number = _number(cell, found[1] if (found := _PIECES.fullmatch(plain)) else plain)
    if isinstance(number, str):
        return Read(error=number)
    if number != number.to_integral_value():
        return Read(error=f"“{shown(cell)}”不是整数，人数、项数不能带小数，请核对")
    if not 0 <= number <= most:
        return Read(error=f"“{shown(cell)}”超出范围（0 至 {most}），请核对")
    return Read(int(number))


def _unit_of(cell: Cell) -> tuple[str, Decimal | None]:
    plain = re.sub(r"[\s¥￥]", "", folded(cell))
    found = _UNIT_AFTER.fullmatch(plain)
    if found is None:
        return plain, None
    unit = found[3] if found[3].endswith("元") else f"{found[3]}元"
    return found[1], UNITS[unit]


def _number(cell: Cell, plain: str) -> Decimal | str:
    """Return the exact number, or what is wrong with it."""
    if isinstance(cell, bool | dt.date | dt.time | dt.timedelta):
        return f"“{shown(cell)}”不是数字，请核对该单元格的内容和格式"
    if isinstance(cell, int | float):
        # The shortest text that stands for the same float is what somebody typed.
        number = Decimal(repr(cell))
        return number if number.is_finite() else f"“{shown(cell)}”不是数字，请核对"
    sign = 1
    if found := _IN_BRACKETS.fullmatch(plain):
        sign, plain = -1, found[1]
    if not _NUMBER.fullmatch(plain):
        return _not_a_number(cell, plain)
    return sign * Decimal(plain.replace(",", ""))


def _not_a_number(cell: Cell, plain: str) -> str:
    if plain.endswith(("%", "‰")):
        return f"“{shown(cell)}”是百分比，这里要填数值，不填比例，请换算后填写"
    if re.fullmatch(r"[+-]?\d(\.\d+)?E[+-]?\d+", plain, re.IGNORECASE):
        return f"“{shown(cell)}”是科学计数法，数字可能已不完整，请改写成普通数字"
    if re.fullmatch(r"[\d,]+(\.\d*)?", plain):
        return f"“{shown(cell)}”的千分位逗号位置不对，请核对数字或去掉逗号"
    return f"“{shown(cell)}”不是数字；没有就填 0，不知道就留空"


def _in_cents(cell: Cell, number: Decimal, unit: Decimal | None) -> Read[int]:
    if number == 0:
        return Read(0)
    if unit is None:
        return Read(error=f"金额“{shown(cell)}”{NO_UNIT}，请在表头写明（元、千元、万元或亿元）")
    exact = number * unit * _CENTS
    if abs(exact) > _MOST:
        return Read(error=f"金额“{shown(cell)}”大得不合情理，请核对数字和单位")
    cents = exact.to_integral_value()
    dust = max(_DUST, abs(exact) * _DUST_OF_FLOAT) if isinstance(cell, float) else _DUST
    if abs(exact - cents) > dust:
        return Read(error=f"金额“{shown(cell)}”换算成元后超过两位小数，请四舍五入到分")
    return Read(int(cents))
