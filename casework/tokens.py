"""Tokens (令牌): a program reads, or acts, for a member of staff; shown once, ended at any time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import hashed, new_secret, staff_of
from casework.audit import note
from casework.patience import count_failure, seconds_to_wait
from casework.refusal import Refusal
from casework.services import Actor, Services
from models.accounts import Account
from models.api import Token
from models.enterprise import Person, Role

USUAL_DAYS, MOST_DAYS = 180, 366
_MARK = "peiyu_"  # whoever finds one in a file knows what it is
_LONGEST_NAME = 60
_USED_EVERY = dt.timedelta(minutes=1)  # a request need not write each time


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token as somebody asks for it."""

    login: str
    name: str
    days: int = USUAL_DAYS
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """A token that was made; ``secret`` is shown this once."""

    id: int
    login: str
    name: str
    read_only: bool
    until: dt.datetime
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """One token as it is listed; ``state`` is good, expired or revoked."""

    id: int
    login: str
    person: str
    name: str
    read_only: bool
    made_by: str
    made_at: dt.datetime
    until: dt.datetime
    used_at: dt.datetime | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """The program behind a request: whose it is, and what it may."""

    token_id: int
    token_name: str
    read_only: bool
    login: str
    name: str
    role: Role
    division: str

    @property
    def actor(self) -> Actor:
        """Return who acts, and by which token."""
        return Actor(name=self.name, source=f"api/{self.token_id}", role=self.role)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoBearer:
    """Nobody is behind a token; ``wait`` is for how many seconds not to try again."""

    wait: float = 0


def add_token(services: Services, new: NewToken, *, by: Actor) -> MadeToken | Refusal:
    """Make a token for a member of staff who has an account."""
    if wrong := _wrong(new):
        return Refusal(reason=wrong)
    secret, now = _MARK + new_secret(), services.now()

    def attempt(session: Session) -> MadeToken | Refusal:
        person = staff_of(session, new.login)
        if person is None or session.get(Account, person.id) is None:
            how = f"peiyu account invite {new.login}"
            return Refusal(reason=f"“{new.login}”没有账号，令牌要挂在账号下，请先运行：{how}")
        row = Token(
            person_id=person.id or 0,
            name=new.name.strip(),
            secret=hashed(secret),
            read_only=new.read_only,
            made_by=by.name,
            made_at=now,
            until=now + dt.timedelta(days=new.days),
        )
        session.add(row)
        session.flush()
        detail = {"token": row.id, "name": row.name, "until": row.until, "read_only": row.read_only}
        note(session, services, by, "token.add", (person.key, detail))
        return MadeToken(
            id=row.id or 0,
            login=new.login,
            name=row.name,
            read_only=row.read_only,
            until=row.until,
            secret=secret,
        )

    return services.database.transact(attempt)


def _wrong(new: NewToken) -> str:
    name = new.name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return f"请写明令牌的用途，不超过 {_LONGEST_NAME} 个字"
    if not 1 <= new.days <= MOST_DAYS:
        return f"有效天数应为 1 到 {MOST_DAYS}"
    return ""


def list_tokens(services: Services, *, person_id: int | None = None) -> Sequence[TokenLine]:
    """Return every token, or those of one person, the newest first."""
    statement = select(Token, Person, _stands()).join(
        Person, col(Person.id) == col(Token.person_id)
    )
    if person_id is not None:
        statement = statement.where(col(Token.person_id) == person_id)
    with services.database.reading() as session:
        rows = session.execute(statement.order_by(col(Token.id).desc())).all()
    return [_line(services, token, person, stands=stands) for token, person, stands in rows]


def _line(services: Services, token: Token, person: Person, *, stands: bool) -> TokenLine:
    ended = token.revoked_at is not None or not stands
    late = token.until <= services.now()
    return TokenLine(
        id=token.id or 0,
        login=person.key.removeprefix("staff/"),
        person=person.name,
        name=token.name,
        read_only=token.read_only,
        made_by=token.made_by,
        made_at=token.made_at,
        until=token.until,
        used_at=token.used_at,
        state="revoked" if ended else "expired" if late else "good",
    )


def revoke_token(
    services: Services, token_id: int, *, by: Actor, person_id: int | None = None
) -> TokenLine | Refusal:
    """End a token at once; with ``person_id`` only one of that person's own."""

    def attempt(session: Session) -> TokenLine | Refusal:
        token = session.get(Token, token_id)
        if token is None or person_id not in (None, token.person_id):
            return Refusal(reason=f"没有编号为 {token_id} 的令牌")
        person = session.get_one(Person, token.person_id)
        if token.revoked_at is None:
            token.revoked_at = services.now()
            detail = {"token": token.id, "name": token.name}
            note(session, services, by, "token.revoke", (person.key, detail))
        return _line(services, token, person, stands=True)

    return services.database.transact(attempt)


def bearer(services: Services, secret: str, address: str) -> Bearer | NoBearer:
    """Return who is behind a token; one from nowhere is counted against the address.

    A good token is let in however often others failed from there: nobody guesses 256 bits.
    """
    now = services.now()
    with services.database.reading() as session:
        row = session.execute(
            select(Token, Person)
            .join(Person, col(Person.id) == col(Token.person_id))
            .where(
                col(Token.secret) == hashed(secret),
                col(Token.revoked_at).is_(None),
                col(Token.until) > now,
                _stands(),
            )
        ).first()
    if row is None:
        return _nobody(services, address)
    token, person = row
    if token.used_at is None or now - token.used_at >= _USED_EVERY:
        services.database.transact(lambda session: _used(session, token.id or 0, now))
    return Bearer(
        token_id=token.id or 0,
        token_name=token.name,
        read_only=token.read_only,
        login=person.key.removeprefix("staff/"),
        name=person.name,
        role=Role(person.role),
        division=person.division_code,
    )


def _nobody(services: Services, address: str) -> NoBearer:
    tried = (f"token/{address}",)
    if wait := seconds_to_wait(services, tried):
        return NoBearer(wait=wait)
    services.database.transact(lambda session: count_failure(session, services, tried))
    return NoBearer()


def _stands() -> ColumnElement[bool]:
    """Return the condition that the person works here and has an account."""
    return and_(col(Person.active), exists().where(col(Account.person_id) == col(Token.person_id)))


def _used(session: Session, token_id: int, now: dt.datetime) -> None:
    session.execute(update(Token).where(col(Token.id) == token_id).values(used_at=now))
