"""Merges of enterprises; the audit chain of one subject is found quickly

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_IN_FORCE = sa.text("undone_at IS NULL")


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("reason", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("undone_by", words(), nullable=False),
        sa.Column("undone_at", models.base.Instant(), nullable=True),
        sa.Column("undone_reason", words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gone_id"], ["enterprise.id"], name=op.f("fk_merge_gone_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["enterprise.id"], name=op.f("fk_merge_kept_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_kept_id"), "merge", ["kept_id"])
    op.create_index(
        "uq_merge_in_force",
        "merge",
        ["gone_id"],
        unique=True,
        sqlite_where=_IN_FORCE,
        postgresql_where=_IN_FORCE,
    )
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_entry_subject"), "audit_entry")
    op.drop_table("merge")
