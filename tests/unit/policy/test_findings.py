"""What a batch asks of stored findings without reading every value."""

from policy.findings import counting, gist
from policy.programme import Rule
from tests.unit.policy.samples import a_criterion, a_programme, limit

RULES = a_programme(
    a_criterion("resident", Rule.IS_TRUE, waives=("score",)),
    a_criterion("national_award", Rule.IS_TRUE, required=False),
    a_criterion("days_since_registered", Rule.AT_LEAST, limit(365)),
    a_criterion("score", Rule.ABOVE, limit(70)),
    a_criterion("core_ip", Rule.JUDGED),
)
TEXT = (
    '{"resident":{"o":"met","v":true},"national_award":{"o":"unknown"},'
    '"days_since_registered":{"o":"met","v":400},"score":{"o":"unmet","v":[40,60],"w":["resident"]}}'
)


def test_only_required_criteria_that_nothing_stands_in_for_count() -> None:
    assert counting(RULES, TEXT) == {"resident": "met", "days_since_registered": "met"}


def test_days_that_merely_passed_are_nothing_new_but_a_value_or_an_outcome_is() -> None:
    older = TEXT.replace("400", "431")

    assert gist(RULES, older) == gist(RULES, TEXT)
    assert gist(RULES, TEXT.replace("[40,60]", "[40,61]")) != gist(RULES, TEXT)
    assert gist(RULES, TEXT.replace('"met","v":400', '"unmet","v":4')) != gist(RULES, TEXT)
