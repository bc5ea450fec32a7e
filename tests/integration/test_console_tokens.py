"""令牌 on 我的登录: one's own alone, told once, written down, and refused in words."""

import re

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.api import Token
from models.ledger import AuditEntry
from tests.plugins.desk import Desk


def test_a_token_is_of_whoever_made_it_and_stands_in_the_audit(desk: Desk) -> None:
    clerk, head = desk.signed_in("clerk"), desk.signed_in("head")
    clerk.get("/me")
    page = clerk.post("/me/tokens", {"name": "数据大屏", "days": "30", "may": "act"}).text
    secret = re.findall(r'value="(peiyu_[^"]+)"', page)

    assert len(secret) == 1
    assert secret[0] not in clerk.get("/me").text
    assert "数据大屏" not in head.get("/me").text
    with desk.services.database.reading() as session:
        token = session.scalars(select(Token)).one()
        entry = session.scalars(select(AuditEntry).where(col(AuditEntry.act) == "token.add")).one()
    assert not token.read_only
    assert secret[0] not in token.secret
    assert "数据大屏" in entry.detail
    assert entry.by == "示例经办"
    head.get("/me")
    assert head.post(f"/me/tokens/{token.id}/revoke", {}).status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": " ", "days": "30"}, "请写明令牌的用途"),
        ({"name": "大屏", "days": "0"}, "有效天数应为 1 到 366"),
        ({"name": "大屏", "days": "很久"}, "有效天数应为 1 到 366"),
    ],
)
def test_what_is_wrong_with_a_token_is_said_and_none_is_made(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    clerk = desk.signed_in("clerk")
    clerk.get("/me")

    assert said in clerk.post("/me/tokens", fields).text
    with desk.services.database.reading() as session:
        assert session.scalars(select(Token)).all() == []
