"""Signs of life: what a run tells of itself, alarms, held letters, and who keeps the program

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# table -> (column, words before, words since)
_WORDS = {
    "person": ("role", ("contact", "clerk", "head", "leader"), ("operator",)),
    "letter": (
        "state",
        ("queued", "transmitting", "sent", "deferred", "failed", "unknown", "suppressed"),
        ("held",),
    ),
    "letter_item": ("kind", ("rung", "move", "review"), ("alarm", "digest")),
}
_RUN = ("beat_at", "started_by", "program", "pieces", "trouble")


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "heartbeat",
        sa.Column("name", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", words(), nullable=False),
        sa.Column("kind", words(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("raised_at", models.base.Instant(), nullable=False),
        sa.Column("cleared_at", models.base.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("key", name=op.f("uq_alarm_key")),
    )
    with op.batch_alter_table("run") as run:
        run.add_column(sa.Column("beat_at", models.base.Instant(), nullable=True))
        run.add_column(sa.Column("started_by", words(), nullable=False, server_default=""))
        run.add_column(sa.Column("program", words(), nullable=False, server_default=""))
        run.add_column(sa.Column("pieces", sa.Integer(), nullable=False, server_default="0"))
        run.add_column(sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("run_batch") as batch:
        batch.add_column(sa.Column("done_at", models.base.Instant(), nullable=True))
        batch.add_column(sa.Column("worker", words(), nullable=False, server_default=""))
    with op.batch_alter_table("letter_item") as item:
        item.add_column(sa.Column("alarm_id", sa.Integer(), nullable=True))
        item.create_foreign_key(
            op.f("fk_letter_item_alarm_id_alarm"), "alarm", ["alarm_id"], ["id"]
        )
    for table, (column, before, since) in _WORDS.items():
        _say(table, column, (*before, *since))


def downgrade() -> None:
    op.execute("UPDATE letter SET state = 'suppressed' WHERE state = 'held'")
    op.execute("DELETE FROM letter_item WHERE kind IN ('alarm', 'digest')")
    # whoever got letters stays: they are read, and say who wrote to whom
    op.execute("UPDATE person SET role = 'clerk', active = false WHERE role = 'operator'")
    for table, (column, before, _) in _WORDS.items():
        _say(table, column, before)
    with op.batch_alter_table("letter_item") as item:
        item.drop_constraint(op.f("fk_letter_item_alarm_id_alarm"), type_="foreignkey")
        item.drop_column("alarm_id")
    with op.batch_alter_table("run_batch") as batch:
        batch.drop_column("worker")
        batch.drop_column("done_at")
    with op.batch_alter_table("run") as run:
        for column in reversed(_RUN):
            run.drop_column(column)
    op.drop_table("alarm")
    op.drop_table("heartbeat")


def _say(table: str, column: str, words: tuple[str, ...]) -> None:
    """Let a column hold these words and no others."""
    listed = ", ".join(f"'{word}'" for word in words)
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({listed})")
