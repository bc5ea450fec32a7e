"""What one kind of invented enterprise is, and the figures that several kinds share."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from policy.facts import STANDING

Said = tuple[str, str, str]  # programme, criterion, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Some enterprises that are alike; the first ``scale`` of them are 规上."""

    key: str
    about: str
    count: int
    scale: int = 0
    says: tuple[Said, ...] = ()
    knobs: Mapping[str, Any] = field(default_factory=dict)
    issued: tuple[dt.date, ...] = ()  # of 高企 certificates, taken in turn


AUTUMN_23, WINTER_23 = dt.date(2023, 10, 16), dt.date(2023, 12, 8)
AUTUMN_24, WINTER_24 = dt.date(2024, 10, 10), dt.date(2024, 12, 16)
AUTUMN_25, WINTER_25 = dt.date(2025, 10, 14), dt.date(2025, 12, 8)
# 先进程度、核心支持、获得方式、标准、管理制度、研发机构、转化激励、人才
GOOD = (7, 7, 5, 0, 5, 5, 3, 3)
TSME: dict[str, Any] = {"registered_tsme": True}
STEADY = {"growth": 180, "net_growth": 120, "conversions": 5}
NO_RESEARCH: dict[str, Any] = {
    "rd": 0,
    "ip1": 0,
    "ip2": 0,
    "conversions": 0,
    "flags": {"core_ip": None, "field_fits": None},
}
TAXED_BY_ESTIMATE = {"core_ip": None, "field_fits": None, "audit_collection": False}
NAME_ONLY: dict[str, Any] = {"years": (), "flags": dict.fromkeys(STANDING)}
LOW = {"rd": 20, "ip1": 0, "ip2": 2, "staff": 40, "staff_rd": 8, "hightech": 350}  # 24 分
