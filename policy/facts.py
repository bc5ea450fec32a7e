"""The vocabulary of facts: what may be known about an enterprise, with unit, caliber and source.

Raw facts come from a roster, a statement by a person, or a certificate. Derived facts are
computed from them in ``policy.derive``. Programme files may only name facts listed here.

In a frame, a raw annual fact ``sales`` becomes the columns ``sales_1`` (the fiscal year before
the cycle), ``sales_2`` and ``sales_3``; every other raw fact is one column of its own name.
Money is Int64 分, counts are Int64, flags Boolean, dates Date, texts String.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of value a fact is, and so how it is stored and shown."""

    MONEY = "money"  # stored in 分, shown in 万元
    COUNT = "count"
    RATIO = "ratio"  # derived only: an exact numerator and denominator, shown in %
    AVERAGE = "average"  # derived only: as RATIO, shown as a plain number
    DATE = "date"
    FLAG = "flag"
    TEXT = "text"
    POINTS = "points"  # a range of integers [low, high]


class Given(StrEnum):
    """Where a fact comes from."""

    ANNUAL = "annual"  # 年度数据: one value per fiscal year
    STANDING = "standing"  # a statement that holds until a newer one replaces it
    REGISTER = "register"  # the enterprise's own row (registration date)
    QUALIFICATION = "qualification"  # certificates and numbers we hold on file
    DERIVED = "derived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One entry of the vocabulary."""

    name: str
    title: str
    kind: Kind
    given: Given
    unit: str = ""
    meaning: str = ""
    parts: tuple[str, str] | None = None  # RATIO/AVERAGE: what is divided by what, in Chinese


