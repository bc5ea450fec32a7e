import datetime as dt

import pytest

from policy.answers import (
    AnswerKind,
    AnswerState,
    first_state,
    is_receipt,
    link_ends,
    may_answer,
    receipt_kind,
)

SEEN, DONE, HELP = AnswerKind
NOTED, WAITING, CONFIRMED, RETURNED, HANDLED = AnswerState


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ([], [SEEN, DONE, HELP]),
        ([(SEEN, NOTED)], [DONE, HELP]),
        ([(DONE, WAITING)], [HELP]),
        ([(HELP, WAITING)], [DONE]),
        ([(DONE, WAITING), (HELP, WAITING)], []),
        ([(DONE, RETURNED)], [DONE, HELP]),
        ([(DONE, RETURNED), (DONE, WAITING)], [HELP]),
        ([(DONE, CONFIRMED), (HELP, HANDLED)], [DONE, HELP]),
    ],
)
def test_each_answer_once_until_a_clerk_has_dealt_with_it(
    said: list[tuple[AnswerKind, AnswerState]], may: list[AnswerKind]
) -> None:
    assert list(may_answer(said)) == may


def test_only_what_asks_for_something_waits() -> None:
    assert [first_state(kind) for kind in AnswerKind] == [NOTED, WAITING, WAITING]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("GR202643000001", True),
        ("回执（2026）３号", True),
        ("已经办了", False),
        ("", False),
        ("1" * 60, True),
        ("1" * 61, False),
    ],
)
def test_a_receipt_number_has_a_digit_and_is_not_too_long(text: str, *, is_one: bool) -> None:
    assert is_receipt(text) is is_one


def test_each_obligation_has_a_kind_of_receipt_of_its_own() -> None:
    assert receipt_kind("filing") == "receipt.filing"


def test_a_link_lives_thirty_days_after_the_date_or_after_a_later_letter() -> None:
    due, late = dt.date(2026, 5, 31), dt.date(2026, 6, 20)

    assert link_ends(due, dt.date(2026, 5, 1)) == dt.date(2026, 6, 30)
    assert link_ends(due, late) == dt.date(2026, 7, 20)
