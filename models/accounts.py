"""Accounts (账号) of the console: a member of staff's password, sign-ins, and failed tries."""

import datetime as dt

from sqlmodel import Field, SQLModel

from models.base import Instant


class Account(SQLModel, table=True):
    """What lets a member of staff sign in; the person's role and division stay theirs."""

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    password: str = ""  # argon2id; empty: none was chosen yet
    changed_at: dt.datetime | None = Field(default=None, sa_type=Instant)
    # One link to choose a password with: the hash of its secret, and until when.
    invitation: str = Field(default="", max_length=64, index=True)
    invited_until: dt.datetime | None = Field(default=None, sa_type=Instant)


class SignIn(SQLModel, table=True):
    """One browser that somebody signed in with; ended by deleting the row."""

    __tablename__ = "sign_in"

    id: str = Field(primary_key=True, max_length=64)  # the hash of what the cookie holds
    person_id: int = Field(foreign_key="person.id", index=True)
    seal: str = Field(max_length=64)  # every form of this browser must carry it
    at: dt.datetime = Field(sa_type=Instant)
    seen_at: dt.datetime = Field(sa_type=Instant)
    address: str = ""
    browser: str = ""


class FailedTry(SQLModel, table=True):
    """How often signing in failed of late, for one login or from one address."""

    __tablename__ = "failed_try"

    of: str = Field(primary_key=True)  # login/zhangsan, address/192.0.2.7
    failures: int
    last_at: dt.datetime = Field(sa_type=Instant)
