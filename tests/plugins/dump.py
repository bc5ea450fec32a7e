"""A database as its readers know it: every row in natural words, without ids and clock times.

Two databases that say the same are equal here, whatever the engine and whatever crashed on the
way: surrogate keys, instants and the audit seals that cover instants are left out, and so is the
secret that is drawn by lot; a Message-ID that hangs on it as it should is told as "its own".
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.mail_names import ID, MAIL, sealed
from models.base import Instant
from models.copies import Survey, survey
from models.engine import Database, make_engine
from models.secret import Secret
from models.tables import metadata

# What names a row of a table that others point at.
_NAMES = {
    "enterprise": ("uscc",),
    "person": ("key",),
    "case": ("enterprise_id", "programme", "cycle", "round"),
    "import_batch": ("digest", "retired"),
    "deadline": ("enterprise_id", "programme", "obligation", "subject", "period", "projection"),
    "qualification": ("kind", "number"),
    "letter": ("person_id", "send_on"),
    "transition": ("case_id", "seq"),
    "decision": ("case_id", "seq"),
    "token": ("secret",),
    "alarm": ("key",),
    "answer": ("key",),
    "review": ("case_id", "stage", "proposes", "opened_on", "state"),
}
_UNTOLD = {"previous", "seal", "lease", "started_by", "worker"}
# Who works at this moment, and how often something was tried, is nothing that was done.
# Pairs of characters of names only narrow a search down: those of a former name may stay. What
# is counted of cases and dates follows from them; `tallied` says whether it does.
_PASSING = {"lease", "heartbeat", "secret", "name_gram", "case_tally", "date_tally"}

Dump = dict[str, list[tuple[tuple[str, str], ...]]]


def dump(database: Database) -> Dump:
    """Return table -> its rows, sorted, each as (column, value in words) pairs."""
    with database.reading() as session:
        names, key = _Names(session), _key(session)
        return {
            table.name: sorted(
                tuple(_row(table, row, names, key))
                for row in _rows(session, table)
                if not _is_beside(table, row)
            )
            for table in metadata.sorted_tables
            if table.name not in _PASSING
        }


def _is_beside(table: Table, row: Any) -> bool:
    """Say whether a row tells of a backup or of a try: what was done hangs on neither."""
    tried = table.name == "letter_event" and row["act"] == "attempt"
    return tried or (table.name == "run" and row["kind"] == "backup")


def done_for_enterprises(found: Dump, operator: str) -> Dump:
    """Return the same without what is told of the program itself: alarms, and who keeps it.

    ``operator`` is the login of whoever gets letters of nothing else.
    """
    staff = f"staff/{operator}"

    def of_the_program(table: str, row: tuple[tuple[str, str], ...]) -> bool:
        said = dict(row)
        if table == "run":  # the operator's letters are counted there
            return said["kind"] == "deliver"
        mine = said.get("person_id") == staff or said.get("kind") == "alarm"
        return table in {"letter", "letter_item"} and mine

    return {
        table: [row for row in rows if not of_the_program(table, row)]
        for table, rows in found.items()
        if table not in {"alarm", "lease"}
    }


def differences(one: Dump, other: Dump) -> list[str]:
    """Return the first differing rows of each table, for a failure that can be read."""
    found: list[str] = []
    for table in one:
        here, there = set(one[table]), set(other[table])
        found += [f"only first, {table}: {dict(row)}" for row in sorted(here - there)[:3]]
        found += [f"only second, {table}: {dict(row)}" for row in sorted(there - here)[:3]]
        if here == there and len(one[table]) != len(other[table]):
            found.append(f"{table}: {len(one[table])} rows and {len(other[table])}")
    return found


class _Names:
    """Looks up the natural words of a row by its id."""

    def __init__(self, session: Session) -> None:
        self._rows = {
            name: {row["id"]: row for row in _rows(session, metadata.tables[name])}
            for name in _NAMES
        }

    def of(self, table: str, id_: int | None) -> str:
        if id_ is None:
            return ""
        row = self._rows[table][id_]
        return "/".join(self.word(metadata.tables[table], name, row) for name in _NAMES[table])

    def word(self, table: Table, column: str, row: Any) -> str:
        target = next(iter(table.c[column].foreign_keys), None)
        if target is None or target.column.name != "id":
            return str(row[column])
        return self.of(target.column.table.name, row[column])


def _rows(session: Session, table: Table) -> list[Any]:
    return list(session.execute(select(table)).mappings())


def _key(session: Session) -> str:
    return session.scalar(select(col(Secret.value)).where(col(Secret.name) == MAIL)) or ""


def _row(table: Table, row: Any, names: _Names, key: str) -> Iterator[tuple[str, str]]:
    surrogate = "id" in table.c
    for column in table.c:
        if isinstance(column.type, Instant) or column.name in _UNTOLD:
            continue
        if (surrogate and column.name == "id") or (table.name, column.name) == ("secret", "value"):
            continue
        if column.name == "message_id" and _is_its_own(row, names, key):
            yield column.name, "its own"
            continue
        yield column.name, names.word(table, column.name, row)


def _is_its_own(row: Any, names: _Names, key: str) -> bool:
    """Say whether a letter goes by the name that this database's secret gives it."""
    person = names.of("person", row["person_id"])
    word = f"letter/{person}/{row['send_on'].isoformat()}"
    return bool(key) and row["message_id"].startswith(f"<{sealed(key, word)[:ID]}@")


def surveyed(url: str) -> dict[str, Survey]:
    """Return how many rows each table of a database has, and a digest of them."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = survey(connection)
    engine.dispose()
    return found


def quiet(_table: str, _rows: int) -> None:
    """Hear nothing of how far a copy has come."""
