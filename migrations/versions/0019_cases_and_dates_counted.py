# ruff: noqa: S608 - every word of these statements is ours
"""Cases and open dates that are alike are counted beside them, by triggers

Revision ID: 0019
Revises: 0018
"""

from dataclasses import dataclass

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


@dataclass(frozen=True)
class _Tally:
    """What is counted, how it is alike (``@`` is its row), and which columns that hangs on."""

    table: str
    of: str
    alike: dict[str, str]
    numbers: dict[str, str]
    hangs_on: tuple[str, ...]
    where: str = "true"

    @property
    def names(self) -> str:
        return ", ".join((*self.alike, *self.numbers))

    def row(self, row: str) -> str:
        return ", ".join(each.replace("@", row) for each in self.alike.values())

    def is_alike(self, row: str) -> str:
        said = self.alike.items()
        return " AND ".join(
            f"{self.table}.{name} IS {each.replace('@', row)}" for name, each in said
        )


_WAITS = """CASE WHEN EXISTS (
    SELECT 1 FROM review WHERE review.case_id = @.id AND review.state = 'open'
) THEN 1 ELSE 0 END"""
_CASES = _Tally(
    table="case_tally",
    of='"case"',
    alike={
        **{name: f"@.{name}" for name in ("programme", "stage", "revision", "held", "final")},
        "since": "CASE WHEN @.final IS NULL THEN @.entered_on END",
        "cycle": "@.cycle",
    },
    numbers={"number": "1", "waiting": _WAITS},
    hangs_on=("programme", "stage", "revision", "held", "final", "entered_on", "cycle"),
)
_MARKS = ("kind", "programme", "title", "estimated", "provisional", "needs_confirmation")
_DATES = _Tally(
    table="date_tally",
    of="deadline",
    alike={
        "due_on": "@.due_on",
        "suspended": "(@.suspended_on IS NOT NULL)",
        **{name: f"@.{name}" for name in _MARKS},
    },
    numbers={"number": "1"},
    hangs_on=("due_on", "suspended_on", *_MARKS, "state"),
    where="@.state = 'open'",
)
_WHEN = {"INSERT": "new", "UPDATE": "moved", "DELETE": "gone"}


def _filled(tally: _Tally) -> str:
    sums = ", ".join(f"sum({each.replace('@', 'r')})" for each in tally.numbers.values())
    alike = ", ".join(str(number) for number in range(1, len(tally.alike) + 1))
    return (
        f"INSERT INTO {tally.table} ({tally.names}) SELECT {tally.row('r')}, {sums} "
        f"FROM {tally.of} AS r WHERE {tally.where.replace('@', 'r')} GROUP BY {alike}"
    )


# No upsert in a trigger: a statement that fires it with its own way with conflicts would put
# that way in its place.
def _one_more(tally: _Tally, row: str) -> str:
    t, where = tally.table, tally.where.replace("@", row)
    nothing = ", ".join("0" for _ in tally.numbers)
    return f"""INSERT INTO {t} ({tally.names}) SELECT {tally.row(row)}, {nothing} WHERE {where}
        AND NOT EXISTS (SELECT 1 FROM {t} WHERE {tally.is_alike(row)});
    {_changed(tally, row, "+")}"""


def _one_less(tally: _Tally, row: str) -> str:
    return f"""{_changed(tally, row, "-")}
    DELETE FROM {tally.table} WHERE {tally.is_alike(row)} AND number = 0;"""


def _changed(tally: _Tally, row: str, sign: str) -> str:
    said = tally.numbers.items()
    sums = ", ".join(f"{name} = {name} {sign} {each.replace('@', row)}" for name, each in said)
    return f"""UPDATE {tally.table} SET {sums}
        WHERE {tally.is_alike(row)} AND {tally.where.replace("@", row)};"""


def _on_sqlite(tally: _Tally) -> None:
    differs = " OR ".join(f"old.{name} IS NOT new.{name}" for name in tally.hangs_on)
    acts = {
        "INSERT": _one_more(tally, "new"),
        f"UPDATE OF {', '.join(tally.hangs_on)}": (
            _one_less(tally, "old") + _one_more(tally, "new")
        ),
        "DELETE": _one_less(tally, "old"),
    }
    for what, act in acts.items():
        name = f"{tally.table}_{_WHEN[what.split()[0]]}"
        when = f"WHEN {differs}" if what.startswith("UPDATE") else ""
        op.execute(f"CREATE TRIGGER {name} AFTER {what} ON {tally.of} {when} BEGIN {act} END")


_PROPOSALS = {  # of one row each: when it is about an open proposal, how many more wait
    "INSERT": (("new", "+"),),
    "UPDATE OF state, case_id": (("old", "-"), ("new", "+")),
    "DELETE": (("old", "-"),),
}


