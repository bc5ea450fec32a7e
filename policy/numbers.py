"""Showing exact numbers: rounded for the eye, but never across the threshold."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

MOST_DIGITS = 6  # of 万元: that is 分, so money can always be shown exactly

Number = int | Decimal


def rounded(
    exact: Fraction, digits: int, keeps: Callable[[Fraction], bool] = lambda _: True
) -> Fraction:
    """Return the number with so few digits that ``keeps`` still says of it what it should.

    More digits are added while rounding would tell a lie; at last it is rounded to the side
    that is true.
    """
    tried = [_at(exact, more, _half_up) for more in range(digits, MOST_DIGITS + 1)]
    tried += [_at(exact, MOST_DIGITS, floor), _at(exact, MOST_DIGITS, ceil)]
    return next((each for each in tried if keeps(each)), exact)


def rounded_up(exact: Fraction, digits: int) -> Fraction:
    """Return the number with at most so many digits, never less than it is."""
    return _at(exact, digits, ceil)


def rounded_down(exact: Fraction, digits: int) -> Fraction:
    """Return the number with at most so many digits, never more than it is."""
    return _at(exact, digits, floor)


def digits_of(number: Fraction) -> int:
    """Return how many digits after the point the number has, at most `MOST_DIGITS`."""
    return next(
        (digits for digits in range(MOST_DIGITS) if (number * 10**digits).denominator == 1),
        MOST_DIGITS,
    )


def plain(number: Fraction) -> Number:
    """Return a rounded number as int or Decimal, without trailing zeros."""
    if number.denominator == 1:
        return number.numerator
    digits = digits_of(number)
    return Decimal(round(number * 10**digits)).scaleb(-digits)


def _at(exact: Fraction, digits: int, how: Callable[[Fraction], int]) -> Fraction:
    return Fraction(how(exact * 10**digits), 10**digits)


def _half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))
