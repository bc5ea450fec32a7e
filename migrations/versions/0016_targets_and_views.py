"""Targets of a year, saved views, calendar subscriptions

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MEASURES = "measure IN ('new', 'granted', 'stock', 'net')"


def upgrade() -> None:
    _targets()
    _views()
    _feeds()


def _targets() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("division_code", words(length=6), nullable=False),
        sa.Column("programme", words(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("measure", words(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("document", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.CheckConstraint(_MEASURES, name=op.f("ck_target_measure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint(
            "division_code",
            "programme",
            "year",
            "measure",
            "seq",
            name=op.f("uq_target_division_code_programme_year_measure_seq"),
        ),
    )


def _views() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", words(length=40), nullable=False),
        sa.Column("address", words(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("division_code", words(length=6), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_saved_view_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_view_person_id_name")),
    )


def _feeds() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", words(length=64), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("seen_at", models.base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_feed_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_feed")),
        sa.UniqueConstraint("secret", name=op.f("uq_feed_secret")),
    )


def downgrade() -> None:
    op.drop_table("feed")
    op.drop_table("saved_view")
    op.drop_table("target")
