"""An invented enterprise of the demo: a few knobs, and every cell of a roster that follows.

Nothing here is drawn at random: an enterprise's number spreads the values, so the same code
always writes the same roster.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from policy.facts import STANDING

YEARS = (2023, 2024, 2025)
Cell = str | int | float | dt.date | None

_PLACES = ("洪江市", "湖南", "怀化")
_WIDTH = 2  # characters of a brand
_BRANDS = (
    "青柑雾岭云溪竹海松涛沅畔橙园稻香茶岭梅坡兰谷荷塘柳岸枫林桂坪杉坡樟坪楠溪榆坡槐荫"
    "银杏石榴枇杷杨梅葡萄蓝莓黄桃翠冠冰糖雪梨金橘红心紫薯黑豆白茶灵芝天麻茯苓黄精玉竹"
    "百合山药葛根菊花艾草杜仲厚朴栀子半夏溪口坪上岭下湾里江畔桥头渡口清泉明月晨曦朝霞"
    "晚晴星辰微澜初雪新绿远山长空高岭平川深潭浅湾飞瀑白鹭锦鲤画眉"
)
# Trade as it stands in a name, industry, and field of technology.
_TRADES = (
    ("农业科技", "农副食品加工业", "生物与新医药"),
    ("竹业", "木材加工和木、竹、藤、棕、草制品业", "新材料"),
    ("生物", "医药制造业", "生物与新医药"),
    ("电子", "计算机、通信和其他电子设备制造业", "电子信息"),
    ("食品", "食品制造业", "生物与新医药"),
    ("新材料", "化学原料和化学制品制造业", "新材料"),
    ("机械", "专用设备制造业", "先进制造与自动化"),
    ("环保", "生态保护和环境治理业", "资源与环境"),
    ("信息技术", "软件和信息技术服务业", "电子信息"),
    ("能源", "电气机械和器材制造业", "新能源与节能"),
    ("中药材", "中药饮片加工", "生物与新医药"),
)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_POINTS = tuple(name for name in STANDING if name.startswith("est_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """What makes one enterprise what it is; shares are in per mille, money in 万元."""

    number: int  # 1 … 150, of which all else is made
    kind: str
    issued_on: dt.date | None = None  # 高企 certificate
    registered_tsme: bool = False  # holds a 科小 number of 2025
    above_scale: bool = False
    cooperative: bool = False
    registered_on: dt.date | None = None
    sales: Decimal | None = None  # of the last year
    growth: int
    rd: int  # 高企 caliber, of sales
    rd_falls: bool = False  # less than the year before
    domestic: int = 1000
    hightech: int  # of total income
    costs: int = 880  # of sales
    assets: Decimal | None = None  # of the last year
    net: int = 600  # of sales; negative in the years of `net_negative`
    net_growth: int
    net_negative: tuple[int, ...] = ()
    staff: int | None = None
    staff_rd: int | None = None
    conversions: int
    ip1: int = 1
    ip2: int = 7
    ip2_used: int | None = None
    years: tuple[int, ...] = YEARS
    blank: tuple[str, ...] = ()  # figures of the last year that nobody gave
    flags: Mapping[str, bool | dt.date | None] = field(default_factory=dict)
    estimates: tuple[int, ...] = ()
    email: bool = True
    change_note: str = ""
    name: str = ""
    wrong_check_digit: bool = False

    @property
    def brand(self) -> str:
        """Return the invented brand it bears."""
        start = (self.number - 1) * _WIDTH % len(_BRANDS)
        return _BRANDS[start : start + _WIDTH]

    @property
    def trade(self) -> tuple[str, str, str]:
        """Return its trade; the second time a brand comes up it has another one."""
        return _TRADES[(self.number - 1) * 3 % len(_TRADES)]

    @property
    def full_name(self) -> str:
        """Return its name, which says that it is an example."""
        if self.name:
            return self.name
        core = f"示例{self.brand}"
        if self.cooperative:
            return f"洪江市{core}种植专业合作社"
        form = "股份有限公司" if self.issued_on and self.number % 9 == 0 else "有限公司"
        return f"{_PLACES[self.number % len(_PLACES)]}{core}{self.trade[0]}{form}"

    @property
    def uscc(self) -> str:
        """Return its invented 统一社会信用代码 (body MAXX…)."""
        code = uscc_of(self.number, "93" if self.cooperative else "91")
        if not self.wrong_check_digit:
            return code
        return code[:-1] + _ALPHABET[(_ALPHABET.index(code[-1]) + 7) % len(_ALPHABET)]

    @property
    def born_on(self) -> dt.date:
        """Return its day of registration."""
        if self.registered_on:
            return self.registered_on
        number = self.number
        return dt.date(2009 + number * 7 % 13, 1 + number * 5 % 12, 1 + number * 11 % 28)


def spread(number: int, low: int, high: int) -> int:
    """Return a value between the bounds that looks like any other."""
    return low + number * 7919 % (high - low + 1)


def usual(number: int) -> dict[str, int]:
    """Return the knobs of an enterprise that does well, a little different for each."""
    return {
        "growth": spread(number, 60, 320),
        "rd": spread(number, 56, 88),
        "hightech": spread(number, 640, 880),
        "net_growth": spread(number, 50, 290),
        "conversions": spread(number, 4, 6),
    }


def uscc_of(number: int, kind: str = "91") -> str:
    """Return an invented code with valid check digits (GB 32100-2015, GB 11714-1997)."""
    organisation = f"MAXX{number:04d}"
    values = [int(each, 36) for each in organisation]
    check = 11 - sum(v * w for v, w in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    body = f"{kind}431281{organisation}{'0123456789X0'[check]}"
    total = sum(_ALPHABET.index(each) * 3**n for n, each in enumerate(body))
    return body + _ALPHABET[-total % len(_ALPHABET)]


def register_row(firm: Firm) -> dict[str, Cell]:
    """Return the firm's row of 企业名册, by field."""
    number = firm.number
    row: dict[str, Cell] = {
        "uscc": firm.uscc,
        "name": firm.full_name,
        "division": "431281",
        "registered_on": _written(firm.born_on, number),
        "industry": "农业" if firm.cooperative else firm.trade[1],
        "address": f"湖南省怀化市洪江市示例路{number}号",
        "contact_name": f"{_SURNAMES[number % len(_SURNAMES)]}示例",
        "contact_email": f"contact{number:03d}@shili.example" if firm.email else None,
        "contact_phone": f"10000000{number:03d}",
        "change_note": firm.change_note or None,
    }
    if firm.issued_on:
        row |= {
            "hnte_number": f"GR{firm.issued_on.year}439{number:05d}",
            "hnte_on": firm.issued_on,
            "tech_field": firm.trade[2],
        }
    if firm.registered_tsme:
        row |= {
            "tsme_number": f"202543128108{900000 + number}",
            "tsme_on": dt.date(2025, 8 + number % 3, 1 + number % 28),
        }
    return row | _standing(firm)


