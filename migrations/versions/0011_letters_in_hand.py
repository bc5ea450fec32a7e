"""Letters in hand: what happened to each letter, and the wordings that staff keep

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "letter_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("act", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("after", words(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("batch", words(), nullable=True),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_event_letter_id_letter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_event")),
        sa.UniqueConstraint("batch", "letter_id", name=op.f("uq_letter_event_batch_letter_id")),
    )
    op.create_index(op.f("ix_letter_event_letter_id"), "letter_event", ["letter_id"])
    op.create_table(
        "letter_wording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter", words(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_wording")),
        sa.UniqueConstraint("letter", "version", name=op.f("uq_letter_wording_letter_version")),
    )


def downgrade() -> None:
    op.drop_table("letter_wording")
    op.drop_index(op.f("ix_letter_event_letter_id"), "letter_event")
    op.drop_table("letter_event")
