"""Clocks of deadlines: what was suspended, extended or given up; waivers end with a return

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_EVER = ("case_id", "stage", "need")  # what a waiver was unique by
_STAY = (*_EVER, "version")
_BEFORE = ("open", "met", "waived", "superseded")


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "clock_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enterprise_id", sa.Integer(), nullable=False),
        sa.Column("programme", words(), nullable=False),
        sa.Column("obligation", words(), nullable=False),
        sa.Column("subject", words(), nullable=False),
        sa.Column("period", words(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", words(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", words(), nullable=False),
        sa.Column("document", words(), nullable=False),
        sa.Column("by", words(), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.CheckConstraint(
            "act IN ('suspend', 'resume', 'extend', 'waive', 'cannot_file', 'undo')",
            name=op.f("ck_clock_event_act"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"],
            ["enterprise.id"],
            name=op.f("fk_clock_event_enterprise_id_enterprise"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_event")),
        sa.UniqueConstraint(
            *("enterprise_id", "programme", "obligation", "subject", "period", "seq"),
            name=op.f("uq_clock_event_enterprise_id_programme_obligation_subject_period_seq"),
        ),
    )
    with op.batch_alter_table("deadline") as deadline:
        deadline.add_column(sa.Column("suspended_on", sa.Date(), nullable=True))
    _say((*_BEFORE, "cannot_file"))
    _let_waivers_end()


def downgrade() -> None:
    op.execute(
        "DELETE FROM waiver WHERE id NOT IN "
        "(SELECT max(id) FROM waiver GROUP BY case_id, stage, need)"
    )
    _once_for(_EVER, instead_of=_STAY)
    with op.batch_alter_table("waiver") as waiver:
        waiver.drop_column("version")
    op.execute("UPDATE deadline SET state = 'waived' WHERE state = 'cannot_file'")
    _say(_BEFORE)
    with op.batch_alter_table("deadline") as deadline:
        deadline.drop_column("suspended_on")
    op.drop_table("clock_event")


def _let_waivers_end() -> None:
    """Let a waiver be good until its case comes into that stage anew; it is good by now."""
    with op.batch_alter_table("waiver") as waiver:
        waiver.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        'UPDATE waiver SET version = (SELECT version FROM "case" WHERE "case".id = waiver.case_id)'
    )
    _once_for(_STAY, instead_of=_EVER)


def _once_for(columns: tuple[str, ...], *, instead_of: tuple[str, ...]) -> None:
    with op.batch_alter_table("waiver") as waiver:
        waiver.drop_constraint(op.f(f"uq_waiver_{'_'.join(instead_of)}"), type_="unique")
        waiver.create_unique_constraint(op.f(f"uq_waiver_{'_'.join(columns)}"), list(columns))


def _say(words: tuple[str, ...]) -> None:
    """Let a deadline's state be one of these words and no other."""
    listed = ", ".join(f"'{word}'" for word in words)
    name = op.f("ck_deadline_state")
    with op.batch_alter_table("deadline") as deadline:
        deadline.drop_constraint(name, type_="check")
        deadline.create_check_constraint(name, f"state IN ({listed})")
