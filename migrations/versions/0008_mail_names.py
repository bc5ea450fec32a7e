"""Mail names: where reports about a letter must have gone; robots

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = ("contact", "clerk", "head", "leader", "operator")


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    with op.batch_alter_table("letter") as letter:
        letter.add_column(sa.Column("return_path", words(), nullable=False, server_default=""))
        letter.add_column(sa.Column("handed_at", models.base.Instant(), nullable=True))
    # the pace asks how many left within the last minute
    op.create_index(op.f("ix_letter_handed_at"), "letter", ["handed_at"])
    _say((*_ROLES, "robot"))


def downgrade() -> None:
    # what a robot said stays: it says what was said; it is nobody's letter any more
    op.execute("UPDATE person SET role = 'clerk', active = false WHERE role = 'robot'")
    _say(_ROLES)
    op.drop_index(op.f("ix_letter_handed_at"), "letter")
    with op.batch_alter_table("letter") as letter:
        letter.drop_column("handed_at")
        letter.drop_column("return_path")


def _say(words: tuple[str, ...]) -> None:
    """Let a person's role be one of these words and no other."""
    listed = ", ".join(f"'{word}'" for word in words)
    name = op.f("ck_person_role")
    with op.batch_alter_table("person") as person:
        person.drop_constraint(name, type_="check")
        person.create_check_constraint(name, f"role IN ({listed})")
