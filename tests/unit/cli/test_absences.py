"""Absences and the month's digest at the terminal."""

from collections.abc import Callable

import pytest

from tests.plugins.terminal import Peiyu

Fill = Callable[[], None]


@pytest.fixture
def staffed(peiyu: Peiyu) -> Peiyu:
    """Two clerks; it is 2 March 2026."""
    assert peiyu("init").code == 0
    for login, name in (("zhang", "张示例"), ("li", "李示例")):
        who = ("--name", name, "--role", "经办", "--email", f"{login}@bureau.example")
        assert peiyu("staff", "add", login, *who).code == 0
    return peiyu


AWAY = ("staff", "away", "zhang", "--from", "2026-03-02", "--to", "2026-03-06", "--deputy", "li")


def test_an_absence_is_registered_listed_and_ended(staffed: Peiyu) -> None:
    assert "没有人登记不在岗" in staffed("staff", "absences").out
    told = staffed(*AWAY)
    assert told.code == 0
    assert "已登记：张示例 2026-03-02 至 2026-03-06 不在岗，由李示例代办" in told.out
    assert "peiyu staff back zhang --from 2026-03-02" in told.out

    listed = staffed("staff", "absences")
    assert "张示例" in listed.out
    assert "不在岗" in listed.out
    assert staffed("staff", "absences", "--json").json == {
        "absences": [
            {
                "login": "zhang",
                "name": "张示例",
                "first": "2026-03-02",
                "last": "2026-03-06",
                "deputy": "li",
                "deputy_name": "李示例",
                "now": True,
            }
        ]
    }

    assert "已取消：张示例" in staffed("staff", "back", "zhang").out
    assert staffed("staff", "absences", "--json").json == {"absences": []}


def test_what_can_not_be_is_refused_with_what_to_do(staffed: Peiyu) -> None:
    assert staffed(*AWAY, "--json").json["deputy"] == "li"

    other = staffed("staff", "away", "li", *AWAY[3:7], "--deputy", "zhang")
    assert other.code == 1
    assert "张示例 2026-03-02 至 2026-03-06 自己也不在岗，请用 --deputy 另选一位" in other.err
    nobody = staffed("staff", "back", "li")
    assert nobody.code == 1
    assert "没有登记“li”不在岗，用 peiyu staff absences 看有哪些" in nobody.err
    assert staffed("staff", "back", "zhang", "--from", "2026-03-02", "--json").json["now"] is True


def test_a_month_is_shown_in_figures(peiyu: Peiyu, a_month: Fill) -> None:
    a_month()
    shown = peiyu("digest", "--month", "2026-03")

    assert shown.code == 0
    assert "2026年3月" in shown.out
    assert "到期未办结" in shown.out
    found = peiyu("digest", "--month", "2026-03", "--json").json
    assert found["month"] == "2026-03"
    opened = found["digest"]["total"][0]
    assert opened["title"] == "新建"
    assert opened["number"] > 0
    assert opened["before"] == 0


def test_a_month_in_which_nothing_happened_says_so(staffed: Peiyu) -> None:
    assert "2026-02 没有可以小结的事项。" in staffed("digest").out
    assert staffed("digest", "--json").json == {"month": "2026-02", "digest": None}
