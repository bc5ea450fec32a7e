"""Rules that somebody compared with their document; rehearsals asked for on a page

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


_words = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", _words(), nullable=False),
        sa.Column("part", _words(), nullable=False),
        sa.Column("key", _words(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("document", _words(), nullable=False),
        sa.Column("clause", _words(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", _words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.CheckConstraint(
            "part IN ('criterion', 'obligation')", name=op.f("ck_confirmation_part")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint(
            "programme", "part", "key", "seq", name=op.f("uq_confirmation_programme_part_key_seq")
        ),
    )
    _rehearsals()


def _rehearsals() -> None:
    op.create_table(
        "rehearsal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wish", _words(length=64), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", _words(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("by", _words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("ended_at", models.base.Instant(), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'finished', 'failed')", name=op.f("ck_rehearsal_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
        sa.UniqueConstraint("wish", name=op.f("uq_rehearsal_wish")),
    )


def downgrade() -> None:
    op.drop_table("rehearsal")
    op.drop_table("confirmation")
