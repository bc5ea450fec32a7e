"""One invented enterprise (虚构): the example in every form that we hand out. Money in 元."""

USCC = "91431281MAXX00015X"  # invented; its check digit is right
NAME = "洪江市示例农业科技有限公司（虚构）"
REGISTERED_ON = "2018-05-06"

# Fact -> the last full year, the year before, and the year before that.
ANNUAL_VALUES: dict[str, tuple[float, float, float]] = {
    "sales": (48_000_000.50, 42_000_000, 36_000_000),
    "total_income": (48_500_000, 42_300_000, 36_200_000),
    "hightech_income": (33_000_000, 28_000_000, 23_500_000),
    "rd_hnte": (2_905_000, 2_450_000, 2_060_000),
    "rd_hnte_domestic": (2_905_000, 2_450_000, 2_060_000),
    "rd_deduction": (2_800_000, 2_380_000, 2_000_000),
    "rd_statistics": (2_850_000, 2_400_000, 2_010_000),
    "costs": (43_000_000, 38_000_000, 33_000_000),
    "net_assets": (26_000_000, 21_000_000, 17_000_000),
    "total_assets": (41_000_000, 35_000_000, 30_000_000),
    "staff_total": (86, 80, 74),
    "staff_rd": (14, 12, 11),
    "conversions": (5, 5, 6),
    "ip_class1": (2, 1, 1),
    "ip_class2": (8, 6, 5),
    "ip_class2_used": (0, 0, 0),
}
STANDING_VALUES: dict[str, bool | int | None] = {
    "resident": True,
    "core_ip": True,
    "field_fits": True,
    "ip_self_developed": True,
    "standards_participation": False,
    "incident_checked": True,
    "last_incident_on": None,
    "restricted_industry": False,
    "abnormal_listed": False,
    "research_misconduct": False,
    "audit_collection": True,
    "above_scale": True,
    "provincial_institute": False,
    "national_award": False,
    "standard_lead": False,
    "tax_deducted": True,
    "est_tech_level": 6,
    "est_core_support": 6,
    "est_ip_way": 5,
    "est_standards": 0,
    "est_rd_system": 5,
    "est_rd_institute": 4,
    "est_conversion_rules": 3,
    "est_talent": 3,
}
