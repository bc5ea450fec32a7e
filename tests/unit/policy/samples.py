"""Small programmes and enterprises for the tests of `policy`; invented, near the real ones."""

import datetime as dt
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from policy.assess import assess
from policy.derive import with_derived
from policy.findings import Finding, findings_of
from policy.programme import (
    Band,
    Combine,
    Criterion,
    Programme,
    Rule,
    Score,
    ScoreItem,
    ScorePart,
    Threshold,
)
from policy.timetable import RunKind, Timetable
from policy.workdays import Calendar

TABLE = Timetable(
    titles=dict.fromkeys(RunKind, "示例"),
    monthly_at=dt.time(8, 30),
    sweep_at=dt.time(9),
    deliver_from=dt.time(9),
    deliver_to=dt.time(18),
    deliver_every=dt.timedelta(minutes=5),
    digest_at=dt.time(8, 45),
    housekeeping_at=dt.time(2, 30),
)
ZONE = ZoneInfo("Asia/Shanghai")
# 2026-05-01 is a Friday and a holiday; the first workday of the month is the 6th.
CALENDAR = Calendar(
    off=frozenset({dt.date(2026, 5, day) for day in (1, 4, 5)}), gazetted=frozenset({2026})
)
ON, CYCLE = dt.date(2026, 7, 1), 2026
SINCE = dt.date(2016, 1, 1)
WAN = 10**6  # 万元 in 分


def at(day: int, hour: int, minute: int = 0, month: int = 5) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def limit(
    value: Fraction | int | str, *, upto: int | None = None, start: dt.date = SINCE
) -> Threshold:
    return Threshold(start=start, value=Fraction(value), upto=upto)


def a_criterion(fact: str, rule: Rule, *thresholds: Threshold, **changes: Any) -> Criterion:
    given: dict[str, Any] = {
        "key": fact,
        "code": "示例1",
        "title": f"示例条件 {fact}",
        "fact": fact,
        "rule": rule,
        "source": "示例〔2026〕1号 第三条",
        "thresholds": thresholds,
    }
    return Criterion(**given | changes)


def a_programme(*criteria: Criterion, score: Score | None = None) -> Programme:
    return Programme(
        key="example",
        title="示例培育项目",
        source="示例〔2026〕1号",
        criteria=criteria,
        score=score,
    )


def steps(
    *bounds: tuple[Any, int, int], floor: int = 0, fact: str | None = None
) -> tuple[Band, ...]:
    """Return bands from (at least, low, high) and a floor that fits everything."""
    bands = (
        Band(low=low, high=high, fact=fact, at_least=Fraction(bound)) for bound, low, high in bounds
    )
    return (*bands, Band(low=floor, high=floor))


def an_item(part: str, key: str, maximum: int, **given: Any) -> ScoreItem:
    return ScoreItem(key=key, part=part, title=f"指标 {key}", maximum=maximum, **given)


