"""The columns that a roster may have: their fields, titles, other names and readers."""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from exchange import amounts, cells, numbers, places
from exchange.cells import Cell, Read
from policy.facts import ANNUAL, FACTS, STANDING, Fact, Kind

# Fields of a row that are no facts; the first title is that of our own template.
_TITLES: dict[str, str] = {
    "uscc": (
        "统一社会信用代码 社会信用代码 信用代码 统一信用代码 社会统一信用代码 "
        "统一社会信用代码(18位) 18位社会信用代码 纳税人识别号 企业信用代码"
    ),
    "name": "企业名称 单位名称 公司名称 企业全称 单位全称 名称 企业",
    "division": (
        "行政区划代码 行政区划 行政区域 所属区县 所在区县 区县 县市区 企业注册地 "
        "注册地 所属地区 地区"
    ),
    "registered_on": "成立日期 成立时间 注册日期 注册时间 注册成立日期",
    "industry": "行业 所属行业 行业分类 国民经济行业 行业名称",
    "address": "注册地址 企业地址 地址 详细地址 通讯地址 住所 经营地址",
    "contact_name": "联系人 企业联系人 联系人姓名 经办人 填报人",
    "contact_email": "联系邮箱 邮箱 电子邮箱 联系人邮箱 e-mail email 邮件地址",
    "contact_phone": (
        "联系电话 电话 联系方式 联系人电话 办公电话 手机 手机号 手机号码 联系手机 电话号码"
    ),
    "hnte_number": "高企证书编号 高新技术企业证书编号 高企证书号 证书编号 证书号",
    "hnte_on": (
        "高企发证日期 发证日期 发证时间 高企发证时间 证书日期 取得时间 高新技术企业证书发证日期"
    ),
    "tech_field": "技术领域 技术领域一级 高企技术领域 所属技术领域 高新技术领域",
    "tsme_number": (
        "科小入库登记编号 入库登记编号 科技型中小企业登记编号 登记编号 "
        "科技型中小企业登记编码 科技型中小企业入库登记编号 科小编号 入库编号"
    ),
    "tsme_on": "科小入库日期 入库日期 入库时间 入库登记日期 登记日期",
    "change_note": "异动情况 变更情况 异动",
    "year": "年度 会计年度 年份 数据年度 所属年度 财务年度",
    "source": "数据来源 来源 资料来源",
}
# What other people call a fact; its own title is known anyway.
_CALLED: dict[str, str] = {
    "sales": "营业收入 主营业务收入与其他业务收入 年销售收入 销售额",
    "total_income": "收入总额 年总收入",
    "hightech_income": "高新技术产品(服务)收入 高新收入 高新技术产品收入 高品收入",
    "rd_hnte": "高企研发费用 研发费用(高企)",
    "rd_hnte_domestic": "境内研发费用 中国境内研发费用 境内研发费用(高企)",
    "rd_deduction": "加计扣除研发费用 研发费用(加计扣除) 研发费用(加计口径)",
    "rd_statistics": "r&d经费 r&d经费支出 研发经费(统计) 统计口径研发经费",
    "costs": "成本费用支出 成本费用总额 成本费用",
    "net_assets": "净资产 净资产总额 所有者权益 年末所有者权益",
    "total_assets": "资产总额 年末总资产 总资产",
    "staff_total": "职工人数 从业人数 员工总数 职工总人数 从业人员数",
    "staff_rd": "科技人员 科技人员总数 研发人员数 从事研发人员数",
    "conversions": "成果转化数 科技成果转化数量",
    "ip_class1": "i类知识产权数 一类知识产权数",
    "ip_class2": "ii类知识产权数 二类知识产权数",
    "ip_class2_used": "已用于高企认定的ii类知识产权数",
    "above_scale": "规上 规模以上企业",
}
# Columns that are known and of no use here.
_IGNORED = ("序号", "编号", "数据日期", "备注", "说明", "是否高企", "评价状态", "填报日期", "no")
STATUS_ONLY = {"是否高企", "评价状态", "是否高新技术企业", "是否科技型中小企业"} | {
    "是否是科技型中小企业"
}
_IDENTITY = re.compile(r"身份证|证件号|家庭|出生|护照|银行账号|籍贯")
_NO_CALIBER = {"研发费用", "研发投入", "研发费", "研究开发费用", "研发经费", "研发支出", "rd费用"}

