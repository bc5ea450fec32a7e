"""Bad addresses: mailboxes that a server said do not exist

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "bad_address",
        sa.Column("email", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("status", words(), nullable=False),
        sa.Column("said", words(), nullable=False),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_bad_address")),
    )
    # the report of a letter is found by its Message-ID
    op.create_index(op.f("ix_letter_message_id"), "letter", ["message_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_message_id"), "letter")
    op.drop_table("bad_address")