_ANNUAL_MONEY = (
    ("sales", "销售收入", "主营业务收入与其他业务收入之和（195号 三（四））"),
    ("total_income", "总收入", "收入总额减不征税收入（195号 三（四））"),
    ("hightech_income", "高新技术产品（服务）收入", "企业通过研发形成的产品、服务收入"),
    ("rd_hnte", "研发费用（高企口径）", "195号 三（六）归集；含资本化研发支出"),
    ("rd_hnte_domestic", "境内研发费用（高企口径）", "其中在中国境内发生的研发费用"),
    ("rd_deduction", "研发费用（加计扣除口径）", "财税〔2015〕119号归集；科小评价用此口径"),
    ("rd_statistics", "研发经费（统计口径）", "107-2表；企业独立报送，本局只记录、不修改"),
    ("costs", "成本费用支出总额", "科小评价研发投入指标第二方案的分母"),
    ("net_assets", "年末净资产", "资产总额减负债总额，可以为负"),
    ("total_assets", "年末资产总额", "资产负债表期末数"),
)
_ANNUAL_COUNT = (
    ("staff_total", "职工总数", "人", "在职、兼职和临时聘用（高企按全年月平均）"),
    ("staff_rd", "科技人员数", "人", "从事研发和相关技术创新活动的人员，累计工作183天以上"),
    ("conversions", "科技成果转化数", "项", "当年转化的成果项数，同一成果只计一次"),
    ("ip_class1", "Ⅰ类知识产权数", "项", "发明专利、植物新品种、集成电路布图等，年末有效"),
    ("ip_class2", "Ⅱ类知识产权数", "项", "实用新型、外观设计、软件著作权，年末有效"),
    ("ip_class2_used", "已用于高企认定的Ⅱ类知识产权数", "项", "Ⅱ类在高企申报中只能用一次"),
)
_STANDING_FLAG = (
    ("resident", "居民企业", "在中国境内（不含港澳台）注册的居民企业"),
    ("core_ip", "知识产权对主要产品核心支持", "由经办或专家判断"),
    ("field_fits", "核心技术属于国家重点支持的高新技术领域", "由经办或专家判断"),
    ("ip_self_developed", "有自主研发的知识产权", "否则仅有受让、受赠、并购"),
    ("standards_participation", "参与编制国家或行业标准", "须经国家有关部门认证认可"),
    ("incident_checked", "已核查安全、质量、环境事故", "核查后无记录即填“是”"),
    ("restricted_industry", "属于禁止、限制、淘汰类或加计扣除不适用行业", "财税〔2015〕119号等"),
    ("abnormal_listed", "列入经营异常或严重违法失信名单", "信用系统查询结果"),
    ("research_misconduct", "有科研严重失信行为", "填报上一年及当年内"),
    ("audit_collection", "查账征收并能准确归集研发费用", "67号"),
    ("above_scale", "规上企业", "规模以上法人单位，统计部门名录"),
    ("provincial_institute", "拥有省部级以上研发机构", "省级工程技术研究中心算，市级不算"),
    ("national_award", "近五年获国家级科技奖励且排名前三", "115号 第八条（二）"),
    ("standard_lead", "近五年主导制定国际、国家或行业标准", "67号：起草单位前五"),
    ("tax_deducted", "上年享受研发费用加计扣除", "汇算清缴已申报"),
)
_STANDING_POINTS = (
    ("est_tech_level", "自评：技术的先进程度", "0–8 分"),
    ("est_core_support", "自评：对主要产品的核心支持作用", "0–8 分"),
    ("est_ip_way", "自评：知识产权获得方式", "0–6 分"),
    ("est_standards", "自评：参与标准编制加分", "0–2 分"),
    ("est_rd_system", "自评：研发组织管理制度与辅助账", "0–6 分"),
    ("est_rd_institute", "自评：研发机构与产学研合作", "0–6 分"),
    ("est_conversion_rules", "自评：成果转化激励与双创平台", "0–4 分"),
    ("est_talent", "自评：人才培养与绩效评价", "0–4 分"),
)
_QUALIFICATION = (
    ("hnte_valid", "高企资格有效", Kind.FLAG, "判定日在有效期内"),
    ("hnte_expires_this_cycle", "高企资格本年到期", Kind.FLAG, "本年须重新认定"),
    ("hnte_valid_beyond_cycle", "高企资格有效至本年以后", Kind.FLAG, "本年无需申报"),
    ("tsme_valid", "科小入库登记编号有效", Kind.FLAG, "编号当年有效，至12月31日"),
)
# What they say of this year's cycle says nothing about next year's.
RENEWS = "hnte_expires_this_cycle"
OF_ONE_CYCLE = frozenset({RENEWS, "hnte_valid_beyond_cycle"})
# Each row: its name, title, kind and unit; what is divided by what; how it is computed.
_DERIVED: tuple[tuple[str, str, Kind, str, tuple[str, str] | None, str], ...] = (
    ("days_since_registered", "注册成立天数", Kind.COUNT, "天", None, "申报日减成立日，日历天"),
    ("years_operated", "经营会计年度数", Kind.COUNT, "年", None, "申报前的会计年度，最多 3"),
    ("rd_3y", "近三年研发费用", Kind.MONEY, "万元", None, "经营不满三年按实际年限"),
    ("sales_3y", "近三年销售收入", Kind.MONEY, "万元", None, "经营不满三年按实际年限"),
    (
        "rd_intensity",
        "近三年研发费用占销售收入比例",
        Kind.RATIO,
        "%",
        ("研发费用", "销售收入"),
        "合计之比",
    ),
    (
        "rd_domestic_share",
        "境内研发费用占比",
        Kind.RATIO,
        "%",
        ("境内研发费用", "研发费用"),
        "近三年合计之比",
    ),
    (
        "staff_rd_share",
        "科技人员占比",
        Kind.RATIO,
        "%",
        ("科技人员数", "职工总数"),
        "申报前一会计年度",
    ),
    (
        "hightech_share",
        "高新收入占总收入比例",
        Kind.RATIO,
        "%",
        ("高新收入", "总收入"),
        "申报前一会计年度",
    ),
    ("ip_owned", "知识产权数", Kind.COUNT, "项", None, "Ⅰ类与Ⅱ类之和，年末有效"),
    ("ip_class2_effective", "可用Ⅱ类知识产权数", Kind.COUNT, "项", None, "扣除以往高企申报已用"),
    (
        "conversions_average",
        "年均科技成果转化数",
        Kind.AVERAGE,
        "项/年",
        ("转化数", "年数"),
        "不进位",
    ),
    (
        "net_asset_growth",
        "净资产增长率",
        Kind.RATIO,
        "%",
        None,
        "½（第二年÷第一年＋第三年÷第二年）−1（195号）",
    ),
    (
        "sales_growth",
        "销售收入增长率",
        Kind.RATIO,
        "%",
        None,
        "½（第二年÷第一年＋第三年÷第二年）−1（195号）",
    ),
    (
        "rd_to_sales",
        "研发费用占销售收入比例",
        Kind.RATIO,
        "%",
        ("研发费用", "销售收入"),
        "上一会计年度，加计口径",
    ),
    (
        "rd_to_costs",
        "研发费用占成本费用比例",
        Kind.RATIO,
        "%",
        ("研发费用", "成本费用"),
        "上一会计年度，加计口径",
    ),
    ("rd_increment", "研发费用增量", Kind.MONEY, "万元", None, "上年减前年，加计口径，可为负"),
    (
        "incident_since_last_year",
        "上一年及当年内有重大事故或严重环境违法",
        Kind.FLAG,
        "是/否",
        None,
        "上一年1月1日起至判定日；须已核查",
    ),
    ("score", "综合评价得分", Kind.POINTS, "分", None, "由评分表得出的区间"),
)


