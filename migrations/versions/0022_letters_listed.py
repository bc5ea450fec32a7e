"""Indexes that count the letters by state, and list them from the newest

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_letter_state", "letter", ["state", "send_on", "id"])
    op.create_index("ix_letter_listed", "letter", ["send_on", "id"])


def downgrade() -> None:
    op.drop_index("ix_letter_listed", "letter")
    op.drop_index("ix_letter_state", "letter")
