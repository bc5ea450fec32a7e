"""Absences: who stands in for whom, and on whose behalf something is said

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("person_id", "first_on", name=op.f("uq_absence_person_id_first_on")),
    )
    op.create_index(op.f("ix_absence_last_on"), "absence", ["last_on"])
    with op.batch_alter_table("letter_item") as item:
        item.add_column(sa.Column("instead_of_id", sa.Integer(), nullable=True))
        item.create_foreign_key(
            op.f("fk_letter_item_instead_of_id_person"), "person", ["instead_of_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("letter_item") as item:
        item.drop_constraint(op.f("fk_letter_item_instead_of_id_person"), type_="foreignkey")
        item.drop_column("instead_of_id")
    op.drop_index(op.f("ix_absence_last_on"), "absence")
    op.drop_table("absence")
