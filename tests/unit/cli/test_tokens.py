"""`peiyu token`: made for somebody with an account, shown once, listed without it, ended."""

from collections.abc import Callable

from cli.errors import Code
from tests.plugins.terminal import Peiyu


def test_a_token_is_shown_once_listed_and_taken_back(
    peiyu: Peiyu, a_month: Callable[[], None]
) -> None:
    a_month()
    new = ("token", "add", "数据大屏", "--login", "lisi")
    assert "还没有令牌" in peiyu("token", "list").out
    refused = peiyu(*new)
    assert refused.code == Code.PROBLEMS
    assert "peiyu account invite lisi" in refused.err
    assert peiyu("account", "invite", "lisi").code == 0
    assert "有效天数应为 1 到 366" in peiyu(*new, "--days", "999").err

    made = peiyu(*new, "--days", "30", "--read-only")
    assert "只显示这一次" in made.out
    assert "只能读" in made.out
    (secret,) = [word for word in made.out.split() if word.startswith("peiyu_")]
    listed = peiyu("token", "list")
    assert "数据大屏" in listed.out
    assert "没有用过" in listed.out
    assert secret not in listed.out
    assert secret not in str(peiyu("token", "list", "--json").json)
    number = peiyu(*new, "--json").json["id"]
    assert "已收回令牌 2（数据大屏）" in peiyu("token", "revoke", str(number)).out
    assert [each["state"] for each in peiyu("token", "list", "--json").json["tokens"]] == [
        "revoked",
        "good",
    ]
    assert "没有编号为 9 的令牌" in peiyu("token", "revoke", "9").err
