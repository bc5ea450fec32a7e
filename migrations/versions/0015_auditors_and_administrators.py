"""Auditors and administrators among the roles of a person

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ROLES = ("contact", "clerk", "head", "leader", "operator", "robot")


def upgrade() -> None:
    _say((*_ROLES, "auditor", "admin"))


def downgrade() -> None:
    # an older program knows neither; what they did stays theirs, and nobody gets their letters
    op.execute(
        "UPDATE person SET role = 'clerk', active = false WHERE role IN ('auditor', 'admin')"
    )
    _say(_ROLES)


def _say(words: tuple[str, ...]) -> None:
    """Let a person's role be one of these words and no other."""
    listed = ", ".join(f"'{word}'" for word in words)
    name = op.f("ck_person_role")
    with op.batch_alter_table("person") as person:
        person.drop_constraint(name, type_="check")
        person.create_check_constraint(name, f"role IN ({listed})")
