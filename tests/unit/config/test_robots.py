"""Which addresses a robot may have: its maker's own, or what the office set for a webhook."""

import pytest
from pydantic import ValidationError

from config.robots import RobotPart

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("wecom", WECOM),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=a"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/a"),
        ("webhook", "https://example.cn:8443/hook?room=1"),
        ("webhook", "http://127.0.0.1:8080/hook"),
    ],
)
def test_its_own_address_is_taken(kind: str, url: str) -> None:
    robot = RobotPart.model_validate({"name": "group", "kind": kind, "url": url})

    assert (robot.roles, robot.per_minute) == (("clerk",), 10)
    assert url not in repr(robot)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        pytest.param("wecom", WECOM.replace("https", "http"), id="not encrypted"),
        pytest.param("wecom", WECOM.replace("qq.com", "qq.com.evil.example"), id="another host"),
        pytest.param("wecom", WECOM.replace("qyapi", "a@qyapi"), id="a login in it"),
        pytest.param("wecom", WECOM.replace(".com/", ".com:8443/"), id="another port"),
        pytest.param("wecom", WECOM.partition("?")[0], id="no key"),
        pytest.param("wecom", "https://qyapi.weixin.qq.com/cgi-bin/gettoken?key=a", id="path"),
        pytest.param("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/", id="no token"),
        pytest.param("webhook", "http://example.cn/hook", id="webhook, not encrypted"),
        pytest.param("webhook", "file:///etc/passwd", id="a file"),
    ],
)
def test_any_other_is_refused(kind: str, url: str) -> None:
    with pytest.raises(ValidationError, match="url 应为"):
        RobotPart.model_validate({"name": "group", "kind": kind, "url": url})


def test_only_dingtalk_and_feishu_have_a_secret_beside_their_address() -> None:
    told = {"name": "group", "kind": "wecom", "url": WECOM, "secret": "SECabc"}

    with pytest.raises(ValidationError, match="只有钉钉和飞书"):
        RobotPart.model_validate(told)
    feishu = {"kind": "feishu", "url": "https://open.feishu.cn/open-apis/bot/v2/hook/a"}
    assert RobotPart.model_validate(told | feishu).secret.get_secret_value() == "SECabc"