PRIVATE = (
    "“{}”属于个人隐私，本系统有意不收集，这一列没有导入；建议从文件中删去（个人信息保护法 第六条）"
)
AMBIGUOUS = (
    "“{}”没有写明口径，请把表头改为“研发费用（高企口径）”、“研发费用（加计扣除口径）”"
    "或“研发经费（统计口径）”"
)


def plain(title: object) -> str:
    """Return a title without white space, stars and colons, half-width and in lower case."""
    folded = unicodedata.normalize("NFKC", str(title))
    return re.sub(r"[\s*:﹡※\u200b\ufeff]", "", folded).casefold()


def title_of(field: str) -> str:
    """Return the title of a field or fact as our own template writes it."""
    return _TITLES[field].split()[0] if field in _TITLES else FACTS[field].title


def field_named(title: str) -> str | None:
    """Return the field of a plain title; unknown and ambiguous titles have none."""
    known = _BY_TITLE.get(title)
    return known or _BY_TITLE.get(re.sub(r"^(是否(属于|为|是)?|企业(?=.{3}))", "", title))


def is_ignored(title: str) -> bool:
    """Say whether a column is known to be of no use."""
    return title in _IGNORED_PLAIN or title in STATUS_ONLY or not title


def is_private(title: str) -> bool:
    """Say whether a column holds what we do not want to know about a person."""
    return _IDENTITY.search(title) is not None


def lacks_caliber(title: str) -> bool:
    """Say whether a column of R&D spending leaves open which of the three it is."""
    return title in _NO_CALIBER


def most_points(fact: Fact) -> int:
    """Return the highest number of points of a self-estimate (0–8 分)."""
    found = re.match(r"0–(\d+)", fact.meaning)
    return int(found[1]) if found else 100


def _by_title() -> dict[str, str]:
    facts = {name: f"{FACTS[name].title} {_CALLED.get(name, '')}" for name in (*ANNUAL, *STANDING)}
    every = {**facts, **_TITLES}.items()
    return {plain(title): field for field, titles in every for title in titles.split()}


_BY_TITLE = _by_title()
_IGNORED_PLAIN = {plain(title) for title in _IGNORED}
_READERS: dict[str, Callable[[Cell], Read[Any]]] = {
    "uscc": cells.uscc,
    "name": cells.name,
    "division": places.division,
    "contact_name": cells.contact,
    "contact_email": cells.email,
    "contact_phone": cells.phone,
    "hnte_number": numbers.hnte_number,
    "tsme_number": numbers.tsme_number,
    "year": cells.year,
}
_DATES = {"registered_on", "hnte_on", "tsme_on"}


def reader_of(
    field: str, unit: Decimal | None = None, *, from_1904: bool = False
) -> Callable[[Cell], Read[Any]]:
    """Return what reads a cell of this field; ``unit`` is the column's, for money."""
    if field in _READERS:
        return _READERS[field]
    kind = FACTS[field].kind if field in FACTS else None
    if field in _DATES or kind is Kind.DATE:
        return partial(cells.day, from_1904=from_1904)
    if kind is Kind.MONEY:
        return partial(amounts.money, unit=unit, may_be_negative=field == "net_assets")
    if kind is Kind.COUNT:
        most = most_points(FACTS[field]) if field in STANDING else amounts.MOST_COUNTED
        return partial(amounts.count, most=most)
    return cells.flag if kind is Kind.FLAG else cells.text
