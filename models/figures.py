"""What is known of enterprises: annual figures (年度数据), statements and qualifications (资格)."""

import datetime as dt

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant


class AnnualFigures(SQLModel, table=True):
    """One row per enterprise and fiscal year; money in 分, each value with its source.

    The columns are the ANNUAL facts of ``policy.facts`` (a house test compares them).
    """

    __tablename__ = "annual_figures"

    enterprise_id: int = Field(foreign_key="enterprise.id", primary_key=True)
    year: int = Field(primary_key=True)
    sales: int | None = Field(default=None, sa_type=BigInteger)
    total_income: int | None = Field(default=None, sa_type=BigInteger)
    hightech_income: int | None = Field(default=None, sa_type=BigInteger)
    rd_hnte: int | None = Field(default=None, sa_type=BigInteger)
    rd_hnte_domestic: int | None = Field(default=None, sa_type=BigInteger)
    rd_deduction: int | None = Field(default=None, sa_type=BigInteger)
    rd_statistics: int | None = Field(default=None, sa_type=BigInteger)
    costs: int | None = Field(default=None, sa_type=BigInteger)
    net_assets: int | None = Field(default=None, sa_type=BigInteger)
    total_assets: int | None = Field(default=None, sa_type=BigInteger)
    staff_total: int | None = None
    staff_rd: int | None = None
    conversions: int | None = None
    ip_class1: int | None = None
    ip_class2: int | None = None
    ip_class2_used: int | None = None
    # JSON: fact -> {"source": file or document, "by": who gave it, "on": date}
    sources: str = Field(default="{}", sa_type=Text)


class Statement(SQLModel, table=True):
    """A standing fact as somebody told it; the newest one up to a day holds on that day."""

    __table_args__ = (UniqueConstraint("enterprise_id", "fact", "as_of"),)

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    fact: str
    as_of: dt.date
    value: str  # JSON: true, false, a number, or an ISO date
    source: str
    by: str = ""
    at: dt.datetime = Field(sa_type=Instant)


class Qualification(SQLModel, table=True):
    """A certificate or registration number with its validity interval, both ends included."""

    __table_args__ = (
        UniqueConstraint("kind", "number"),
        Index("ix_qualification_held", "kind", "enterprise_id", "valid_from", "valid_to"),
    )

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id", index=True)
    kind: str  # hnte, tsme
    number: str
    valid_from: dt.date
    valid_to: dt.date
    field: str = ""  # 技术领域
    source: str = ""
