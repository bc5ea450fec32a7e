"""The kinds around 科小, and those of whom little or nothing is known."""

from decimal import Decimal

from scripts.demo_kind import LOW, NAME_ONLY, NO_RESEARCH, TAXED_BY_ESTIMATE, TSME, Kind

SMALL = (
    Kind(
        key="tsme_sound",
        about="科小评价得分够，高企还差得远",
        count=8,
        scale=4,
        says=(("tsme", "score", "met"), ("hnte", "hightech_income", "unmet")),
        knobs=TSME | {"hightech": 350, "ip1": 0, "ip2": 4},
    ),
    Kind(
        key="tsme_60",
        about="科小正好 60 分：4 + 50 + 6",
        count=1,
        says=(("tsme", "score", "met"),),
        knobs=TSME | {"rd": 70, "ip1": 0, "ip2": 1, "staff": 40, "staff_rd": 4},
    ),
    Kind(
        key="tsme_58",
        about="科小 58 分：12 + 40 + 6，差 2 分",
        count=1,
        says=(("tsme", "score", "unmet"),),
        knobs=TSME | {"rd": 60, "ip1": 0, "ip2": 1, "staff": 40, "staff_rd": 8},
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
        knobs=TSME | LOW | {"flags": {"provincial_institute": True}},
    ),
    Kind(
        key="direct_standard",
        about="得分不够，但主导制定过行业标准，直接确认",
        count=1,
        says=(("tsme", "score", "unmet"), ("tsme", "direct_standard", "met")),
        knobs=TSME | LOW | {"flags": {"standard_lead": True, "standards_participation": True}},
    ),
    Kind(
        key="direct_award",
        about="得分不够，但获过国家级科技奖励，直接确认",
        count=1,
        says=(("tsme", "score", "unmet"), ("tsme", "direct_award", "met")),
        knobs=TSME | LOW | {"flags": {"national_award": True}},
    ),
    Kind(
        key="costs_option",
        about="研发投入按成本费用算更有利：占销售收入 4.1%，占成本费用 27%",
        count=1,
        says=(("tsme", "score", "met"),),
        knobs=TSME | {"rd": 45, "costs": 150, "ip1": 0, "ip2": 2, "staff": 40, "staff_rd": 8},
    ),
)

OTHERS = (
    Kind(
        key="large_without_research",
        about="规上企业，没有研发活动",
        count=8,
        scale=8,
        says=(("hnte", "ip_owned", "unmet"), ("tsme", "score", "unmet")),
        knobs=NO_RESEARCH,
    ),
    Kind(
        key="small_without_research",
        about="普通小企业，没有研发活动",
        count=27,
        says=(("tsme", "score", "unmet"),),
        knobs=NO_RESEARCH | {"growth": 40, "flags": TAXED_BY_ESTIMATE},
    ),
    Kind(
        key="known_by_name",
        about="摸底名单里只有基本信息",
        count=16,
        says=(("hnte", "rd_intensity", "unknown"), ("tsme", "score", "unknown")),
        knobs=NAME_ONLY,
    ),
    Kind(
        key="name_twins",
        about="两家名称相近、代码不同的企业",
        count=2,
        knobs=NAME_ONLY,
    ),
    Kind(
        key="cooperative",
        about="农民专业合作社",
        count=4,
        knobs=NO_RESEARCH
        | {"cooperative": True, "sales": Decimal(120), "flags": TAXED_BY_ESTIMATE},
    ),
)
