"""Division codes (行政区划代码) from codes and from names."""

import re

from exchange.cells import Cell, Read, folded, is_blank, shown

# 洪江区 (洪江管理区) is another place than 洪江市, so it is looked for first.
HONGJIANG_DISTRICT = "431271"
_NAMES: tuple[tuple[str, str], ...] = (
    ("洪江管理区", HONGJIANG_DISTRICT),
    ("洪江区", HONGJIANG_DISTRICT),
    ("洪江市", "431281"),
    ("鹤城区", "431202"),
    ("中方县", "431221"),
    ("沅陵县", "431222"),
    ("辰溪县", "431223"),
    ("溆浦县", "431224"),
    ("会同县", "431225"),
    ("麻阳", "431226"),
    ("新晃", "431227"),
    ("芷江", "431228"),
    ("靖州", "431229"),
    ("通道侗族自治县", "431230"),
    ("通道县", "431230"),
)
_WIDER: tuple[tuple[str, str], ...] = (("怀化市", "431200"), ("湖南省", "430000"))
_ONLY_NAMES = re.compile(r"(湖南省)?(怀化市)?([^省市区县]{2,7}(自治县|[市区县]))?")
_CODE = re.compile(r"(\d{6})(\d{3}|\d{6})?")
_ELSEWHERE = "该企业在洪江区（洪江管理区，431271），不属于洪江市（431281），请核对"


def division(cell: Cell) -> Read[str]:
    """Return the six digits of a division, given as a code or as a name."""
    if is_blank(cell):
        return Read()
    plain = folded(cell).replace(" ", "")
    if found := _CODE.fullmatch(plain):
        return _known(found[1])
    if re.fullmatch(r"[\d.]+", plain):
        return Read(error=f"行政区划代码“{shown(cell)}”应为 6 位数字，例如洪江市 431281，请核对")
    for names in (_NAMES, _WIDER):
        code = next((code for name, code in names if name in plain), None)
        if code:
            return _known(code)
    return Read(
        warning=f"没有认出行政区划“{shown(cell)}”，未导入这一格；"
        "请改填 6 位行政区划代码，例如 431281"
    )


def is_more_than_a_division(cell: Cell) -> bool:
    """Say whether a place names more than a division: then it is an address."""
    plain = folded(cell).replace(" ", "")
    return not (_CODE.fullmatch(plain) or _ONLY_NAMES.fullmatch(plain))


def _known(code: str) -> Read[str]:
    return Read(code, warning=_ELSEWHERE if code == HONGJIANG_DISTRICT else "")
