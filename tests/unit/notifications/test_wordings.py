"""Wordings that staff write: what is shipped passes, what is hostile, broken or silent does not."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from notifications.allowed import LARGEST, faults
from notifications.examples import EXAMPLES, names_of
from notifications.rendering import shipped_wording
from notifications.required import page_faults
from notifications.sandbox import Sandbox, SandboxError
from notifications.trying import differences, try_on

CONTACT = "enterprise_daily"
KNOWN = names_of(CONTACT)


@pytest.mark.parametrize("letter", EXAMPLES)
def test_what_is_shipped_may_be_kept_and_reads_the_same(letter: str) -> None:
    tried = try_on(letter, shipped_wording(letter))

    assert tried.faults == ()
    for (_, written), example in zip(tried.letters, EXAMPLES[letter], strict=True):
        assert written == example.written(letter)


# Each is refused before anything is rendered.
HOSTILE = {
    "{{ office.__class__ }}": "不能用以下划线开头的“__class__”",
    "{{ ''['__class__'] }}": "",  # only the sandbox sees it
    "{{ office|attr('__class__') }}": "没有“attr”这个过滤器",
    "{{ self._TemplateReference__context }}": "没有“self”这个名字",
    "{{ cycler.__init__.__globals__.os }}": "没有“cycler”这个名字",
    "{{ lipsum() }}": "没有“lipsum”这个名字",
    "{% for x in range(10 ** 9) %}{% endfor %}": "没有“range”这个名字",
    "{{ 'a' * 10 ** 9 }}": "不能用乘法",
    "{{ 10 ** 10 ** 7 }}": "不能用乘方",
    "{{ '%999999999d' % 1 }}": "只有 %s 和 %d",
    "{{ '%999999999d'|format(1) }}": "只有 %s 和 %d",
    "{{ '{0.__class__}'.format(office) }}": "不能调用“format”",
    "{{ on.replace(year=1) }}": "不能调用“replace”",
    "{% set a %}xx{% endset %}": "不能用整段赋值",
    "{% for s in sections recursive %}{{ loop(s) }}{% endfor %}": "不能用 recursive",
    "{% include 'staff_daily/body.txt' %}": "只能引用",
    "{% include '../../../../etc/passwd' %}": "只能引用",
    "{% include enterprise %}": "只能引用",
    "{% from '_parts.html' import card %}": "不能用FromImport",
    "{{ enterprise|safe }}": "没有“safe”这个过滤器",
    "{{ enterprise[1:] }}": "不能用截取",
    "{{ enterprize }}": "第 1 行：没有“enterprize”这个名字",
    "一\n二 {% if %}": "第 2 行：写法不对",
    "x" * (LARGEST + 1): "太长了",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}": "太深",
    "{% for a in sections %}" * 4 + "{% endfor %}" * 4: "最多 3 层",
}


@pytest.mark.parametrize(("source", "said"), HOSTILE.items(), ids=range(len(HOSTILE)))
def test_a_hostile_template_is_refused_in_a_sentence(source: str, said: str) -> None:
    assert said in "；".join(faults(source, KNOWN))
    shipped = shipped_wording(CONTACT)
    assert try_on(CONTACT, replace(shipped, text=source + shipped.text)).faults


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of this file's own."""
    made = Sandbox()
    yield made
    made.close()


# What got past the list, or came from an older one: the process itself bounds it.
BOMBS = {
    "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}": "内存太多",
    "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}": "太深",
    "{% macro m(n) %}{% for a in n %}{{ m(n) }}{% endfor %}{% endmacro %}"
    "{{ m([1, 2, 3, 4, 5, 6, 7, 8, 9]) }}": "太",
    "{% for a in xs %}{% for b in xs %}{% for c in xs %}{% for d in xs %}{% if a > b %}{% endif %}"
    "{% endfor %}{% endfor %}{% endfor %}{% endfor %}": "太久",
    "{% for a in xs %}{% for b in xs %}0123456789{% endfor %}{% endfor %}": "写出来太长",
    "{{ '%999999999d' % 1 }}": "内存太多",
    "{{ 'a' * 10 ** 9 }}": "不允许",
    "{{ 10 ** 10 ** 7 }}": "不允许",
    "{{ ''['__class__'] }}": "标题 第 1 行",
    "{{ ''.__class__.__mro__ }}": "标题 第 1 行",
    "{{ xs.append(1) }}": "不允许",
    "{{ range(9) }}": "不允许",
    "好\n{{ 1 // nothing }}": "第 2 行",
}


