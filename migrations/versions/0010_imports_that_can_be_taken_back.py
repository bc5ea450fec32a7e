"""Imports that can be taken back: what each wrote, and files that wait for a yes

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What was imported where there is only one division was imported by that division.
_THE_ONLY_DIVISION = """
UPDATE import_batch SET division = (SELECT MIN(division_code) FROM enterprise)
WHERE (SELECT COUNT(DISTINCT division_code) FROM enterprise) = 1
"""


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    with op.batch_alter_table("import_batch") as batch:
        batch.add_column(sa.Column("retired", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("division", words(length=6), nullable=False, server_default=""))
        batch.add_column(sa.Column("undone_by", words(), nullable=False, server_default=""))
        batch.add_column(sa.Column("undone_at", models.base.Instant(), nullable=True))
        batch.add_column(sa.Column("undoing", sa.Text(), nullable=False, server_default="{}"))
        batch.drop_constraint(op.f("uq_import_batch_digest"), type_="unique")
        batch.create_unique_constraint(
            op.f("uq_import_batch_digest_retired"), ["digest", "retired"]
        )
    op.execute(_THE_ONLY_DIVISION)
    _traces()
    _uploads()


def _traces() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "import_trace",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("uscc", words(length=18), nullable=False),
        sa.Column("name", words(), nullable=False),
        sa.Column("division_code", words(length=6), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_trace_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_trace")),
        sa.UniqueConstraint("batch_id", "uscc", name=op.f("uq_import_trace_batch_id_uscc")),
    )
    op.create_index(op.f("ix_import_trace_uscc"), "import_trace", ["uscc"])


def _uploads() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", words(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("filename", words(), nullable=False),
        sa.Column("digest", words(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_upload_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("person_id", "digest", name=op.f("uq_upload_person_id_digest")),
        sa.UniqueConstraint("token", name=op.f("uq_upload_token")),
    )


def downgrade() -> None:
    op.drop_table("upload")
    op.drop_index(op.f("ix_import_trace_uscc"), "import_trace")
    op.drop_table("import_trace")
    # a file that was taken back counts as not imported; its audit entries stay
    op.execute("DELETE FROM import_batch WHERE retired <> 0")
    with op.batch_alter_table("import_batch") as batch:
        batch.drop_constraint(op.f("uq_import_batch_digest_retired"), type_="unique")
        batch.create_unique_constraint(op.f("uq_import_batch_digest"), ["digest"])
        for name in ("undoing", "undone_at", "undone_by", "division", "retired"):
            batch.drop_column(name)
