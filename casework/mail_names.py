"""The names a letter goes by outside, its Message-ID and its return path: nobody can guess them.

Both hang on a secret of this data. What comes back under these names comes from somebody who got
the letter, or carried it.
"""

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from casework.services import Services
from models.enterprise import Person
from models.letter import Letter
from models.secret import Secret
from models.writes import insert_new

MAIL = "mail"
_BYTES = 32
ID, TOKEN = 32, 16  # hexadecimal digits: 128 and 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class MailNames:
    """What a letter is called on its way."""

    message_id: str
    return_path: str = ""  # where reports about it go; empty: to the sender


def names_of(session: Session, services: Services, letter: Letter, person: Person) -> MailNames:
    """Return the names a letter has; one that was handed over before keeps them."""
    if letter.message_id:
        return MailNames(message_id=letter.message_id, return_path=letter.return_path)
    return _names(
        services, _key_of(session, services), f"letter/{person.key}/{letter.send_on.isoformat()}"
    )


def _key_of(session: Session, services: Services) -> str:
    """Return the secret, asked for once: a session that began before it was made never sees it."""
    key: str | None = session.info.get(MAIL)
    if key is None:
        known = session.get(Secret, MAIL)
        key = known.value if known else services.database.transact(made_key)
        session.info[MAIL] = key
    return key


def new_names(
    session: Session, services: Services, letter: Letter, person: Person, *, at: dt.datetime
) -> MailNames:
    """Return names of its own for a letter that a person sends again, whatever became of it."""
    word = f"letter/{person.key}/{letter.send_on.isoformat()}/{at.isoformat()}"
    return _names(services, made_key(session), word)


def made_key(session: Session) -> str:
    """Return the secret of this data's mail, made the first time; whoever was first made it."""
    insert_new(session, Secret, [{"name": MAIL, "value": secrets.token_hex(_BYTES)}])
    return session.get_one(Secret, MAIL).value


def _names(services: Services, key: str, word: str) -> MailNames:
    domain = services.sender.domain
    message_id = f"<{sealed(key, word)[:ID]}@{domain}>"
    name, _, host = services.bounces_to.partition("@")
    if not host:
        return MailNames(message_id=message_id)
    token = sealed(key, f"return/{message_id}")[:TOKEN]
    return MailNames(message_id=message_id, return_path=f"{name}+{token}@{host}")


def sealed(key: str, word: str) -> str:
    """Return what only who knows the key can say of a word."""
    return hmac.new(bytes.fromhex(key), word.encode(), sha256).hexdigest()