GROWTH = (
    *steps(("0.35", 9, 10), ("0.25", 7, 8), ("0.15", 5, 6), ("0.05", 3, 4))[:-1],
    Band(low=1, high=2, above=Fraction(0)),
    Band(low=0, high=0),
)
IP_COUNT = (
    Band(low=7, high=8, fact="ip_class1", at_least=Fraction(1)),
    *steps((5, 5, 6), (3, 3, 4), (1, 1, 2), fact="ip_class2_effective"),
)
HNTE_SCORE = Score(
    maximum=100,
    source="195号 三（七）",
    parts=(
        ScorePart(
            key="ip",
            title="知识产权",
            maximum=30,
            items=(
                an_item("ip", "tech", 8, estimate="est_tech_level"),
                an_item("ip", "core", 8, estimate="est_core_support"),
                an_item("ip", "count", 8, bands=IP_COUNT),
                an_item(
                    "ip",
                    "way",
                    6,
                    fact="ip_self_developed",
                    estimate="est_ip_way",
                    bands=(Band(low=1, high=6, at_least=Fraction(1)), Band(low=1, high=3)),
                ),
                an_item(
                    "ip",
                    "standards",
                    2,
                    fact="standards_participation",
                    bands=steps((1, 1, 2)),
                ),
            ),
        ),
        ScorePart(
            key="conversion",
            title="科技成果转化能力",
            maximum=30,
            items=(
                an_item(
                    "conversion",
                    "average",
                    30,
                    fact="conversions_average",
                    bands=steps((5, 25, 30), (4, 19, 24), (3, 13, 18), (2, 7, 12), (1, 1, 6)),
                ),
            ),
        ),
        ScorePart(
            key="management",
            title="研究开发组织管理水平",
            maximum=20,
            items=(
                an_item("management", "system", 6, estimate="est_rd_system"),
                an_item("management", "institute", 6, estimate="est_rd_institute"),
                an_item("management", "rules", 4, estimate="est_conversion_rules"),
                an_item("management", "talent", 4, estimate="est_talent"),
            ),
        ),
        ScorePart(
            key="growth",
            title="企业成长性",
            maximum=20,
            items=(
                an_item("growth", "net_assets", 10, fact="net_asset_growth", bands=GROWTH),
                an_item("growth", "sales", 10, fact="sales_growth", bands=GROWTH),
            ),
        ),
    ),
)
RD_TIERS = (
    limit("0.05", upto=5_000 * WAN),
    limit("0.04", upto=20_000 * WAN),
    limit("0.03"),
)
HNTE = a_programme(
    a_criterion("resident", Rule.IS_TRUE),
    a_criterion("days_since_registered", Rule.AT_LEAST, limit(365)),
    a_criterion("ip_owned", Rule.AT_LEAST, limit(1)),
    a_criterion("core_ip", Rule.JUDGED),
    a_criterion("staff_rd_share", Rule.AT_LEAST, limit("0.1")),
    a_criterion("rd_intensity", Rule.AT_LEAST, *RD_TIERS, tier_by="sales"),
    a_criterion("rd_domestic_share", Rule.AT_LEAST, limit("0.6")),
    a_criterion("hightech_share", Rule.AT_LEAST, limit("0.6")),
    a_criterion("score", Rule.ABOVE, limit(70)),
    a_criterion("last_incident_on", Rule.CLEAR_FOR_DAYS, limit(365)),
    score=HNTE_SCORE,
)

_SHARES = steps(("0.3", 20, 20), ("0.25", 16, 16), ("0.2", 12, 12), ("0.15", 8, 8), ("0.1", 4, 4))
_OF_SALES = steps(
    ("0.06", 50, 50), ("0.05", 40, 40), ("0.04", 30, 30), ("0.03", 20, 20), ("0.02", 10, 10)
)
_OF_COSTS = steps(
    ("0.3", 50, 50), ("0.25", 40, 40), ("0.2", 30, 30), ("0.15", 20, 20), ("0.1", 10, 10)
)
_RESULTS = (
    Band(low=30, high=30, fact="ip_class1", at_least=Fraction(1)),
    *steps((4, 24, 24), (3, 18, 18), (2, 12, 12), (1, 6, 6), fact="ip_class2"),
)
TSME_SCORE = Score(
    maximum=100,
    source="115号 第七条",
    parts=(
        ScorePart(
            key="staff",
            title="科技人员",
            maximum=20,
            items=(an_item("staff", "share", 20, fact="staff_rd_share", bands=_SHARES),),
        ),
        ScorePart(
            key="rd",
            title="研发投入",
            maximum=50,
            combine=Combine.BEST,
            items=(
                an_item("rd", "to_sales", 50, fact="rd_to_sales", bands=_OF_SALES),
                an_item("rd", "to_costs", 50, fact="rd_to_costs", bands=_OF_COSTS),
            ),
        ),
        ScorePart(
            key="results",
            title="科技成果",
            maximum=30,
            items=(an_item("results", "ip", 30, bands=_RESULTS),),
        ),
    ),
)
TSME = a_programme(
    a_criterion("staff_total", Rule.AT_MOST, limit(500)),
    a_criterion("sales", Rule.AT_MOST, limit(20_000 * WAN)),
    a_criterion("abnormal_listed", Rule.IS_FALSE),
    a_criterion("score", Rule.AT_LEAST, limit(60)),
    a_criterion("score.staff", Rule.ABOVE, limit(0), key="staff_points"),
    a_criterion(
        "hnte_valid",
        Rule.IS_TRUE,
        key="direct_hnte",
        title="有效期内高企",
        required=False,
        waives=("score", "staff_points"),
    ),
    score=TSME_SCORE,
)


