"""The people of the office: who gets which letters, and for which division."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.audit import note
from casework.doors import shut_doors_of
from casework.managing import NO_STAFF, in_reach, is_stale, managed, not_oneself
from casework.refusal import Refusal
from casework.roles import may_manage
from casework.scope import within
from casework.services import Actor, Services
from casework.words import ROLES
from models.enterprise import Person, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+|[^@\s]{1,64}@localhost")
_DIVISION = re.compile(r"(\d{6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaff:
    """Somebody to be registered; ``login`` identifies, the rest may be corrected later."""

    login: str
    name: str
    role: Role
    email: str
    division_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """A member of staff as the list shows them."""

    login: str
    name: str
    role: str
    role_title: str
    email: str
    division_code: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffChange:
    """What registering somebody did: added, changed, or unchanged."""

    what: str
    member: StaffLine


def list_staff(services: Services, *, everybody: bool = False) -> tuple[StaffLine, ...]:
    """Return the active members of staff; ``everybody`` also those who left."""
    statement = (
        select(Person)
        .where(col(Person.role).not_in(NO_STAFF), *within(services, col(Person.division_code)))
        .order_by(col(Person.id))
    )
    if not everybody:
        statement = statement.where(col(Person.active))
    with services.database.reading() as session:
        return tuple(_line(person) for person in session.scalars(statement))


def add_staff(
    services: Services, new: NewStaff, *, by: Actor, version: str | None = None
) -> StaffChange | Refusal:
    """Register somebody, or correct what is known of them; the same twice changes nothing.

    ``version`` is of what was seen, empty where nobody was; None takes whatever is there.
    """
    wrong = _wrong(new)
    if wrong:
        return Refusal(reason=wrong)

    def attempt(session: Session) -> StaffChange | Refusal:
        if refused := may_manage(by) or in_reach(services, new.division_code):
            return refused
        wanted: dict[str, Any] = {
            "role": new.role.value,
            "name": new.name.strip(),
            "email": new.email.strip(),
            "division_code": new.division_code,
            "active": True,
        }
        if _find(session, new.login) is not None:
            return _change(session, services, (new.login, wanted, version), by)
        person = Person(key=_key(new.login), **wanted)
        session.add(person)
        note(session, services, by, "staff.add", (f"staff/{new.login}", {"after": wanted}))
        return StaffChange(what="added", member=_line(person))

    return services.database.transact(attempt)


def _change(
    session: Session, services: Services, wish: tuple[str, dict[str, Any], str | None], by: Actor
) -> StaffChange | Refusal:
    login, wanted, version = wish
    person = managed(session, services, login, by=by)
    if isinstance(person, Refusal):
        return _taken(login) if version == "" else person
    changed = {name: value for name, value in wanted.items() if getattr(person, name) != value}
    if not changed:
        return StaffChange(what="unchanged", member=_line(person))
    if version == "":
        return _taken(login)
    own = not_oneself(person, by) if changed.keys() - {"name", "email"} else None
    if refused := own or is_stale(person, version):
        return refused
    before = {name: getattr(person, name) for name in changed}
    for name, value in changed.items():
        setattr(person, name, value)
    detail = {"before": before, "after": changed}
    note(session, services, by, "staff.change", (f"staff/{login}", detail))
    return StaffChange(what="changed", member=_line(person))


def remove_staff(services: Services, login: str, *, reason: str, by: Actor) -> StaffLine | Refusal:
    """Deactivate somebody: no more letters to them, no page; what they did stays theirs."""

    def attempt(session: Session) -> StaffLine | Refusal:
        person = managed(session, services, login, by=by)
        if isinstance(person, Refusal):
            return person if by.role else Refusal(reason=f"没有在岗的工作人员“{login}”")
        if not person.active:
            return Refusal(reason=f"没有在岗的工作人员“{login}”")
        if refused := not_oneself(person, by):
            return refused
        return _activate(session, services, person, (by, reason), active=False)

    return services.database.transact(attempt)


def return_staff(services: Services, login: str, *, reason: str, by: Actor) -> StaffLine | Refusal:
    """Let somebody who left be there again, as they were."""

    def attempt(session: Session) -> StaffLine | Refusal:
        person = managed(session, services, login, by=by)
        if isinstance(person, Refusal):
            return person
        if person.active:
            return Refusal(reason=f"{person.name}已经在岗")
        return _activate(session, services, person, (by, reason), active=True)

    return services.database.transact(attempt)


def _activate(
    session: Session, services: Services, person: Person, why: tuple[Actor, str], *, active: bool
) -> StaffLine:
    by, reason = why
    detail = {"before": {"active": person.active}, "after": {"active": active}, "reason": reason}
    person.active = active
    if not active:
        shut_doors_of(session, person.id or 0, services.now())
    act = "staff.return" if active else "staff.remove"
    note(session, services, by, act, (person.key, detail))
    return _line(person)


def _wrong(new: NewStaff) -> str:
    """Return what is wrong with the entry, the first thing only."""
    checks = (
        (
            _LOGIN.fullmatch(new.login),
            f"登录名“{new.login}”只能用小写字母、数字和 . _ -，例如 zhangsan",
        ),
        (new.role is not Role.CONTACT, "企业联系人随企业名册导入，不在这里登记"),
        (new.role is not Role.ROBOT, "机器人写在 peiyu.toml 的 [[robots]] 里，不在这里登记"),
        (new.name.strip(), "请写明姓名"),
        (_EMAIL.fullmatch(new.email.strip()), f"“{new.email}”不是有效的邮箱地址"),
        (
            _DIVISION.fullmatch(new.division_code),
            f"行政区划代码“{new.division_code}”应为 6 位数字，例如 431281",
        ),
    )
    return next((sentence for right, sentence in checks if not right), "")


def _key(login: str) -> str:
    return f"staff/{login}"


def _find(session: Session, login: str) -> Person | None:
    return session.scalars(select(Person).where(col(Person.key) == _key(login))).first()


def _line(person: Person) -> StaffLine:
    return StaffLine(
        login=person.key.removeprefix("staff/"),
        name=person.name,
        role=person.role,
        role_title=ROLES[Role(person.role)],
        email=person.email,
        division_code=person.division_code,
        active=person.active,
    )


def _taken(login: str) -> Refusal:
    return Refusal(reason=f"登录名“{login}”已经有人用了，请换一个")
