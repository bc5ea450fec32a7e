"""Answers and snoozes: what enterprises answer, what staff keep quiet, and the key of the links

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KINDS = ("rung", "move", "review", "alarm", "digest")


_WORDS = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    _answers()
    _snoozes()
    op.create_table(
        "secret",
        sa.Column("name", _WORDS(), nullable=False),
        sa.Column("value", _WORDS(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    with op.batch_alter_table("letter_item") as item:
        item.add_column(sa.Column("answer_id", sa.Integer(), nullable=True))
        item.create_foreign_key(
            op.f("fk_letter_item_answer_id_answer"), "answer", ["answer_id"], ["id"]
        )
    _say((*_KINDS, "answer"))


def downgrade() -> None:
    op.execute("DELETE FROM letter_item WHERE kind = 'answer'")
    _say(_KINDS)
    with op.batch_alter_table("letter_item") as item:
        item.drop_constraint(op.f("fk_letter_item_answer_id_answer"), type_="foreignkey")
        item.drop_column("answer_id")
    for table in ("secret", "snooze", "answer"):
        op.drop_table(table)


def _answers() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", _WORDS(), nullable=False),
        sa.Column("matter", _WORDS(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", _WORDS(), nullable=False),
        sa.Column("receipt", _WORDS(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("state", _WORDS(), nullable=False),
        sa.Column("settled_by", _WORDS(), nullable=False),
        sa.Column("settled_at", models.base.Instant(), nullable=True),
        sa.Column("reason", _WORDS(), nullable=False),
        sa.CheckConstraint("kind IN ('seen', 'done', 'help')", name=op.f("ck_answer_kind")),
        sa.CheckConstraint(
            "state IN ('noted', 'waiting', 'confirmed', 'returned', 'handled')",
            name=op.f("ck_answer_state"),
        ),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_answer_deadline_id_deadline")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_answer_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("key", name=op.f("uq_answer_key")),
    )
    op.create_index(op.f("ix_answer_matter"), "answer", ["matter"])
    op.create_index(op.f("ix_answer_state"), "answer", ["state"])


def _snoozes() -> None:
    op.create_table(
        "snooze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", _WORDS(), nullable=False),
        sa.Column("by", _WORDS(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", _WORDS(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["deadline.id"], name=op.f("fk_snooze_deadline_id_deadline")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snooze")),
    )
    open_ones = {
        f"{engine}_where": sa.text("ended_on IS NULL") for engine in ("sqlite", "postgresql")
    }
    op.create_index("uq_snooze_active", "snooze", ["deadline_id"], unique=True, **open_ones)


def _say(kinds: tuple[str, ...]) -> None:
    """Let an item be of these kinds and no others."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name = op.f("ck_letter_item_kind")
    with op.batch_alter_table("letter_item") as item:
        item.drop_constraint(name, type_="check")
        item.create_check_constraint(name, f"kind IN ({listed})")