def years(fact: str, *newest_last: int | None) -> dict[str, int | None]:
    """Return the columns of an annual fact, told from the oldest year to the newest."""
    return {f"{fact}_{back}": value for back, value in enumerate(reversed(newest_last), start=1)}


def good_hnte(**changes: Any) -> dict[str, Any]:
    """Return an invented enterprise of which all is known and which fits 高企 in everything."""
    facts: dict[str, Any] = {
        "registered_on": dt.date(2018, 3, 1),
        **years("sales", 1_000 * WAN, 1_400 * WAN, 2_000 * WAN),
        **years("total_income", 1_000 * WAN, 1_400 * WAN, 2_000 * WAN),
        **years("hightech_income", 700 * WAN, 1_000 * WAN, 1_500 * WAN),
        **years("rd_hnte", 80 * WAN, 100 * WAN, 150 * WAN),
        **years("rd_hnte_domestic", 80 * WAN, 100 * WAN, 150 * WAN),
        **years("net_assets", 500 * WAN, 700 * WAN, 1_000 * WAN),
        **years("conversions", 5, 5, 5),
        **years("staff_total", 40, 45, 50),
        **years("staff_rd", 6, 7, 10),
        **years("ip_class1", 1, 1, 1),
        **years("ip_class2", 3, 4, 6),
        "resident": True,
        "core_ip": True,
        "ip_self_developed": True,
        "standards_participation": False,
        "incident_checked": True,
        **dict.fromkeys(("est_tech_level", "est_core_support"), 7),
        **dict.fromkeys(("est_rd_system", "est_rd_institute", "est_ip_way"), 5),
        **dict.fromkeys(("est_conversion_rules", "est_talent"), 3),
    }
    return facts | changes


def good_tsme(**changes: Any) -> dict[str, Any]:
    """Return an invented enterprise of which all is known and which fits 科小 in everything."""
    facts: dict[str, Any] = {
        "registered_on": dt.date(2021, 3, 1),
        "sales_1": 1_000 * WAN,
        "costs_1": 900 * WAN,
        "rd_deduction_1": 60 * WAN,
        "staff_total_1": 20,
        "staff_rd_1": 6,
        "ip_class1_1": 0,
        "ip_class2_1": 4,
        "abnormal_listed": False,
        "hnte_valid": False,
    }
    return facts | changes


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return a raw frame with only the columns that somebody told."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pl.DataFrame({"subject": list(range(1, len(rows) + 1)), **columns})


def derived(cycle: int = CYCLE, on: dt.date = ON, **facts: Any) -> dict[str, Any]:
    return with_derived(frame(facts), on=on, cycle=cycle).row(0, named=True)


def fraction(row: dict[str, Any], name: str) -> Fraction | None:
    num, den = row[f"{name}_num"], row[f"{name}_den"]
    return None if den is None else Fraction(num, den)


def assessed(
    programme: Programme, facts: dict[str, Any], on: dt.date = ON, cycle: int | None = None
) -> dict[str, Any]:
    return assess(programme, frame(facts), on=on, cycle=cycle or on.year).row(0, named=True)


def findings(
    programme: Programme, facts: dict[str, Any], on: dt.date = ON, cycle: int | None = None
) -> dict[str, Finding]:
    text = assessed(programme, facts, on, cycle)["findings"]
    return {finding.criterion: finding for finding in findings_of(programme, text)}


def finding_of(criterion: Criterion, on: dt.date = ON, **facts: Any) -> Finding:
    """Return what one criterion alone says of an enterprise."""
    return findings(a_programme(criterion), facts, on)[criterion.key]
