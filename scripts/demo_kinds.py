"""Who lives in the invented county: 150 enterprises in kinds, each with the reason it is there.

The mix is that of the bureau's own report: 28 valid 高企 in three expiry cohorts, 70 科小 of
2025, 38 规上, and a near miss of every kind. ``says`` is what an assessment on the first
working day of March 2026 must say of every enterprise of the kind; the tests hold it to that.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from policy.facts import STANDING
from scripts.demo_firms import Firm, usual

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


_AUTUMN_23, _WINTER_23 = dt.date(2023, 10, 16), dt.date(2023, 12, 8)
_AUTUMN_24, _WINTER_24 = dt.date(2024, 10, 10), dt.date(2024, 12, 16)
_AUTUMN_25, _WINTER_25 = dt.date(2025, 10, 14), dt.date(2025, 12, 8)
# 先进程度、核心支持、获得方式、标准、管理制度、研发机构、转化激励、人才
_GOOD = (7, 7, 5, 0, 5, 5, 3, 3)
_TSME: dict[str, Any] = {"registered_tsme": True}
_STEADY = {"growth": 180, "net_growth": 120, "conversions": 5}
_NO_RESEARCH: dict[str, Any] = {
    "rd": 0,
    "ip1": 0,
    "ip2": 0,
    "conversions": 0,
    "flags": {"core_ip": None, "field_fits": None},
}
_TAXED_BY_ESTIMATE = {"core_ip": None, "field_fits": None, "audit_collection": False}
_NAME_ONLY: dict[str, Any] = {"years": (), "flags": dict.fromkeys(STANDING)}
_LOW = {"rd": 20, "ip1": 0, "ip2": 2, "staff": 40, "staff_rd": 8, "hightech": 350}  # 24 分

HOLDERS = (
    Kind(
        key="expires_2026",
        about="高企 2026 年到期，数据齐全，今年重新认定",
        count=6,
        scale=4,
        issued=(_AUTUMN_23, _WINTER_23),
        says=(("hnte", "innovation", "met"), ("tsme", "direct_hnte", "met")),
        knobs=_TSME | _STEADY | {"estimates": _GOOD, "ip2": 8},
    ),
    Kind(
        key="class2_used_up",
        about="高企 2026 年到期，Ⅱ类知识产权都在上次认定用过，又没有Ⅰ类",
        count=1,
        scale=1,
        issued=(_AUTUMN_23,),
        says=(("hnte", "ip_owned", "met"), ("hnte", "innovation", "unmet")),
        knobs=_TSME | {"ip1": 0, "ip2": 6, "ip2_used": 6, "conversions": 3, "net_growth": -20},
    ),
    Kind(
        key="renewal_income_58",
        about="高企 2026 年到期，高新收入只占 58%",
        count=1,
        issued=(_WINTER_23,),
        says=(("hnte", "hightech_income", "unmet"),),
        knobs=_TSME | {"hightech": 580},
    ),
    Kind(
        key="renewal_without_2025",
        about="高企 2026 年到期，2025 年数据还没有报来",
        count=1,
        issued=(_AUTUMN_23,),
        says=(("hnte", "rd_intensity", "unknown"), ("hnte", "staff_rd", "unknown")),
        knobs=_TSME | {"years": (2023, 2024)},
    ),
    Kind(
        key="expires_2027",
        about="高企 2027 年到期，今春该盘点知识产权",
        count=8,
        scale=5,
        issued=(_AUTUMN_24, _WINTER_24),
        knobs=_TSME,
    ),
    Kind(
        key="renamed",
        about="高企 2027 年到期，今年更了名，须在三个月内报告",
        count=1,
        issued=(_AUTUMN_24,),
        knobs=_TSME | {"change_note": "更名（2026-02-10，原名“洪江市示例旧名有限公司”）"},
    ),
    Kind(
        key="large_holder",
        about="高企 2027 年到期，销售收入超过 2 亿元，按 3% 一档，不能评科小",
        count=2,
        scale=2,
        issued=(_WINTER_24,),
        says=(("hnte", "rd_intensity", "met"), ("tsme", "sales", "unmet")),
        knobs={"sales": Decimal(26_000), "rd": 32, "staff": 180},
    ),
    Kind(
        key="expires_2028",
        about="高企 2028 年到期，去年刚认定",
        count=7,
        scale=3,
        issued=(_AUTUMN_25, _WINTER_25),
        knobs=_TSME,
    ),
    Kind(
        key="holder_without_email",
        about="高企 2028 年到期，没有留邮箱",
        count=1,
        issued=(_WINTER_25,),
        knobs=_TSME | {"email": False},
    ),
)

CANDIDATES = (
    Kind(
        key="ready",
        about="可量化的条件都符合，等股长决定是否纳入培育库",
        count=10,
        scale=3,
        says=(("hnte", "rd_intensity", "met"), ("hnte", "hightech_income", "met")),
        knobs=_TSME,
    ),
    Kind(
        key="score_71",
        about="自评后最低 71 分，刚好过线",
        count=1,
        says=(("hnte", "innovation", "met"),),
        knobs=_TSME | _STEADY | {"estimates": (7, 6, 5, 0, 5, 4, 2, 2)},
    ),
    Kind(
        key="score_70",
        about="自评后最高 70 分，刚好不过线",
        count=1,
        says=(("hnte", "innovation", "unmet"),),
        knobs=_TSME | _STEADY | {"estimates": (6, 6, 5, 0, 5, 5, 3, 4), "conversions": 3},
    ),
    Kind(
        key="exactly_5_percent",
        about="销售收入正好 5000 万元，研发费用正好 5%，符合",
        count=1,
        scale=1,
        says=(("hnte", "rd_intensity", "met"),),
        knobs=_TSME | {"sales": Decimal(5_000), "growth": 0, "rd": 50},
    ),
)

NEAR_MISSES = (
    Kind(
        key="rd_below_5",
        about="研发费用只占 4.6%，不到 5%",
        count=2,
        says=(("hnte", "rd_intensity", "unmet"),),
        knobs=_TSME | {"rd": 46},
    ),
    Kind(
        key="rd_below_4",
        about="销售收入 8000 万元，研发费用只占 3.9%，不到 4%",
        count=1,
        scale=1,
        says=(("hnte", "rd_intensity", "unmet"),),
        knobs=_TSME | {"sales": Decimal(8_000), "rd": 39},
    ),
    Kind(
        key="rd_below_3",
        about="销售收入 2.6 亿元，研发费用只占 2.9%，不到 3%",
        count=1,
        scale=1,
        says=(("hnte", "rd_intensity", "unmet"),),
        knobs={"sales": Decimal(26_000), "rd": 29, "staff": 210},
    ),
    Kind(
        key="staff_below_10",
        about="科技人员只占 9.6%，不到 10%",
        count=2,
        says=(("hnte", "staff_rd", "unmet"), ("tsme", "staff_points", "unmet")),
        knobs={"staff": 52, "staff_rd": 5},
    ),
    Kind(
        key="income_58",
        about="高新收入只占 58%",
        count=2,
        scale=2,
        says=(("hnte", "hightech_income", "unmet"),),
        knobs=_TSME | {"hightech": 580},
    ),
    Kind(
        key="too_young",
        about="成立不满 365 天",
        count=2,
        says=(("hnte", "age", "unmet"),),
        knobs={
            "registered_on": dt.date(2025, 6, 18),
            "sales": Decimal(260),
            "conversions": 2,
            "ip2": 2,
        },
    ),
    Kind(
        key="one_year_in_march",
        about="2026 年 3 月 20 日满 365 天",
        count=1,
        says=(("hnte", "age", "unmet"),),
        knobs={"registered_on": dt.date(2025, 3, 20), "sales": Decimal(310), "ip2": 3},
    ),
    Kind(
        key="no_ip",
        about="没有知识产权",
        count=2,
        says=(("hnte", "ip_owned", "unmet"), ("tsme", "score", "unmet")),
        knobs={"ip1": 0, "ip2": 0, "rd": 60},
    ),
    Kind(
        key="rd_abroad",
        about="境内研发费用只占 55%",
        count=1,
        says=(("hnte", "rd_domestic", "unmet"),),
        knobs=_TSME | {"domestic": 550},
    ),
    Kind(
        key="incident",
        about="去年 11 月发生过重大事故",
        count=1,
        says=(("hnte", "no_incident", "unmet"), ("tsme", "integrity_incident", "unmet")),
        knobs={"flags": {"last_incident_on": dt.date(2025, 11, 18)}},
    ),
    Kind(
        key="incident_unchecked",
        about="还没有向应急、环保部门核查",
        count=1,
        says=(("hnte", "no_incident", "unknown"),),
        knobs=_TSME | {"flags": {"incident_checked": None}},
    ),
    Kind(
        key="net_negative",
        about="前两年净资产为负，增长率算不出，要人判断",
        count=1,
        says=(("hnte", "innovation", "needs_person"),),
        knobs=_TSME | {"net_negative": (2023, 2024)},
    ),
    Kind(
        key="core_ip_no",
        about="知识产权与主要产品无关",
        count=1,
        says=(("hnte", "core_ip", "unmet"),),
        knobs=_TSME | {"flags": {"core_ip": False}},
    ),
    Kind(
        key="to_be_judged",
        about="核心支持和技术领域还没有人判断",
        count=4,
        says=(("hnte", "core_ip", "needs_person"), ("hnte", "field", "needs_person")),
        knobs=_TSME | {"flags": {"core_ip": None, "field_fits": None}},
    ),
    Kind(
        key="without_2024",
        about="缺 2024 年数据",
        count=2,
        says=(("hnte", "rd_intensity", "unknown"),),
        knobs=_TSME | {"years": (2023, 2025)},
    ),
    Kind(
        key="without_staff",
        about="缺科技人员数",
        count=2,
        says=(("hnte", "staff_rd", "unknown"), ("tsme", "staff_points", "unknown")),
        knobs={"blank": ("staff_rd",)},
    ),
    Kind(
        key="without_email",
        about="条件符合，但没有留邮箱",
        count=2,
        says=(("hnte", "rd_intensity", "met"),),
        knobs=_TSME | {"email": False},
    ),
)

SMALL = (
    Kind(
        key="tsme_sound",
        about="科小评价得分够，高企还差得远",
        count=8,
        scale=4,
        says=(("tsme", "score", "met"), ("hnte", "hightech_income", "unmet")),
        knobs=_TSME | {"hightech": 350, "ip1": 0, "ip2": 4},
    ),
    Kind(
        key="tsme_60",
        about="科小正好 60 分：4 + 50 + 6",
        count=1,
        says=(("tsme", "score", "met"),),
        knobs=_TSME | {"rd": 70, "ip1": 0, "ip2": 1, "staff": 40, "staff_rd": 4},
    ),
    Kind(
        key="tsme_58",
        about="科小 58 分：12 + 40 + 6，差 2 分",
        count=1,
        says=(("tsme", "score", "unmet"),),
        knobs=_TSME | {"rd": 60, "ip1": 0, "ip2": 1, "staff": 40, "staff_rd": 8},
    ),
    Kind(
        key="tsme_staff_zero",
        about="总分 80，但科技人员指标得 0 分",
        count=1,
        says=(("tsme", "score", "met"), ("tsme", "staff_points", "unmet")),
        knobs={"rd": 70, "staff": 61, "staff_rd": 6},
    ),
    Kind(
        key="staff_501",
        about="职工 501 人，超过 500 人",
        count=1,
        scale=1,
        says=(("tsme", "staff_total", "unmet"),),
        knobs={"sales": Decimal(18_000), "staff": 501, "staff_rd": 110},
    ),
    Kind(
        key="sales_above_limit",
        about="销售收入 20000.01 万元，刚过 2 亿元",
        count=1,
        scale=1,
        says=(("tsme", "sales", "unmet"),),
        knobs={"sales": Decimal("20000.01"), "staff": 190, "assets": Decimal(15_000)},
    ),
    Kind(
        key="assets_above_limit",
        about="资产总额 2.1 亿元，超过 2 亿元",
        count=1,
        scale=1,
        says=(("tsme", "total_assets", "unmet"),),
        knobs={"sales": Decimal(9_000), "assets": Decimal(21_000)},
    ),
    Kind(
        key="restricted",
        about="登记行业不适用加计扣除",
        count=2,
        says=(("tsme", "industry", "unmet"),),
        knobs={"flags": {"restricted_industry": True}, "hightech": 300},
    ),
    Kind(
        key="abnormal",
        about="列入经营异常名录",
        count=1,
        says=(("tsme", "integrity_listed", "unmet"),),
        knobs={"flags": {"abnormal_listed": True}},
    ),
    Kind(
        key="misconduct",
        about="有科研严重失信行为",
        count=1,
        says=(("tsme", "integrity_misconduct", "unmet"),),
        knobs={"flags": {"research_misconduct": True}},
    ),
    Kind(
        key="no_bookkeeping",
        about="核定征收，不能准确归集研发费用",
        count=2,
        says=(("tsme", "bookkeeping", "unmet"),),
        knobs={"flags": {"audit_collection": False, "tax_deducted": False}},
    ),
    Kind(
        key="direct_institute",
        about="得分不够，但有省级工程技术研究中心，直接确认",
        count=1,
        says=(("tsme", "score", "unmet"), ("tsme", "direct_institute", "met")),
        knobs=_TSME | _LOW | {"flags": {"provincial_institute": True}},
    ),
    Kind(
        key="direct_standard",
        about="得分不够，但主导制定过行业标准，直接确认",
        count=1,
        says=(("tsme", "score", "unmet"), ("tsme", "direct_standard", "met")),
        knobs=_TSME | _LOW | {"flags": {"standard_lead": True, "standards_participation": True}},
    ),
    Kind(
        key="direct_award",
        about="得分不够，但获过国家级科技奖励，直接确认",
        count=1,
        says=(("tsme", "score", "unmet"), ("tsme", "direct_award", "met")),
        knobs=_TSME | _LOW | {"flags": {"national_award": True}},
    ),
    Kind(
        key="costs_option",
        about="研发投入按成本费用算更有利：占销售收入 4.1%，占成本费用 27%",
        count=1,
        says=(("tsme", "score", "met"),),
        knobs=_TSME | {"rd": 45, "costs": 150, "ip1": 0, "ip2": 2, "staff": 40, "staff_rd": 8},
    ),
)

OTHERS = (
    Kind(
        key="large_without_research",
        about="规上企业，没有研发活动",
        count=8,
        scale=8,
        says=(("hnte", "ip_owned", "unmet"), ("tsme", "score", "unmet")),
        knobs=_NO_RESEARCH,
    ),
    Kind(
        key="small_without_research",
        about="普通小企业，没有研发活动",
        count=27,
        says=(("tsme", "score", "unmet"),),
        knobs=_NO_RESEARCH | {"growth": 40, "flags": _TAXED_BY_ESTIMATE},
    ),
    Kind(
        key="known_by_name",
        about="摸底名单里只有基本信息",
        count=16,
        says=(("hnte", "rd_intensity", "unknown"), ("tsme", "score", "unknown")),
        knobs=_NAME_ONLY,
    ),
    Kind(
        key="name_twins",
        about="两家名称相近、代码不同的企业",
        count=2,
        knobs=_NAME_ONLY,
    ),
    Kind(
        key="cooperative",
        about="农民专业合作社",
        count=4,
        knobs=_NO_RESEARCH
        | {"cooperative": True, "sales": Decimal(120), "flags": _TAXED_BY_ESTIMATE},
    ),
)

KINDS = (*HOLDERS, *CANDIDATES, *NEAR_MISSES, *SMALL, *OTHERS)
# What only one enterprise of a kind has: the kind and which of them -> knobs.
_SINGULAR: Mapping[tuple[str, int], Mapping[str, Any]] = {
    ("known_by_name", 1): {"wrong_check_digit": True},
    ("ready", 2): {"rd_falls": True},
    ("name_twins", 0): {"name": "洪江市示例双溪茶业有限公司"},
    ("name_twins", 1): {"name": "湖南示例双溪茶业有限责任公司"},
}


def firms() -> Iterator[Firm]:
    """Yield the 150 enterprises, kind after kind."""
    numbers = count(1)
    for kind in KINDS:
        for index in range(kind.count):
            number = next(numbers)
            issued = kind.issued[index % len(kind.issued)] if kind.issued else None
            knobs = usual(number) | dict(kind.knobs) | dict(_SINGULAR.get((kind.key, index), {}))
            yield Firm(
                number=number,
                kind=kind.key,
                issued_on=issued,
                above_scale=index < kind.scale,
                **knobs,
            )