_DATES = (
    ("registered_on", "成立日期", Given.REGISTER, "营业执照上的成立日期"),
    (
        "last_incident_on",
        "最近一次重大事故或严重环境违法日期",
        Given.STANDING,
        "没有则留空，并把“已核查”填“是”",
    ),
)


def _vocabulary() -> dict[str, Fact]:
    dates = [
        Fact(name=n, title=t, kind=Kind.DATE, given=g, unit="日期", meaning=m)
        for n, t, g, m in _DATES
    ]
    money = [
        Fact(name=n, title=t, kind=Kind.MONEY, given=Given.ANNUAL, unit="元", meaning=m)
        for n, t, m in _ANNUAL_MONEY
    ]
    counts = [
        Fact(name=n, title=t, kind=Kind.COUNT, given=Given.ANNUAL, unit=u, meaning=m)
        for n, t, u, m in _ANNUAL_COUNT
    ]
    flags = [
        Fact(name=n, title=t, kind=Kind.FLAG, given=Given.STANDING, unit="是/否", meaning=m)
        for n, t, m in _STANDING_FLAG
    ]
    points = [
        Fact(name=n, title=t, kind=Kind.COUNT, given=Given.STANDING, unit="分", meaning=m)
        for n, t, m in _STANDING_POINTS
    ]
    held = [
        Fact(name=n, title=t, kind=k, given=Given.QUALIFICATION, unit="是/否", meaning=m)
        for n, t, k, m in _QUALIFICATION
    ]
    derived = [
        Fact(name=n, title=t, kind=k, given=Given.DERIVED, unit=u, parts=p, meaning=m)
        for n, t, k, u, p, m in _DERIVED
    ]
    told = (*dates, *money, *counts, *flags, *points, *held, *derived)
    return {fact.name: fact for fact in told}


FACTS: dict[str, Fact] = _vocabulary()
ANNUAL: tuple[str, ...] = tuple(n for n, f in FACTS.items() if f.given is Given.ANNUAL)
STANDING: tuple[str, ...] = tuple(n for n, f in FACTS.items() if f.given is Given.STANDING)
YEARS_BACK = 3  # how many fiscal years a rule may look back


def is_known(name: str) -> bool:
    """Say whether programme files may use this fact; ``score.<part>`` is checked elsewhere."""
    return name in FACTS or name.startswith("score.")


def fact_named(name: str) -> Fact:
    """Return the fact, also for the points of a score part; KeyError when unknown."""
    if name.startswith("score."):
        return Fact(name=name, title="分项得分", kind=Kind.POINTS, given=Given.DERIVED, unit="分")
    return FACTS[name]
