"""Accounts of the console: passwords, sign-ins, failed tries

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "account",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("password", words(), nullable=False),
        sa.Column("changed_at", models.base.Instant(), nullable=True),
        sa.Column("invitation", words(length=64), nullable=False),
        sa.Column("invited_until", models.base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_invitation"), "account", ["invitation"])
    op.create_table(
        "sign_in",
        sa.Column("id", words(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seal", words(length=64), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("seen_at", models.base.Instant(), nullable=False),
        sa.Column("address", words(), nullable=False),
        sa.Column("browser", words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"])
    op.create_table(
        "failed_try",
        sa.Column("of", words(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", models.base.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("of", name=op.f("pk_failed_try")),
    )


def downgrade() -> None:
    op.drop_table("failed_try")
    op.drop_index(op.f("ix_sign_in_person_id"), "sign_in")
    op.drop_table("sign_in")
    op.drop_index(op.f("ix_account_invitation"), "account")
    op.drop_table("account")
