"""Names by every two characters in them, and indexes for what the console asks

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN = "state = 'open'"
_INDEXES = (
    (
        "ix_case_counted",
        "case",
        (
            "programme",
            "stage",
            "revision",
            "held",
            "final",
            "entered_on",
            "cycle",
            "enterprise_id",
        ),
        None,
    ),
    (
        "ix_case_under_way",
        "case",
        ("programme", "cycle", "enterprise_id", "final"),
        "final IS NULL",
    ),
    ("ix_case_entered", "case", ("entered_on",), "final IS NULL"),
    ("ix_review_waiting", "review", ("opened_on",), _OPEN),
    (
        "ix_deadline_counted",
        "deadline",
        ("programme", "due_on", "suspended_on", "enterprise_id", "state"),
        _OPEN,
    ),
    (
        "ix_deadline_next",
        "deadline",
        ("due_on", "suspended_on", "kind", "programme", "obligation", "enterprise_id", "state"),
        _OPEN,
    ),
    ("ix_deadline_stopped", "deadline", ("suspended_on",), f"{_OPEN} AND suspended_on IS NOT NULL"),
    ("ix_deadline_given_up", "deadline", ("due_on",), "state = 'cannot_file'"),
    ("ix_enterprise_name", "enterprise", ("name",), None),
    ("ix_letter_wrong", "letter", ("send_on",), "state IN ('failed', 'unknown', 'held')"),
    ("ix_letter_item_unsaid", "letter_item", ("speaks_on",), "state = 'suppressed'"),
)
# Of a name longer than any may be, the beginning: to walk along it costs its length each time.
# Of which tables names are kept, and which of their columns says whose they are.
_NAMES = {"enterprise": "id", "alias": "enterprise_id"}
_FILL = """INSERT INTO name_gram (gram, enterprise_id)
SELECT DISTINCT lower(substr(t.name, s.n, 2)), t.{whose} FROM {table} AS t JOIN (
    WITH RECURSIVE seq(n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < 200
    ) SELECT n FROM seq
) AS s ON s.n < length(t.name)
WHERE true ON CONFLICT DO NOTHING"""
# No OR IGNORE: an upsert that fires this would put its own way with conflicts in its place.
_ON_SQLITE = """CREATE TRIGGER {table}_{when}_grams AFTER {what} ON {table} BEGIN
    INSERT INTO name_gram (gram, enterprise_id)
    SELECT DISTINCT lower(substr(name, n, 2)), new.{whose} FROM (
        WITH RECURSIVE seq(n, name) AS (
            SELECT 1, substr(new.name, 1, 201) UNION ALL SELECT n + 1, name FROM seq WHERE n < length(name)
        ) SELECT n, name FROM seq
    ) WHERE n < length(name) AND NOT EXISTS (
        SELECT 1 FROM name_gram AS known
        WHERE known.gram = lower(substr(name, n, 2)) AND known.enterprise_id = new.{whose}
    );
END"""
_FUNCTION = """CREATE FUNCTION {table}_grams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO name_gram (gram, enterprise_id)
    SELECT DISTINCT lower(substr(new.name, n, 2)), new.{whose}
    FROM generate_series(1, least(length(new.name) - 1, 200)) AS n ORDER BY 1
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$"""
_ON_POSTGRES = """CREATE TRIGGER {table}_{when}_grams AFTER {what} ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_grams()"""
_MOMENTS = {"new": "INSERT", "renamed": "UPDATE OF name"}


def upgrade() -> None:
    for name, table, columns, where in _INDEXES:
        partly = sa.text(where) if where else None
        op.create_index(name, table, list(columns), sqlite_where=partly, postgresql_where=partly)
    op.create_table(
        "name_gram",
        sa.Column("gram", sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("gram", "enterprise_id", name=op.f("pk_name_gram")),
        sqlite_with_rowid=False,
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, whose in _NAMES.items():
        op.execute(_FILL.format(table=table, whose=whose))
        if not on_sqlite:
            op.execute(_FUNCTION.format(table=table, whose=whose))
        for when, what in _MOMENTS.items():
            trigger = _ON_SQLITE if on_sqlite else _ON_POSTGRES
            op.execute(trigger.format(table=table, whose=whose, when=when, what=what))


def downgrade() -> None:
    for table in _NAMES:
        on = "" if op.get_bind().dialect.name == "sqlite" else f" ON {table}"
        for when in _MOMENTS:
            op.execute(f"DROP TRIGGER {table}_{when}_grams{on}")
        if on:
            op.execute(f"DROP FUNCTION {table}_grams()")
    op.drop_table("name_gram")
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
