"""How many requests a minute the page of answers takes."""

from console.answers import Allowance


def test_one_address_gets_so_many_a_minute_and_all_together_so_many() -> None:
    now = [0.0]
    allowance = Allowance(2, 3, clock=lambda: now[0])

    assert [allowance.allows("one") for _ in range(3)] == [True, True, False]
    assert [allowance.allows(who) for who in ("two", "three")] == [True, False]
    now[0] = 60.0
    assert allowance.allows("one")
