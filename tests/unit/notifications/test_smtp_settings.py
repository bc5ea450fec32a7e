from dataclasses import replace
from pathlib import Path

import pytest

from notifications.smtp import SmtpSettings

GOOD = SmtpSettings(host="mail.office.example", username="clerk", password="secret-1")


def test_settings_as_an_office_writes_them_have_no_fault() -> None:
    assert GOOD.problems() == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"host": ""}, "没有填写邮件服务器地址（smtp.host）"),
        ({"port": 0}, "端口 0 不对，应在 1 到 65535 之间（smtp.port）"),
        ({"port": 65_536}, "端口 65536 不对，应在 1 到 65535 之间（smtp.port）"),
        ({"username": "示例"}, "只能用英文字母、数字和半角符号"),
        ({"password": "密码１"}, "只能用英文字母、数字和半角符号"),
        ({"security": "plain"}, "不加密的连接只能在本机使用账号"),
        ({"ca_file": Path("no-such.pem")}, "找不到证书文件“no-such.pem”（smtp.ca_file）"),
        ({"connect_seconds": 0}, "等待秒数必须大于 0"),
        ({"command_seconds": -1}, "等待秒数必须大于 0"),
        ({"body_seconds": 0}, "等待秒数必须大于 0"),
    ],
)
def test_a_wrong_setting_is_told_with_its_name(wrong: dict[str, object], told: str) -> None:
    (problem,) = replace(GOOD, **wrong).problems()  # type: ignore[arg-type]

    assert told in problem
    assert "secret-1" not in problem


def test_every_wrong_setting_is_told_at_once() -> None:
    assert len(SmtpSettings(host="", port=-1, connect_seconds=0).problems()) == 3


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_an_account_may_go_unencrypted_to_this_machine_itself(host: str) -> None:
    assert replace(GOOD, host=host, security="plain").problems() == ()


def test_without_an_account_a_plain_connection_is_the_offices_choice() -> None:
    assert replace(GOOD, username="", password="", security="plain").problems() == ()


def test_a_certificate_file_that_is_there_is_fine(tmp_path: Path) -> None:
    (tmp_path / "office.pem").touch()

    assert replace(GOOD, ca_file=tmp_path / "office.pem").problems() == ()


def test_a_password_is_not_shown_with_the_settings() -> None:
    assert "secret-1" not in repr(GOOD)
