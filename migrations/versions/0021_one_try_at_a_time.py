"""An enterprise has one case of a programme and year under way at a time: a key says so

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from policy.spoken import SpokenError

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TWICE = """SELECT e.uscc, c.programme, c.cycle, count(*) FROM "case" AS c
    JOIN enterprise AS e ON e.id = c.enterprise_id WHERE c.final IS NULL
    GROUP BY e.uscc, c.programme, c.cycle HAVING count(*) > 1 ORDER BY 1, 2, 3"""
_SHOWN = 20


def upgrade() -> None:
    if twice := op.get_bind().execute(sa.text(_TWICE)).all():
        lines = [f"{row[0]} {row[1]} {row[2]}：{row[3]} 个" for row in twice[:_SHOWN]]
        more = f"\n……另有 {len(twice) - _SHOWN} 行" if len(twice) > _SHOWN else ""
        raise SpokenError(
            "同一家企业同一项目同一年度有几个在办事项，只能有一个。"
            "请先用原来的版本放弃多余的：\n" + "\n".join(lines) + more
        )
    under_way = sa.text("final IS NULL")
    op.create_index(
        "uq_case_under_way",
        "case",
        ["enterprise_id", "programme", "cycle"],
        unique=True,
        sqlite_where=under_way,
        postgresql_where=under_way,
    )


def downgrade() -> None:
    op.drop_index("uq_case_under_way", "case")
