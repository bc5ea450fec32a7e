"""The English of the console: complete, in step with the templates, and written by its script."""

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from console.cutter import CJK, places
from console.language import CATALOGUE
from scripts.make_messages import catalogue, messages

# English that shows Chinese on purpose: examples of what is typed in Chinese.
SHOWS_CHINESE = {
    "国科发火〔2016〕32号",
    "第九条",
    "如 4.5%、3000万元",
    "写成 5000万元",
    "比例写成 5%，金额写成 5000万元，天数和个数写成整数。",
}


def kept() -> list[Message]:
    """Return the messages of the committed catalogue."""
    with CATALOGUE.open("rb") as file:
        return [each for each in read_po(file, locale="en") if each.id]


def test_the_script_changes_nothing_when_it_is_run_again() -> None:
    assert catalogue(CATALOGUE.read_bytes()) == CATALOGUE.read_text(encoding="utf-8"), (
        "run python -m scripts.make_messages"
    )


def test_every_message_has_english_and_none_is_left_over() -> None:
    assert not [each.id for each in kept() if not each.string]
    assert {(str(each.id), each.context or "") for each in kept()} == messages()


def test_english_has_the_places_of_the_chinese_and_no_chinese() -> None:
    assert not [each.id for each in kept() if places(str(each.id)) != places(str(each.string))]
    assert {str(each.id) for each in kept() if CJK.search(str(each.string))} == SHOWS_CHINESE


def test_a_new_message_is_added_and_a_gone_one_dropped() -> None:
    old = 'msgid "早已没有的"\nmsgstr "gone"\n\nmsgid "看板"\nmsgstr "My board"\n'

    made = catalogue(old.encode())

    assert "早已没有的" not in made
    assert 'msgid "看板"\nmsgstr "My board"' in made
    assert 'msgid "信函"\nmsgstr ""' in made
