"""Links for answers: a sealed token says which person may answer to which matter, and until when.

The seal covers natural names, not only numbers: after a restore a number may be given anew, and
a link of a letter that was sent in between must not answer for somebody else. Nor may whoever
reads a mailbox to which we write no more: the seal covers the address too.
"""

import binascii
import datetime as dt
import hmac
import re
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from sqlalchemy.orm import Session

from casework.services import Services
from models.deadline import Deadline
from models.enterprise import Person
from models.secret import Secret
from models.writes import insert_new
from policy.answers import link_ends

PATH = "/a/"
FOR_SHOW = "only-in-the-letter-"  # can not be a token: it is too short
_NAME = "answer-links"
_PURPOSE = "peiyu/answer/1"
_PAYLOAD = struct.Struct(">III")  # deadline, person, last day
_SEAL = 24  # bytes: 192 bit
_TOKEN = re.compile(r"[A-Za-z0-9_-]{48}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a token says, before anybody looked whether it is ours."""

    deadline: int
    person: int
    ends: dt.date
    seal: bytes

    def is_sealed(self, secret: bytes, matter: str, person: Person) -> bool:
        """Say whether we wrote this token, for this matter and this person."""
        mine = _seal(secret, _payload(self.deadline, self.person, self.ends), matter, person)
        return hmac.compare_digest(mine, self.seal)


def secret_of(services: Services) -> bytes:
    """Return the key of the links; it is made once for the whole office."""

    def attempt(session: Session) -> bytes:
        row = {"name": _NAME, "value": secrets.token_hex(32)}
        insert_new(session, Secret, [row])
        return find_secret(session) or b""

    with services.database.reading() as session:
        known = find_secret(session)
    return known or services.database.transact(attempt)


def find_secret(session: Session) -> bytes | None:
    """Return the key of the links, if any was ever written."""
    row = session.get(Secret, _NAME)
    return bytes.fromhex(row.value) if row else None


def url(services: Services, secret: bytes, about: tuple[Deadline, Person], *, matter: str) -> str:
    """Return the address at which this person answers to this deadline.

    Whoever only looks at a letter gets none that answers: nobody answers for an enterprise.
    """
    if services.showing is not None:
        return f"{services.public_url}{PATH}{FOR_SHOW}{about[0].id}"
    return f"{services.public_url}{PATH}{token(secret, about, matter=matter, on=services.today)}"


def token(secret: bytes, about: tuple[Deadline, Person], *, matter: str, on: dt.date) -> str:
    """Return the token of a letter of this day; the same for the same day."""
    deadline, person = about
    payload = _payload(deadline.id or 0, person.id or 0, link_ends(deadline.due_on, on))
    return urlsafe_b64encode(payload + _seal(secret, payload, matter, person)).decode()


def read(text: str) -> Link | None:
    """Return what a token says; None for what can not be one."""
    if not _TOKEN.fullmatch(text):
        return None
    try:
        raw = urlsafe_b64decode(text)
        deadline, person, ends = _PAYLOAD.unpack(raw[: _PAYLOAD.size])
        last = dt.date.fromordinal(ends)
    except (binascii.Error, ValueError, OverflowError):  # no day of any calendar
        return None
    return Link(deadline=deadline, person=person, ends=last, seal=raw[_PAYLOAD.size :])


def _payload(deadline: int, person: int, ends: dt.date) -> bytes:
    return _PAYLOAD.pack(deadline, person, ends.toordinal())


def _seal(secret: bytes, payload: bytes, matter: str, person: Person) -> bytes:
    words = "\x1f".join((_PURPOSE, payload.hex(), matter, person.key, person.email))
    return hmac.digest(secret, words.encode(), "sha256")[:_SEAL]
