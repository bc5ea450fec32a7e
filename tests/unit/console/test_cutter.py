"""What of a template is translated, what stays, and that a translation can do no harm."""

import pytest
from jinja2 import Environment

from console.cutter import recast

SAID = {
    "还有 {0} 天": "{0} days left",
    "保存": "Save",
    "待审": "Waiting",
    "{0}（{1}）": "{0} ({1})",
    "，": ", ",
    "一二三": "Mon Tue Wed",
    "星期{0}": "{0}",
    "选中 {0}": "Select {0}",
}


def said(source: str, **more: str) -> str:
    """Return a template in English; what Jinja inserts is shown as it is."""
    return recast(source, lambda message: (SAID | more).get(message, message))


def shown(source: str, values: dict[str, object], **more: str) -> str:
    """Return the page that comes of it."""
    pages = Environment(autoescape=True)
    pages.filters["told"] = lambda value: value
    return pages.from_string(said(source, **more)).render(values)


@pytest.mark.parametrize(
    ("source", "english"),
    [
        ("<p>  还有 {{ days }} 天\n</p>", "<p>  5 days left\n</p>"),
        ("<b>{{ a }}（{{ b }}）</b>", "<b>x (y)</b>"),
        ("{% if a %}保存{% else %}待审{% endif %}", "Save"),
        ('{{ "保存" if a else "待审" }}', "Save"),
        ('{% set word = "保存" %}<i>{{ word }}</i>', "<i>Save</i>"),
        ("{% macro m(x) %}<i>还有 {{ x }} 天</i>{% endmacro %}{{ m(3) }}", "<i>3 days left</i>"),
        ('<a title="保存" href="/保存">保存</a>', '<a title="Save" href="/保存">Save</a>'),
        ('<i class="{{ "late" if a }}">保存</i>', '<i class="late">Save</i>'),
        (
            '<input aria-label="选中 {{ a }}" value="保存">',
            '<input aria-label="Select x" value="保存">',
        ),
        ('<option value="保存">保存</option>', '<option value="保存">Save</option>'),
        ('<option{% if a %} value="1"{% endif %}>保存</option>', '<option value="1">Save</option>'),
        ('{{ "一二三"[1] }}', "Tue"),
        (
            '{% for day in "一二三" %}<b>星期{{ day }}</b>{% endfor %}',
            "<b>Mon</b><b>Tue</b><b>Wed</b>",
        ),
        ("{# 保存 #}<p>没有译文 {{ a }}</p>", "<p>没有译文 x</p>"),
    ],
)
def test_what_is_read_is_said_in_english(source: str, english: str) -> None:
    assert shown(source, {"days": 5, "a": "x", "b": "y"}) == english


@pytest.mark.parametrize(
    "source",
    [
        "<textarea>保存 {{ a }}</textarea>",
        "<option>保存</option>",
        '<input type="hidden" value="{{ "保存" }}">',
        '<button name="act" value="保存"></button>',
        '{% if a == "保存" %}x{% endif %}',
        '<i class="{{ "calm" if a == "保存" }}"></i>',
        "<code>保存</code>",
        '<a href="{{ "保存" }}"></a>',
    ],
)
def test_what_a_form_sends_or_a_template_compares_stays(source: str) -> None:
    assert said(source) == source


def test_what_people_typed_is_not_looked_up() -> None:
    assert said("<i>{{ each.reason }}</i><i>{{ each.title }}</i>") == (
        "<i>{{ each.reason }}</i><i>{{ (each.title)|told }}</i>"
    )


@pytest.mark.parametrize(
    "evil",
    ["<script>x</script>", '" onclick="x', "{{ secret }}", "{% raw %}", "{# ", "&lt;b&gt;", "{"],
)
def test_a_translation_never_becomes_a_tag_an_attribute_or_jinja(evil: str) -> None:
    for source in ("<p>保存</p>", '<p title="保存"></p>', '<p>{{ "保存" }}</p>'):
        page = shown(source, {"secret": "geheim"}, 保存=evil)

        assert "<script>" not in page
        assert "geheim" not in page
        assert page.count('"') in {0, 2}
        assert page.count("<") == 2


def test_a_translation_without_all_the_places_is_not_used() -> None:
    page = "<p>还有 {{ days }} 天</p>"

    assert shown(page, {"days": 5}, **{"还有 {0} 天": "some days left"}) == "<p>还有 5 天</p>"
    assert shown(page, {"days": 5}, **{"还有 {0} 天": "{0} of {1} days"}) == "<p>还有 5 天</p>"


def test_places_may_change_their_order() -> None:
    page = shown("<p>{{ a }}（{{ b }}）</p>", {"a": 1, "b": 2}, **{"{0}（{1}）": "{1} of {0}"})

    assert page == "<p>2 of 1</p>"
