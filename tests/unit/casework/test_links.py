"""Sealed links: what is no token is never looked up, and one changed bit opens nothing."""

import datetime as dt

import pytest

from casework import links
from models.deadline import Deadline
from models.enterprise import Person

ON = dt.date(2026, 5, 1)
SECRET = bytes(range(32))
MATTER = "91431281MAXX00001X/sprout/file/case/2026/1/2026-1"
PERSON = Person(id=7, key="contact/91431281MAXX00001X", role="contact")
DEADLINE = Deadline(
    id=9,
    enterprise_id=1,
    programme="sprout",
    obligation="file",
    subject="case/2026/1",
    period="2026-1",
    title="提交申报",
    kind="statutory",
    ladder="gentle",
    due_on=dt.date(2026, 5, 31),
    basis="{}",
    opened_at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
)
TOKEN = links.token(SECRET, (DEADLINE, PERSON), matter=MATTER, on=ON)


def test_a_token_says_what_it_was_made_for_and_is_the_same_each_time() -> None:
    link = links.read(TOKEN)

    assert link is not None
    assert (link.deadline, link.person, link.ends) == (9, 7, dt.date(2026, 6, 30))
    assert link.is_sealed(SECRET, MATTER, PERSON)
    assert len(link.seal) * 8 >= 128
    assert links.token(SECRET, (DEADLINE, PERSON), matter=MATTER, on=ON) == TOKEN


def test_another_key_matter_or_person_does_not_fit_its_seal() -> None:
    link = links.read(TOKEN)
    other = Person(id=7, key="contact/91431281MAXX00002X", role="contact")

    assert link is not None
    assert not link.is_sealed(bytes(32), MATTER, PERSON)
    assert not link.is_sealed(SECRET, f"{MATTER}x", PERSON)
    assert not link.is_sealed(SECRET, MATTER, other)


def test_each_changed_letter_makes_another_token_or_none() -> None:
    for place in range(len(TOKEN)):
        letter = "B" if TOKEN[place] == "A" else "A"
        link = links.read(f"{TOKEN[:place]}{letter}{TOKEN[place + 1 :]}")
        assert link is None or not link.is_sealed(SECRET, MATTER, PERSON)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "_" * 48, "A" * 48, TOKEN[:-1], f"{TOKEN}A"),
        *(f"{TOKEN[:-1]}{last}" for last in "=\n字"),
    ],
)
def test_what_can_not_be_a_token_is_none(text: str) -> None:
    assert links.read(text) is None
