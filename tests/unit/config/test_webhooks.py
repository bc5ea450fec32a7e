"""Which webhooks the settings may name: encrypted or at home, with a key of some length."""

import pytest
from pydantic import ValidationError

from config.settings import Settings
from config.webhooks import WebhookPart, key_of

SECRET = "whsec_" + "QUJD" * 8
FAR = "https://example.cn/peiyu?room=1"


def part(**more: object) -> WebhookPart:
    told = {"name": "board", "url": FAR, "secret": SECRET}
    return WebhookPart.model_validate({**told, **more})


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="https"),
        pytest.param({"url": "http://127.0.0.1:9000/"}, id="here"),
        pytest.param({"url": "http://10.0.0.7/x", "plain_http": True}, id="plain, as told"),
    ],
)
def test_what_is_proper_is_taken_and_nothing_of_it_is_shown(more: dict[str, object]) -> None:
    made = part(**more)

    assert key_of(made.key_words) == b"ABC" * 8
    assert SECRET not in repr(made)
    assert made.url.get_secret_value() not in repr(made)
    assert made.events == ("case.moved", "case.ended")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param({"url": "http://example.cn/x"}, "url 应为 https", id="not encrypted"),
        pytest.param({"url": "https://a:b@example.cn/"}, "不带用户名", id="a login in it"),
        pytest.param({"url": "file:///etc/passwd"}, "url 应为 https", id="a file"),
        pytest.param({"secret": "QUJD" * 8}, "以 whsec_ 开头", id="no mark"),
        pytest.param({"secret": "whsec_QUJD"}, "peiyu webhooks secret", id="short"),
        pytest.param({"secret": "whsec_!"}, "peiyu webhooks secret", id="no base64"),
        pytest.param({"events": ["x"]}, "case.moved", id="event"),
        pytest.param({"events": []}, "at least 1", id="no event"),
    ],
)
def test_what_is_not_is_refused_in_a_sentence(more: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        part(**more)


def test_two_of_one_name_are_refused() -> None:
    both = [part().model_dump(), part().model_dump()]

    with pytest.raises(ValidationError, match="board"):
        Settings.model_validate({"webhooks": both})
