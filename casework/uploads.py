"""Files between a look and a yes: kept in the tables, so that any console process finds them."""

import datetime as dt
from dataclasses import dataclass
from pathlib import PureWindowsPath

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.accounts import new_secret
from casework.services import Services
from casework.sign_in import Visitor
from models.imports import ImportBatch, Upload
from models.writes import insert_new

KEPT_FOR = dt.timedelta(days=3)
_LONGEST_NAME = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A file that waits, without its content."""

    token: str
    filename: str
    at: dt.datetime


def keep_upload(services: Services, who: Visitor, name: str, content: bytes, digest: str) -> str:
    """Keep a file for its sender; return the token. The same file again is the same one."""
    filename, at = PureWindowsPath(name).name[-_LONGEST_NAME:], services.now()  # no path of theirs
    row = {"token": new_secret(), "person_id": who.person_id, "filename": filename}

    def attempt(session: Session) -> str:
        insert_new(session, Upload, [row | {"digest": digest, "content": content, "at": at}])
        kept = session.scalars(
            select(Upload).where(
                col(Upload.person_id) == who.person_id, col(Upload.digest) == digest
            )
        ).one()
        kept.at, kept.filename = at, filename
        return kept.token

    return services.database.transact(attempt)


def find_upload(services: Services, who: Visitor, token: str) -> Upload | None:
    """Return a file that its sender asks for and that is not too old."""
    with services.database.reading() as session:
        return session.scalars(
            select(Upload).where(
                col(Upload.token) == token,
                col(Upload.person_id) == who.person_id,
                col(Upload.at) > services.now() - KEPT_FOR,
            )
        ).first()


def forgotten(services: Services) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a file has waited too long."""
    return (col(Upload.at) <= services.now() - KEPT_FOR,)


def waiting_uploads(services: Services, who: Visitor) -> tuple[Waiting, ...]:
    """Return somebody's files that wait, the newest first; those that were imported do not."""
    in_force = select(col(ImportBatch.digest)).where(col(ImportBatch.retired) == 0)
    wanted = (
        select(col(Upload.token), col(Upload.filename), col(Upload.at))
        .where(
            col(Upload.person_id) == who.person_id,
            col(Upload.at) > services.now() - KEPT_FOR,
            col(Upload.digest).not_in(in_force),
        )
        .order_by(col(Upload.at).desc())
    )
    with services.database.reading() as session:
        rows = session.execute(wanted).all()
    return tuple(Waiting(token=token, filename=name, at=at) for token, name, at in rows)
