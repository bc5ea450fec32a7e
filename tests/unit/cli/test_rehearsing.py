"""`peiyu rehearse` and `peiyu certificate`, as they are typed."""

from collections.abc import Callable
from pathlib import Path

from config.settings import CONFIG_ROOM
from tests.plugins.terminal import Peiyu

WHO = ("contact", "staff/lisi")
SPRING = ("--from", "2026-03-30", "--to", "2026-04-02")  # a first workday, reminders before it
DAYS = ("--from", "2026-03-30", "--to", "2026-05-06")  # a first workday, a date of 30 April


def test_a_rehearsal_says_how_many_letters_and_who_has_much_to_do(
    peiyu: Peiyu, a_month: Callable[[], None]
) -> None:
    a_month()
    said = peiyu("rehearse", *SPRING)

    assert said.code == 0
    assert "2026-03-30 至 2026-04-02 预演" in said.out
    assert "按月" in said.out
    told = peiyu("rehearse", *SPRING, "--json").json
    assert told["load"]["letters"] == len(told["letters"]) > 0
    assert told["difference"] is None


def test_without_days_it_begins_tomorrow(peiyu: Peiyu, home: Path) -> None:
    said = peiyu("rehearse")

    assert "2026-03-03 至 2026-06-01 预演：信函 0 封" in said.out
    assert "没有要发的信" in said.out


def test_a_changed_programme_file_is_compared(peiyu: Peiyu, a_month: Callable[[], None]) -> None:
    a_month()
    text = (CONFIG_ROOM / "programmes" / "hnte.toml").read_text(encoding="utf-8")
    assert 'month_day = "03-31"' in text
    Path("hnte.toml").write_text(
        text.replace('month_day = "03-31"', 'month_day = "04-30"'), encoding="utf-8"
    )

    done = peiyu("certificate", "示例甲科技有限公司", "GR202543000009", "--on", "2025-10-28")
    assert done.code == 0
    told = peiyu("rehearse", *DAYS, "--with", "hnte.toml", "--json").json["difference"]
    said = peiyu("rehearse", "--from", "2026-04-01", "--to", "2026-04-01", "--with", "hnte.toml")

    # The later date is in force from the month of April on, the day after the earlier one passed.
    annual = "rung/91431281MAXX00001G/hnte/torch_annual/hnte/GR202543000009/2026"
    both = [f"{annual}/2/{rung}/{who}" for rung in ("d14", "d3") for who in WHO]
    contact = [f"{annual}/2/{rung}/contact" for rung in ("d30", "d7")]
    assert told["added"] == sorted([*both, *contact, f"{annual}/2/over1/staff/lisi"])
    assert told["gone"] == [f"{annual}/1/over1/staff/lisi"]
    assert told["letters_after"] - told["letters_before"] == 3
    assert said.code == 0, said.err
    assert "换用改过的文件：信函 2 → 2 封，多出 1 件，少了 1 件" in said.out
    assert f"+ {annual}/2/d30/contact" in said.out
    assert f"- {annual}/1/over1/staff/lisi" in said.out


def test_a_wrong_file_or_wrong_days_are_one_sentence(peiyu: Peiyu, home: Path) -> None:
    Path("坏.toml").write_text("key = 1\n", encoding="utf-8")

    wrong = peiyu("rehearse", "--with", "坏.toml")
    assert wrong.code != 0
    assert "改过的项目文件有误" in wrong.err
    assert "早于开始日期" in peiyu("rehearse", "--from", "2026-05-01", "--to", "2026-04-01").err


def test_a_certificate_is_put_on_file(peiyu: Peiyu, a_month: Callable[[], None]) -> None:
    a_month()
    typed = ("certificate", "示例甲科技有限公司", "GR202543000009")

    done = peiyu(*typed, "--on", "2025-10-28", "--field", "电子信息")
    assert "已登记：示例甲科技有限公司，高新技术企业证书 GR202543000009" in done.out
    assert "有效期 2025-10-28 至 2028-10-27" in done.out
    assert "早已登记过" in peiyu(*typed, "--on", "2025-10-28").out
    assert "原来登记的是" in peiyu(*typed, "--on", "2025-11-01").out
    refused = peiyu("certificate", "示例甲科技有限公司", "GR1", "--on", "2025-10-28", "--json")
    assert "应为 GR 加 12 位数字" in refused.json["error"]
