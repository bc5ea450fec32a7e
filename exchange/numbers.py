"""Numbers of certificates: 高企证书编号 and 科小入库登记编号, mended and checked."""

import datetime as dt
import re

from exchange.cells import Cell, Read, digits_lost, folded, is_blank, shown
from exchange.values import Held
from policy.deadlines import valid_to

# GF: re-examined certificates of before 2016 (domain of old ledgers).
_HNTE = re.compile(r"G[RF](20\d{2})\d{8}")
_TSME = re.compile(r"(20\d{2})(\d{6})[0-9A-Z]{2}\d{6}")
_HNTE_LENGTH, _TSME_LENGTH = 14, 18


def hnte_number(cell: Cell) -> Read[str]:
    """Return a 高企证书编号: GR and twelve digits, spaces and lower case mended."""
    if is_blank(cell):
        return Read()
    plain = _plain(cell)
    if _HNTE.fullmatch(plain):
        return Read(plain)
    why = f"，这里是 {len(plain)} 位" if len(plain) != _HNTE_LENGTH else ""
    return Read(
        error=f"高企证书编号“{shown(cell)}”不对，应为 GR 加 12 位数字"
        f"（共 14 位，GR 后先是四位年份）{why}，请对照证书更正"
    )


def tsme_number(cell: Cell) -> Read[str]:
    """Return a 入库登记编号: year, division code, two marks and a serial of six."""
    if is_blank(cell):
        return Read()
    if digits_lost(cell):
        return Read(
            error=f"入库登记编号被存成了数字（{shown(cell)}），末几位已丢失；"
            "请把该列设为“文本”格式后重新填写"
        )
    plain = _plain(cell)
    if _TSME.fullmatch(plain):
        return Read(plain)
    why = f"，这里是 {len(plain)} 位" if len(plain) != _TSME_LENGTH else ""
    return Read(
        error=f"入库登记编号“{shown(cell)}”不对，应为 18 位，"
        f"以四位年份和六位行政区划代码开头{why}，请核对"
    )


def hnte_held(number: str, issued_on: dt.date, field: str) -> Read[Held]:
    """Return the certificate with its three years; another year in its number is a warning."""
    held = Held(
        kind="hnte",
        number=number,
        valid_from=issued_on,
        valid_to=valid_to(issued_on),
        field=field,
    )
    if int(number[2:6]) == issued_on.year:
        return Read(held)
    return Read(
        held,
        warning=f"证书编号里的年份是 {number[2:6]}，与发证日期 {issued_on} 不是同一年，请核对两者",
    )


def tsme_held(number: str, entered_on: dt.date | None) -> Read[Held]:
    """Return the registration: valid to 31 December of the year in its number."""
    year = int(number[:4])
    first, last = entered_on or dt.date(year, 1, 1), dt.date(year, 12, 31)
    if first > last:
        return Read(error=f"入库日期 {first} 晚于编号的有效期（{last} 止），请核对编号和日期")
    held = Held(kind="tsme", number=number, valid_from=first, valid_to=last)
    if first.year == year:
        return Read(held)
    return Read(held, warning=f"入库登记编号的年份是 {year}，与入库日期 {first} 不是同一年，请核对")


def _plain(cell: Cell) -> str:
    return re.sub(r"[\s'‘’`\"-]", "", folded(cell)).upper()
