import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.words import countdown, day, one_line, shortened


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("示例科技有限公司", "示例科技有限公司"),
        ("示例\r\nBcc: a@b.example", "示例 Bcc: a@b.example"),
        ("示例\u2028第二行\u2029第三行", "示例 第二行 第三行"),
        ("示例\x00公司\x0b\x85", "示例 公司"),
        ("示例\u202e反过来", "示例 反过来"),  # turns the rest of the line around
        ("示例\ud800公司", "示例 公司"),
        ("=?UTF-8?Q?=0ABcc:?=", "= ?UTF-8?Q?=0ABcc:?="),
        ("=\u200b?UTF-8?Q?=0A?=", "= ?UTF-8?Q?=0A?="),  # what is taken out leaves no new one
        ("  　示例　公司  ", "示例 公司"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_harmless_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_a_line_holds_nothing_that_ends_or_turns_it_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert "=?" not in line
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "limit", "short"), [("示例公司", 4, "示例公司"), ("示例公司", 3, "示例…")]
)
def test_what_is_cut_shows_as_an_ellipsis(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short


def test_the_year_is_named_only_when_it_is_another_one() -> None:
    on = dt.date(2026, 12, 30)

    assert day(dt.date(2026, 5, 31), on) == "5月31日"
    assert day(dt.date(2027, 1, 4), on) == "2027年1月4日"


@pytest.mark.parametrize(
    ("days_left", "words"),
    [
        (5, "还有 5 天"),
        (1, "还有 1 天"),
        (0, "今天截止"),
        (-1, "已超期 1 天"),
        (-30, "已超期 30 天"),
    ],
)
def test_a_countdown_reads_aloud(days_left: int, words: str) -> None:
    assert countdown(days_left) == words
