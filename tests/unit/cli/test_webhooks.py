"""`peiyu webhooks`: made, tried, listed; what is secret is never shown."""

import json
from collections.abc import Callable

import pytest

from cli.errors import Code
from tests.plugins.robot_server import RobotServer
from tests.plugins.terminal import Peiyu


def test_a_webhook_is_set_up_tried_and_told_of_nothing_old(
    peiyu: Peiyu, a_month: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_month()
    assert "没有 webhook" in peiyu("webhooks", "list").out
    secret = peiyu("webhooks", "secret", "--json").json["secret"]
    assert peiyu("webhooks", "secret").out.startswith("whsec_")
    with RobotServer() as server:
        server.answers = [(204, "")]
        hook = {"name": "board", "url": f"{server.url}/hook", "secret": secret}
        monkeypatch.setenv("PEIYU_WEBHOOKS", json.dumps([hook]))
        shown = peiyu("config", "show").out
        assert secret not in shown
        assert server.url not in shown
        assert "board 已收下" in peiyu("webhooks", "test", "board").out
        assert server.told[0].body["type"] == "test"
        server.answers = [(500, "")]
        failed = peiyu("webhooks", "test", "board", "--json")
        assert (failed.code, failed.json["taken"]) == (Code.PROBLEMS, False)
        assert "HTTP 500" in peiyu("webhooks", "test", "board").err
        assert peiyu("run", "deliver", "--plain").code == 0
        assert len(server.told) == 3
    assert "重新送 0 条" in peiyu("webhooks", "retry", "board").out
    assert "有的是：board" in peiyu("webhooks", "retry", "x").err
    (line,) = peiyu("webhooks", "list", "--json").json["webhooks"]
    assert (line["name"], line["due"], line["done"], line["dead"]) == ("board", 0, 0, 0)
    assert "board" in peiyu("webhooks", "list").out
