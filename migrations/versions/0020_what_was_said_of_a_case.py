"""Indexes for what was said of a case, and for who holds what

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_OF_ITEMS = ("transition_id", "review_id")


def upgrade() -> None:
    for column in _OF_ITEMS:
        there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_letter_item_{column}",
            "letter_item",
            [column],
            sqlite_where=there,
            postgresql_where=there,
        )
    op.create_index(
        "ix_qualification_held",
        "qualification",
        ["kind", "enterprise_id", "valid_from", "valid_to"],
    )


def downgrade() -> None:
    op.drop_index("ix_qualification_held", "qualification")
    for column in _OF_ITEMS:
        op.drop_index(f"ix_letter_item_{column}", "letter_item")
