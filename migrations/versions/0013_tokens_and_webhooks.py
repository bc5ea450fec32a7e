"""Programs: tokens, answers that are kept, webhooks and their calls

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _tokens() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", words(), nullable=False),
        sa.Column("secret", words(length=64), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("made_by", words(), nullable=False),
        sa.Column("made_at", models.base.Instant(), nullable=False),
        sa.Column("until", models.base.Instant(), nullable=False),
        sa.Column("used_at", models.base.Instant(), nullable=True),
        sa.Column("revoked_at", models.base.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_token_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("secret", name=op.f("uq_token_secret")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"])
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", words(length=64), nullable=False),
        sa.Column("asked", words(length=64), nullable=False),
        sa.Column("at", models.base.Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["token.id"], name=op.f("fk_kept_answer_token_id_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_kept_answer_token_id_key")),
    )


def _webhooks() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "webhook",
        sa.Column("name", words(), nullable=False),
        sa.Column("since", models.base.Instant(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook", words(), nullable=False),
        sa.Column("transition_id", sa.Integer(), nullable=False),
        sa.Column("state", words(), nullable=False),
        sa.Column("made_at", models.base.Instant(), nullable=False),
        sa.Column("next_at", models.base.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.Column("ended_at", models.base.Instant(), nullable=True),
        sa.Column("reason", words(), nullable=False),
        sa.CheckConstraint("state IN ('due', 'done', 'dead')", name=op.f("ck_webhook_call_state")),
        sa.ForeignKeyConstraint(
            ["transition_id"],
            ["transition.id"],
            name=op.f("fk_webhook_call_transition_id_transition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_call")),
        sa.UniqueConstraint(
            "transition_id", "webhook", name=op.f("uq_webhook_call_transition_id_webhook")
        ),
    )
    op.create_index(
        "ix_webhook_call_due",
        "webhook_call",
        ["next_at"],
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )


def upgrade() -> None:
    _tokens()
    _webhooks()


def downgrade() -> None:
    op.drop_index("ix_webhook_call_due", "webhook_call")
    op.drop_table("webhook_call")
    op.drop_table("webhook")
    op.drop_table("kept_answer")
    op.drop_index(op.f("ix_token_person_id"), "token")
    op.drop_table("token")
