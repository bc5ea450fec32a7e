"""What Python gives a page, as an English page shows it."""

import pytest
from babel.messages.catalog import Catalog
from markupsafe import Markup

from console.language import MADE, Wording


@pytest.fixture(scope="module")
def wording() -> Wording:
    """A small catalogue."""
    catalogue = Catalog(locale="en")
    for message, said in (("同意", "Approve"), ("公示", "Public notice"), ("依据", "Source")):
        catalogue.add(message, said)
    catalogue.add("没有译文", "")
    for message, said in (
        ("撤销“{0}”", "undo “{0}”"),
        ("事项推进了 {0} 步", "the case moved {0} steps"),
        ("{0}（{1}）", "{0} ({1})"),
    ):
        catalogue.add(message, said, context=MADE)
    return Wording(catalogue)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("同意", "Approve"),
        ("撤销“同意”", "undo “Approve”"),
        ("撤销“同意”；事项推进了 2 步", "undo “Approve”; the case moved 2 steps"),
        ("事项推进了 2 步。", "the case moved 2 steps."),
        ("同意、公示", "Approve, Public notice"),
        ("同意 3，公示 12", "Approve 3, Public notice 12"),
        ("示例科技有限公司（公示）", "示例科技有限公司 (Public notice)"),
        ("依据：32号 第十一条（一）", "Source: 32号 第十一条（一）"),
    ],
)
def test_words_and_sentences_of_ours_are_said(wording: Wording, given: str, shown: str) -> None:
    assert wording.shown(given) == shown


@pytest.mark.parametrize(
    "given",
    ["没有译文", "第十一条（一）", "公示；材料不全", "同意", "2026-03-10", 3, None, "长" * 500],
)
def test_everything_else_stays_as_it_is(wording: Wording, given: object) -> None:
    value = Markup.escape(given) if given == "同意" else given  # HTML that is made already

    assert wording.shown(value) == value
