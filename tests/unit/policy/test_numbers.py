from decimal import Decimal
from fractions import Fraction

import pytest

from policy.numbers import digits_of, plain, rounded, rounded_down, rounded_up


def test_a_number_is_rounded_half_up_for_the_eye() -> None:
    assert rounded(Fraction("4.56"), 1) == Fraction("4.6")
    assert rounded(Fraction("4.65"), 1) == Fraction("4.7")
    assert rounded(Fraction("-4.65"), 1) == Fraction("-4.6")


def test_digits_are_added_until_the_number_keeps_its_side() -> None:
    assert rounded(Fraction("4.996"), 1, lambda each: each < 5) == Fraction("4.996")
    assert rounded(Fraction("4.9996"), 1, lambda each: each < 5) == Fraction("4.9996")


@pytest.mark.parametrize(
    ("exact", "sign", "shown"),
    [
        (5 - Fraction(1, 10**9), -1, "4.999999"),
        (5 + Fraction(1, 10**9), 1, "5.000001"),
    ],
)
def test_what_no_digit_can_show_is_rounded_to_its_own_side(
    exact: Fraction, sign: int, shown: str
) -> None:
    assert rounded(exact, 1, lambda each: (each - 5) * sign > 0) == Fraction(shown)


def test_what_cannot_be_shown_truly_stays_exact() -> None:
    exact = Fraction(1, 3)

    assert rounded(exact, 1, lambda _: False) == exact


def test_rounding_to_one_side_never_crosses_the_number() -> None:
    assert rounded_up(Fraction("21.21"), 1) == Fraction("21.3")
    assert rounded_down(Fraction("21.29"), 1) == Fraction("21.2")
    assert rounded_up(Fraction("21.3"), 1) == Fraction("21.3")


def test_numbers_are_plain_without_trailing_zeros() -> None:
    assert plain(Fraction(5)) == 5
    assert isinstance(plain(Fraction(5)), int)
    assert plain(Fraction("4.60")) == Decimal("4.6")
    assert str(plain(Fraction("20000.000001"))) == "20000.000001"
    assert str(plain(Fraction(1, 3))) == "0.333333"


def test_digits_are_counted_up_to_the_most_that_are_shown() -> None:
    assert [digits_of(Fraction(text)) for text in ("5", "4.6", "4.625", "1/3")] == [0, 1, 3, 6]