@pytest.mark.parametrize(("source", "said"), BOMBS.items(), ids=range(len(BOMBS)))
def test_what_takes_too_much_is_ended_and_the_next_letter_is_written(
    sandbox: Sandbox, source: str, said: str
) -> None:
    with pytest.raises(SandboxError, match=said):
        sandbox.render({"subject.txt": source}, {"xs": list(range(400))})
    assert sandbox.render({"subject.txt": "好 {{ xs|length }}"}, {"xs": [1]}) == {
        "subject.txt": "好 1"
    }


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        ("text", '{% include "_footer.txt" %}', "", "文字正文里缺单位名称"),
        ("text", "不再接收", "不要了", "文字正文里缺法定的说明（不再接收）"),
        ("html", "不再接收", "不要了", "网页正文里缺法定的说明（不再接收）"),
        ("text", '{% include "_matters.txt" %}', "", "文字正文里缺事项名称"),
        (
            "html",
            "{{ parts.matter_card(matter, section.tone, on, enterprise) }}",
            "",
            "网页正文里缺",
        ),
        ("subject", "{% if demo %}【演示数据】{% endif %}", "", "标题里缺“演示数据”"),
        ("html", "{{ enterprise }}：近期事项", "</title><script>1</script>", "不能有 <script>"),
        ("html", "贵单位有 <strong>", '<img src="https://x.example/1.png">', "不能有 <img>"),
        (
            "html",
            "贵单位有 <strong>",
            '<a href="https://x.example">点</a><strong>',
            "只能是答复链接",
        ),
        ("html", "贵单位有 <strong>", '<b style="background:url(//x)">1</b><strong>', "别处取东西"),
    ],
)
def test_what_the_law_wants_said_can_not_be_dropped_nor_anything_foreign_added(
    part: str, old: str, new: str, said: str
) -> None:
    shipped = shipped_wording(CONTACT)
    source: str = getattr(shipped, part)
    assert old in source
    changed = replace(shipped, **{part: source.replace(old, new)})  # type: ignore[arg-type]

    assert said in "；".join(try_on(CONTACT, changed).faults)


def test_a_link_is_let_through_only_where_it_is_one_to_answer() -> None:
    page = '<a href="https://a.example/a/1">答复</a>'

    assert not list(page_faults(page, links=frozenset({"https://a.example/a/1"})))
    assert list(page_faults(page, links=frozenset()))
    assert list(page_faults("<style>b{background:u\\rl(x)}</style>", links=frozenset()))
    assert list(page_faults("<svg/onload=1>", links=frozenset()))


@pytest.mark.parametrize(
    "page",
    [
        '<!--><a href="https://x.example">点</a><script>1</script>-->',
        '<!-- a --!><a href="https://x.example">点</a>',
        "<!--[if gte mso 9]><a href=x>点</a><![endif]-->",
        "<![CDATA[<a href=x>点</a>]]>",
        "<?xml <a href=x>点</a>?>",
        "<style>b{background:u\\72l(http:x)}</style>",
        "<style>@im\\70ort 'x'</style>",
        "<style>b{background:image-set('x' 1x)}</style>",
        "<style>@import 'x'</style>",
    ],
)
def test_what_readers_understand_otherwise_than_we_do_may_not_stand_there(page: str) -> None:
    assert list(page_faults(f"<!doctype html>{page}", links=frozenset()))


def test_what_differs_is_told_line_by_line_and_in_which_part() -> None:
    shipped = shipped_wording(CONTACT)
    told = differences(shipped, replace(shipped, text=shipped.text.replace("您好", "你好")))

    assert told[0] == ("", "—— 文字正文 ——")
    assert {("-", '{{ to_name }}{{ "，" if to_name }}您好：')} <= set(told)
    assert {("+", '{{ to_name }}{{ "，" if to_name }}你好：')} <= set(told)
    assert differences(shipped, shipped) == ()