def _written(day: dt.date, number: int) -> Cell:
    """Return a date as different people write it."""
    forms: tuple[Cell, ...] = (day, f"{day.year}年{day.month}月{day.day}日", day, f"{day:%Y.%m.%d}")
    return forms[number % len(forms)]


def _standing(firm: Firm) -> dict[str, Cell]:
    told: dict[str, bool | dt.date | None] = dict.fromkeys(STANDING)
    told |= {
        "resident": True,
        "core_ip": True,
        "field_fits": True,
        "ip_self_developed": firm.ip1 + firm.ip2 > 0,
        "standards_participation": False,
        "incident_checked": True,
        "restricted_industry": False,
        "abnormal_listed": False,
        "research_misconduct": False,
        "audit_collection": True,
        "above_scale": firm.above_scale,
        "provincial_institute": False,
        "national_award": False,
        "standard_lead": False,
        "tax_deducted": firm.rd > 0,
    }
    told |= firm.flags
    words: dict[str, Cell] = {
        name: value if isinstance(value, dt.date) else {True: "是", False: "否", None: None}[value]
        for name, value in told.items()
    }
    return words | dict(zip(_POINTS, firm.estimates, strict=bool(firm.estimates)))


def figures_rows(firm: Firm) -> list[dict[str, Cell]]:
    """Return the firm's rows of 年度数据, by field, the oldest year first."""
    years = [year for year in firm.years if year >= firm.born_on.year]
    rows = []
    for year in years:
        row: dict[str, Cell] = {"uscc": firm.uscc, "name": firm.full_name, "year": year}
        row |= _money(firm, year) | _counts(firm, year)
        row["source"] = f"示例：{year} 年度审计报告" if firm.rd else f"示例：{year} 年度财务报表"
        if year == YEARS[-1]:
            row |= dict.fromkeys(firm.blank)
        rows.append(row)
    return rows


def _money(firm: Firm, year: int) -> dict[str, Cell]:
    back = YEARS[-1] - year
    sales = _sales(firm, back)
    research = sales * firm.rd // 1000
    if firm.rd_falls and back:
        research = research * 3 // 2
    income = sales * 101 // 100
    net = _sales(firm, 0) * firm.net // 1000
    for _ in range(back):
        net = net * 1000 // (1000 + firm.net_growth)
    if year in firm.net_negative:
        net = -net // 3
    total = abs(net) * 18 // 10
    if firm.assets and not back:
        total = int(firm.assets * 100)
    hundreds = {
        "sales": sales,
        "total_income": income,
        "hightech_income": income * (firm.hightech if firm.rd else 0) // 1000,
        "rd_hnte": research,
        "rd_hnte_domestic": research * firm.domestic // 1000,
        "rd_deduction": research * 92 // 100,
        "costs": sales * firm.costs // 1000,
        "net_assets": net,
        "total_assets": total,
    }
    if firm.above_scale:
        hundreds["rd_statistics"] = research * 97 // 100
    return {name: amount / 100 for name, amount in hundreds.items()}


def _sales(firm: Firm, back: int) -> int:
    """Return the sales so many years before the last, in hundreds of 元."""
    low, high = (2100, 4800) if firm.above_scale else (400, 1900)
    sales = int((firm.sales or Decimal(spread(firm.number, low, high))) * 100)
    for _ in range(back):
        sales = sales * 1000 // (1000 + firm.growth)
    return sales


def _counts(firm: Firm, year: int) -> dict[str, Cell]:
    back = YEARS[-1] - year
    staff = firm.staff or spread(firm.number, 40, 90) // (1 if firm.above_scale else 2)
    research = (
        firm.staff_rd
        if firm.staff_rd is not None
        else -(-staff * spread(firm.number, 20, 34) // 100)
    )
    ip2 = max(0, firm.ip2 - back)
    row: dict[str, Cell] = {
        "staff_total": staff,
        "staff_rd": research if firm.rd else 0,
        "conversions": firm.conversions,
        "ip_class1": firm.ip1,
        "ip_class2": ip2,
    }
    if firm.issued_on:
        used = firm.ip2_used if firm.ip2_used is not None else min(3, ip2)
        row["ip_class2_used"] = min(used, ip2)
    return row
