"""Figures that cannot be, or hardly can be, when seen side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

from exchange.cells import Read
from exchange.fields import title_of

# A part and the whole that it cannot exceed.
_PARTS = (
    ("rd_hnte_domestic", "rd_hnte"),
    ("hightech_income", "total_income"),
    ("staff_rd", "staff_total"),
)
_RARE = (
    ("rd_hnte", "sales"),
    ("rd_deduction", "sales"),
    ("rd_statistics", "sales"),
    ("net_assets", "total_assets"),
    ("ip_class2_used", "ip_class2"),
)


def doubts_about(values: Mapping[str, int], year: int) -> Iterator[tuple[str, Read[Any]]]:
    """Return, per field, what is impossible (error) or rare (warning) in one year's figures."""
    for part, whole in _PARTS:
        if part in values and whole in values and values[part] > values[whole]:
            yield (
                part,
                Read(
                    error=f"{year} 年“{title_of(part)}”大于“{title_of(whole)}”，"
                    "请核对两项的数值和单位"
                ),
            )
    for part, whole in _RARE:
        if part in values and 0 < values.get(whole, 0) < values[part]:
            yield (
                part,
                Read(
                    warning=f"{year} 年“{title_of(part)}”大于“{title_of(whole)}”，"
                    "少见，请核对数值和单位；确认无误可以照常导入"
                ),
            )
