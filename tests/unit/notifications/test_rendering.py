"""What comes from a roster is inert in a letter, and a letter never renders half."""

import dataclasses
from typing import TypeVar

import pytest

from notifications.letters import (
    LETTERS,
    DuplicateLetterError,
    Rendered,
    enterprise_daily,
    letter,
    staff_daily,
)
from notifications.rendering import PARTS, TEMPLATES, UnwritableError, one_letter, render
from tests.plugins.made_up import OFFICE, a_head, a_move, a_review, an_item

CANARY = (
    "<b>甲</b>&'\"\r\nBcc: mole@evil.example\u2028{{ 7*7 }}\u202e=?UTF-8?Q?=0A?=<!--\x00{% raw %}"
)
PLAIN = "甲"
Part = TypeVar("Part")


def with_words(part: Part, words: str) -> Part:
    """Fill every text of a value with the same words."""
    fixed = {"tone"}
    texts = {
        field.name: words
        for field in dataclasses.fields(part)  # type: ignore[arg-type]
        if isinstance(getattr(part, field.name), str) and field.name not in fixed
    }
    return dataclasses.replace(part, **texts)  # type: ignore[type-var]


def both_letters(words: str) -> list[Rendered]:
    head = with_words(a_head(office=with_words(OFFICE, words)), words)
    due = [
        with_words(an_item(4), words),
        with_words(an_item(-4, flags=(words,)), words),
        dataclasses.replace(with_words(an_item(9), words), enterprise=f"{words}乙"),
    ]
    return [
        enterprise_daily(
            head, enterprise=f"{words}丙", due=due, moves=[with_words(a_move(), words)]
        ),
        enterprise_daily(head, enterprise=words, due=[], moves=[with_words(a_move(), words)]),
        staff_daily(head, due=due, reviews=[with_words(a_review(), words)]),
        staff_daily(head, reviews=[with_words(a_review(), words)]),
    ]


def test_a_value_can_add_no_line_to_a_subject_or_a_text() -> None:
    for hostile, plain in zip(both_letters(CANARY), both_letters(PLAIN), strict=True):
        assert len(hostile.subject.splitlines()) == 1
        assert len(hostile.text.splitlines()) == len(plain.text.splitlines())
        assert not any(line.lstrip().startswith("Bcc:") for line in hostile.text.splitlines())


def test_a_value_is_shown_as_it_is_and_never_run() -> None:
    for rendered in both_letters(CANARY):
        assert "{{ 7*7 }}" in rendered.text
        assert "{{ 7*7 }}" in rendered.html
        assert "<b>甲</b>&'\"" in rendered.text


def test_a_value_is_no_markup_in_a_page() -> None:
    for rendered in both_letters(CANARY):
        assert "<b>" not in rendered.html
        assert "evil.example{{" not in rendered.html
        assert "{% raw %}" in rendered.html  # as words
        assert "&lt;b&gt;甲&lt;/b&gt;&amp;&#39;&#34;" in rendered.html
        assert rendered.html.count("<!--") == 2  # ours, for one mail program


def test_no_mark_that_hides_or_turns_text_reaches_a_reader() -> None:
    for rendered in both_letters(CANARY):
        whole = rendered.subject + rendered.text + rendered.html
        assert not set(whole) & set("\u2028\u2029\u202e\x00\x85")
        assert "=?" not in rendered.subject + rendered.text + rendered.html


@pytest.mark.fault("M16")
def test_a_context_that_lacks_a_word_is_an_error_and_no_half_letter() -> None:
    with (
        pytest.raises(UnwritableError, match=r"模板 enterprise_daily/.+ 第 \d+ 行：'demo' is"),
        one_letter("enterprise_daily"),
    ):
        render("enterprise_daily", {})


@pytest.mark.fault("M17")
def test_every_letter_has_its_folder_with_three_parts_and_every_folder_its_letter() -> None:
    folders = {each.name: each for each in TEMPLATES.iterdir() if each.is_dir()}

    assert folders.keys() == LETTERS.keys()
    for folder in folders.values():
        assert {each.name for each in folder.iterdir()} == set(PARTS)


def test_two_functions_can_not_claim_one_letter() -> None:
    before = dict(LETTERS)

    with pytest.raises(DuplicateLetterError, match="staff_daily"):
        letter("staff_daily")(dict)

    assert before == LETTERS


def test_a_page_asks_for_nothing_from_outside() -> None:
    for rendered in both_letters(PLAIN):
        assert not [
            word
            for word in ("http", "src=", "url(", "@import", "<script", "<link")
            if word in rendered.html
        ]
