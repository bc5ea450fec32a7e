"""Mail names: the secret they hang on, and where reports about a letter must have gone

Revision ID: 0008
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "secret",
        sa.Column("name", words(), nullable=False),
        sa.Column("value", words(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    with op.batch_alter_table("letter") as letter:
        letter.add_column(sa.Column("return_path", words(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("letter") as letter:
        letter.drop_column("return_path")
    op.drop_table("secret")
