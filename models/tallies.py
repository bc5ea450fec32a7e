"""How many cases, and open dates, are alike: kept beside them, so that no page counts them all.

Triggers keep the numbers, whoever writes a case, a proposal or a date. On SQLite, where one
writes at a time, a number is changed in its place. On PostgreSQL what a statement changed is
appended with its sign, so that nobody waits for a row of somebody else's; readers sum, and
``fold`` makes one row of those that are alike.
"""

from sqlalchemy import Boolean, Column, Connection, Date, Index, Integer, String, Table, text

from models.base import metadata

_FOLDING = 20_260_303  # who holds this lock folds; a second one has nothing to do

CASE_TALLY = "case_tally"
case_tally = Table(
    CASE_TALLY,
    metadata,
    Column("programme", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("revision", String, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("final", String),
    Column("since", Date),  # the day they entered the stage; none of those that have ended
    Column("cycle", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("waiting", Integer, nullable=False),  # of them: a proposal waits for a person
    Index("ix_case_tally", "programme", "stage", "revision", "held", "final", "since", "cycle"),
)
# Of open dates alone.
date_tally = Table(
    "date_tally",
    metadata,
    Column("due_on", Date, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("kind", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("title", String, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("needs_confirmation", Boolean, nullable=False),
    Column("number", Integer, nullable=False),
    Index(
        "ix_date_tally",
        *("due_on", "suspended", "kind", "programme"),
        *("title", "estimated", "provisional", "needs_confirmation"),
    ),
)
TALLIES = (case_tally, date_tally)
NUMBERS = frozenset({"number", "waiting"})


def appended(connection: Connection) -> bool:
    """Say whether there may be many rows of those that are alike, with signs: to be summed."""
    return connection.dialect.name != "sqlite"


def fold(connection: Connection) -> None:
    """Sum up what was appended; whoever writes meanwhile is neither waited for nor kept waiting."""
    if not appended(connection):
        return
    if not connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_FOLDING})")):
        return
    for table in TALLIES:
        connection.execute(text(_folding(table)))


def _folding(table: Table) -> str:
    """Return the one statement that takes the rows out and puts their sums in their place."""
    names = [column.name for column in table.c]
    alike = ", ".join(name for name in names if name not in NUMBERS)
    sums = [f"sum({name})" for name in names if name in NUMBERS]
    differ = " OR ".join(f"{each} <> 0" for each in sums)
    return (
        f"WITH gone AS (DELETE FROM {table.name} RETURNING *) "  # noqa: S608 - words of our own
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {alike}, {', '.join(sums)} "
        f"FROM gone GROUP BY {alike} HAVING {differ}"
    )
