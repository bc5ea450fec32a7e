"""What people decide about cases, what they take back, who a case is given to, and what they note.

Append-only: what was taken back or struck out stays, with who did that and why.
"""

import datetime as dt
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class Verb(StrEnum):
    """What a person can decide about a case."""

    APPROVE = "approve"  # 同意
    RETURN = "return"  # 退回补正
    HOLD = "hold"  # 暂缓
    RESUME = "resume"  # 恢复
    WAIVE = "waive"  # 免除一项等待
    WITHDRAW = "withdraw"  # 放弃申报
    REOPEN = "reopen"  # 已结束的，同一年度重新开始


class Decision(SQLModel, table=True):
    """One decision of one person, and how the case stood before it, in natural words."""

    __table_args__ = (UniqueConstraint("case_id", "seq"), one_of("verb", Verb))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    seq: int  # the case's version after it
    verb: str
    reason: str
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    before: str = Field(sa_type=Text)  # JSON, see casework.snapshot


class Undoing(SQLModel, table=True):
    """A decision that was taken back; its key is what makes that happen once."""

    decision_id: int = Field(primary_key=True, foreign_key="decision.id")
    seq: int  # the case's version after it
    reason: str
    by: str
    at: dt.datetime = Field(sa_type=Instant)


class Assignment(SQLModel, table=True):
    """Who a case was given to (经办人), or that nobody has it now; the newest row counts."""

    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id")
    seq: int  # 1, 2, 3 … of this case
    person_id: int | None = Field(default=None, foreign_key="person.id")
    by: str
    at: dt.datetime = Field(sa_type=Instant)


class Note(SQLModel, table=True):
    """What somebody wrote about an enterprise, or about one of its cases."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=64)  # of the form it came by: sent twice, kept once
    enterprise_id: int = Field(foreign_key="enterprise.id", index=True)
    case_id: int | None = Field(default=None, foreign_key="case.id")
    text: str = Field(sa_type=Text)
    by: str
    at: dt.datetime = Field(sa_type=Instant)
    struck_by: str = ""
    struck_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    struck_reason: str = ""
