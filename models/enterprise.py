"""Enterprises (企业), their other names, and the people we write to."""

import datetime as dt
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Instant, one_of


class Enterprise(SQLModel, table=True):
    """An enterprise, identified by its 统一社会信用代码; names never identify."""

    id: int | None = Field(default=None, primary_key=True)
    uscc: str = Field(max_length=18, unique=True)
    name: str = Field(index=True)
    division_code: str = Field(default="", max_length=6, index=True)
    registered_on: dt.date | None = None
    industry: str = ""
    address: str = ""
    change_note: str = ""
    added_at: dt.datetime = Field(sa_type=Instant)


class Alias(SQLModel, table=True):
    """Another name under which an enterprise was seen."""

    __table_args__ = (UniqueConstraint("enterprise_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    enterprise_id: int = Field(foreign_key="enterprise.id")
    name: str


class Role(StrEnum):
    """What a person is to us."""

    CONTACT = "contact"  # 企业联系人
    CLERK = "clerk"  # 经办
    HEAD = "head"  # 股长
    LEADER = "leader"  # 分管领导
    OPERATOR = "operator"  # 运维: keeps the program running
    AUDITOR = "auditor"  # 审计: reads everything, changes nothing
    ADMIN = "admin"  # 系统管理员: people, accounts and settings; decides about no case
    ROBOT = "robot"  # 群机器人: says in a group of staff what its people were written


class Person(SQLModel, table=True):
    """Somebody who gets letters: an enterprise's contact, or a member of staff."""

    __table_args__ = (one_of("role", Role),)

    id: int | None = Field(default=None, primary_key=True)
    # `contact/<USCC>`, `staff/<login>` or `robot/<name>`: one contact per enterprise, so one
    # letter a day.
    key: str = Field(unique=True)
    role: str
    name: str = ""
    email: str = ""
    phone: str = ""
    enterprise_id: int | None = Field(default=None, foreign_key="enterprise.id", index=True)
    division_code: str = Field(default="", max_length=6)
    active: bool = True


class BadAddress(SQLModel, table=True):
    """A mailbox of which a server said that it does not exist; nothing more is sent to it."""

    __tablename__ = "bad_address"

    email: str = Field(primary_key=True)  # in small letters
    at: dt.datetime = Field(sa_type=Instant)
    status: str = ""  # 5.1.1
    said: str = ""  # the other server's words
