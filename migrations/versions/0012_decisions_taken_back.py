"""Decisions and their taking back, whose case it is, notes

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_VERBS = "'approve', 'return', 'hold', 'resume', 'waive', 'withdraw', 'reopen'"


def upgrade() -> None:
    _decisions()
    _assignments()
    _notes()
    with op.batch_alter_table("case") as case:
        case.add_column(sa.Column("officer_id", sa.Integer(), nullable=True))
        case.create_foreign_key(op.f("fk_case_officer_id_person"), "person", ["officer_id"], ["id"])
        case.create_index(op.f("ix_case_officer_id"), ["officer_id"])
    with op.batch_alter_table("waiver") as waiver:
        waiver.add_column(
            sa.Column("revoked", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def _decisions() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("verb", words(), nullable=False),
        sa.Column("reason", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.CheckConstraint(f"verb IN ({_VERBS})", name=op.f("ck_decision_verb")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_decision_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_decision_case_id_seq")),
    )
    op.create_table(
        "undoing",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reason", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_undoing_decision_id_decision")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_undoing")),
    )


def _assignments() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_assignment_case_id_case")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_assignment_case_id_seq")),
    )


def _notes() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", words(length=64), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("struck_by", words(), nullable=False),
        sa.Column("struck_at", models.base.Instant(), nullable=True),
        sa.Column("struck_reason", words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_note_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_note_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("key", name=op.f("uq_note_key")),
    )
    op.create_index(op.f("ix_note_enterprise_id"), "note", ["enterprise_id"])


def downgrade() -> None:
    op.execute("DELETE FROM waiver WHERE revoked")
    with op.batch_alter_table("waiver") as waiver:
        waiver.drop_column("revoked")
    with op.batch_alter_table("case") as case:
        case.drop_index(op.f("ix_case_officer_id"))
        case.drop_constraint(op.f("fk_case_officer_id_person"), type_="foreignkey")
        case.drop_column("officer_id")
    op.drop_index(op.f("ix_note_enterprise_id"), "note")
    op.drop_table("note")
    op.drop_table("assignment")
    op.drop_table("undoing")
    op.drop_table("decision")