def _proposals_on_sqlite() -> None:
    for what, rows in _PROPOSALS.items():
        acts = "".join(
            f"""UPDATE case_tally SET waiting = waiting {sign} 1 WHERE {row}.state = 'open'
            AND rowid = (SELECT case_tally.rowid FROM "case" AS r JOIN case_tally
            ON {_CASES.is_alike("r")} WHERE r.id = {row}.case_id);"""
            for row, sign in rows
        )
        name = f"review_tally_{_WHEN[what.split()[0]]}"
        op.execute(f"CREATE TRIGGER {name} AFTER {what} ON review BEGIN {acts} END")


_CAME = "SELECT come.*, 1 AS sign FROM come"
_WENT = "SELECT gone.*, -1 AS sign FROM gone"
_TABLES = {
    "INSERT": "NEW TABLE AS come",
    "UPDATE": "OLD TABLE AS gone NEW TABLE AS come",
    "DELETE": "OLD TABLE AS gone",
}


def _on_postgres(tally: _Tally) -> None:
    """Append what a statement changed: one row of those that are alike, with its sign."""
    old, new = (", ".join(f"{row}.{c}" for c in tally.hangs_on) for row in ("gone", "come"))
    differs = f"WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
    rows = {
        "INSERT": _CAME,
        "UPDATE": f"{_WENT} JOIN come USING (id) {differs} UNION ALL "
        f"{_CAME} JOIN gone USING (id) {differs}",
        "DELETE": _WENT,
    }
    alike = ", ".join(str(number) for number in range(1, len(tally.alike) + 1))
    sums = [f"sum(r.sign * {each.replace('@', 'r')})" for each in tally.numbers.values()]
    for what, each in rows.items():
        act = f"""INSERT INTO {tally.table} ({tally.names})
            SELECT {tally.row("r")}, {", ".join(sums)} FROM ({each}) AS r
            WHERE {tally.where.replace("@", "r")} GROUP BY {alike}
            HAVING {" OR ".join(f"{each} <> 0" for each in sums)};"""
        _after(what, tally.of, f"{tally.table}_{_WHEN[what]}", act)


def _proposals_on_postgres() -> None:
    """Hold the cases meanwhile: one that moves at this moment would be counted where it was."""
    went, came = (f"{each} WHERE state = 'open'" for each in (_WENT, _CAME))
    rows = {"INSERT": came, "UPDATE": f"{went} UNION ALL {came}", "DELETE": went}
    for what, each in rows.items():
        changed = f"""SELECT case_id, sum(sign) AS sign FROM ({each}) AS r
            GROUP BY case_id HAVING sum(sign) <> 0"""
        act = f"""PERFORM 1 FROM "case" WHERE id IN (SELECT case_id FROM ({changed}) AS c)
                ORDER BY id FOR NO KEY UPDATE;
            INSERT INTO case_tally ({_CASES.names}) SELECT {_CASES.row("r")}, 0, sum(c.sign)
            FROM ({changed}) AS c JOIN "case" AS r ON r.id = c.case_id
            GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(c.sign) <> 0;"""
        _after(what, "review", f"review_tally_{_WHEN[what]}", act)


def _after(what: str, table: str, name: str, act: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {act} RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} AFTER {what} ON {table} REFERENCING {_TABLES[what]} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "case_tally",
        *(sa.Column(name, words(), nullable=False) for name in ("programme", "stage", "revision")),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("final", words(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        *(sa.Column(n, sa.Integer(), nullable=False) for n in ("cycle", "number", "waiting")),
    )
    op.create_index("ix_case_tally", "case_tally", list(_CASES.alike))
    op.create_table(
        "date_tally",
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        *(sa.Column(name, words(), nullable=False) for name in _MARKS[:3]),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in _MARKS[3:]),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    op.create_index("ix_date_tally", "date_tally", list(_DATES.alike))
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for tally in (_CASES, _DATES):
        op.execute(_filled(tally))
        (_on_sqlite if on_sqlite else _on_postgres)(tally)
    (_proposals_on_sqlite if on_sqlite else _proposals_on_postgres)()


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for tally, table in (
        ("case_tally", '"case"'),
        ("date_tally", "deadline"),
        ("review_tally", "review"),
    ):
        for when in _WHEN.values():
            op.execute(f"DROP TRIGGER {tally}_{when}{'' if on_sqlite else f' ON {table}'}")
            if not on_sqlite:
                op.execute(f"DROP FUNCTION {tally}_{when}()")
    op.drop_table("date_tally")
    op.drop_table("case_tally")
