import datetime as dt

import pytest

from exchange import numbers, places
from exchange.cells import Read

NUMBER = "202643128108000123"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "written",
    ["GR202343900001", "gr202343900001", "GR 2023 4390 0001", "ＧＲ２０２３４３９００００１"],
)
def test_a_certificate_number_is_mended(written: str) -> None:
    assert numbers.hnte_number(written) == Read("GR202343900001")


@pytest.mark.parametrize(
    "written", ["GR20234390001", "202343900001", "GR199943900001", "示例证书", 202343900001.0]
)
def test_a_wrong_certificate_number_is_refused(written: str | float) -> None:
    assert "应为 GR 加 12 位数字" in numbers.hnte_number(written).error


def test_a_certificate_is_valid_for_three_years_less_a_day() -> None:
    held = numbers.hnte_held("GR202343900001", day("2023-10-16"), "新材料").value

    assert held is not None
    assert (held.valid_from, held.valid_to) == (day("2023-10-16"), day("2026-10-15"))
    assert held.field == "新材料"


def test_another_year_in_the_number_than_on_the_certificate_warns() -> None:
    read = numbers.hnte_held("GR202243900001", day("2023-10-16"), "")

    assert read.value is not None
    assert "不是同一年" in read.warning


def test_a_registration_number_is_valid_to_the_end_of_its_year() -> None:
    assert numbers.tsme_number(NUMBER.lower()) == Read(NUMBER)
    entered = numbers.tsme_held(NUMBER, day("2026-07-01")).value
    unknown = numbers.tsme_held(NUMBER, None).value

    assert entered is not None
    assert unknown is not None
    assert (entered.valid_from, entered.valid_to) == (day("2026-07-01"), day("2026-12-31"))
    assert unknown.valid_from == day("2026-01-01")


def test_a_registration_before_its_year_warns_and_after_it_is_refused() -> None:
    assert "不是同一年" in numbers.tsme_held(NUMBER, day("2025-12-30")).warning
    assert "晚于编号的有效期" in numbers.tsme_held(NUMBER, day("2027-01-05")).error


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (2.02643128108e17, "末几位已丢失"),
        ("2026431281080001", "应为 18 位"),
        ("202643128108ABCDEF", "应为 18 位"),
    ],
)
def test_a_wrong_registration_number_is_refused(written: str | float, said: str) -> None:
    assert said in numbers.tsme_number(written).error


def test_a_blank_number_says_nothing() -> None:
    assert numbers.hnte_number("") == numbers.tsme_number("—") == Read()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("431281", "431281"),
        (431281.0, "431281"),
        ("431281000000", "431281"),
        ("洪江市", "431281"),
        ("怀化市洪江市", "431281"),
        ("湖南省怀化市洪江市黔城镇示例路 1 号", "431281"),
        ("鹤城区", "431202"),
        ("麻阳苗族自治县", "431226"),
        ("怀化市", "431200"),
        ("湖南省", "430000"),
        ("430102", "430102"),
    ],
)
def test_a_division_is_read_from_a_code_or_a_name(written: str | float, read: str) -> None:
    assert places.division(written) == Read(read)


@pytest.mark.parametrize("written", ["洪江区", "洪江管理区", "怀化市洪江区", "431271"])
def test_the_other_hongjiang_is_told_apart_and_warned_of(written: str) -> None:
    read = places.division(written)

    assert read.value == "431271"
    assert "不属于洪江市" in read.warning


def test_an_unknown_place_is_left_out_with_a_warning() -> None:
    read = places.division("示例市示例区")

    assert read.value is None
    assert "没有认出行政区划" in read.warning


def test_a_code_of_other_length_is_refused() -> None:
    assert "应为 6 位数字" in places.division("43128").error


@pytest.mark.parametrize("written", ["湖南省怀化市洪江市", "洪江市", "431281"])
def test_a_division_alone_is_no_address(written: str) -> None:
    assert not places.is_more_than_a_division(written)


def test_a_place_within_a_division_is_an_address() -> None:
    assert places.is_more_than_a_division("洪江市黔城镇示例路 1 号")
