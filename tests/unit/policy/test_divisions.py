"""A division and what lies below it."""

import pytest

from policy.divisions import below


@pytest.mark.parametrize(
    ("code", "inside", "outside"),
    [
        pytest.param("430000", ["431281", "430100"], ["440100"], id="a province"),
        pytest.param("431200", ["431281", "431200"], ["431100", "431371"], id="a city"),
        pytest.param("431000", ["431081"], ["431281", "431100"], id="a city that ends in a zero"),
        pytest.param("130430", ["130430"], ["130431"], id="a county that ends in a zero"),
        pytest.param("431281", ["431281"], ["431271"], id="a county"),
        pytest.param("", ["431281"], [], id="everywhere"),
    ],
)
def test_codes_lie_in_pairs_of_digits(code: str, inside: list[str], outside: list[str]) -> None:
    assert all(each.startswith(below(code)) for each in inside)
    assert not any(each.startswith(below(code)) for each in outside)
