"""Cuts a Chinese template into what is read, and puts another language in the same places.

A run is text with the `{{ … }}` in it, up to the next tag or Jinja block: `还有 {{ days }} 天` is
the message `还有 {0} 天`. Only what is seen is touched: text, a few attributes, Chinese literals in
Jinja. Values of fields, addresses and whatever a browser sends back stay as they are.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from html import escape, unescape

Say = Callable[[str], str]  # a message to its translation, or to itself

CJK = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")
PLACE = re.compile(r"\{(\d+)\}")
# Attributes that a person reads or hears. Never `value`: a form would send it.
_READ = {"aria-label", "placeholder", "title", "alt", "label", "data-busy"}
_AS_IT_IS = {"textarea", "script", "style", "pre", "code"}
# What people typed, what enterprises are called, and what rules say in the words of a document.
_AS_WRITTEN = re.compile(
    r"\.(?:reason|enterprise|words|who|by|actor|receipt|uscc|email|phone|document|note|comment"
    r"|filename|officer|address|browser|source|text|advice|ways|explanation|where|prepare|due|met)\s*$"
)

_STRING = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_INSIDE = rf"""(?:{_STRING}|[^"'])*?"""
_JINJA = re.compile(
    rf"(?P<comment>\{{#.*?#\}})|(?P<block>\{{%{_INSIDE}%\}})|(?P<expression>\{{\{{{_INSIDE}\}}\}})",
    re.DOTALL,
)
_EXPRESSION = re.compile(r"\{\{(-?)(.*?)(-?)\}\}", re.DOTALL)
_LITERAL = re.compile(
    rf"(?P<before>(?:[=!]=|\bin\b|\bjoin\()\s*)?(?P<literal>{_STRING})(?P<after>\s*(?:[=!]=|\[))?"
)
_TAG = re.compile(r"<(/?[A-Za-z][\w-]*|!)")
_IN_TAG = re.compile(r"""([\w-]+)\s*=\s*(["'])|>""")


def recast(source: str, say: Say) -> str:
    """Return a template with what is read in it said by ``say``."""
    cutter = _Cutter(say)
    at = 0
    for match in _JINJA.finditer(source):
        cutter.text(source[at : match.start()])
        if match.lastgroup == "expression":
            cutter.expression(match[0])
        else:
            cutter.breaks(match[0])
        at = match.end()
    cutter.text(source[at:])
    cutter.flush()
    return "".join(cutter.out)


def places(message: str) -> list[str]:
    """Return the placeholders of a message; its translation has the same, each as often."""
    return sorted(PLACE.findall(message))


@dataclass(slots=True)
class _Cutter:
    """Where in a template we are: in text, in a tag, or in the value of an attribute."""

    say: Say
    out: list[str] = field(default_factory=list)
    run: list[tuple[str, bool]] = field(default_factory=list)  # what, and is it an expression
    tag: str = ""  # inside of this tag
    quote: str = ""  # inside of an attribute that ends with this
    attribute: str = ""
    valued: bool = False  # the tag has a value of its own
    kept: str = ""  # inside of an element whose text stays as it is

    def text(self, source: str) -> None:
        """Go through text of the template, which may open and close tags."""
        while source:
            if self.quote:
                source = self._in_value(source)
            elif self.tag:
                source = self._in_tag(source)
            else:
                source = self._between_tags(source)

    def expression(self, source: str) -> None:
        """Take `{{ … }}` into the run."""
        if self.tag and not self.quote:
            self.out.append(source)
        else:
            self.run.append((source, True))

    def breaks(self, source: str) -> None:
        """End a run with a Jinja block or a comment; literals in a block are said too."""
        self.flush()
        self.out.append(self._literals(source) if self._is_read() else source)

    def flush(self) -> None:
        """Write the run."""
        run, self.run = self.run, []
        if not run:
            return
        if not self._is_read():
            self.out += [what for what, _ in run]
            return
        expressions = [self._told(what) for what, inserted in run if inserted]
        numbers = iter(range(len(run)))
        whole = "".join(f"{{{next(numbers)}}}" if inserted else what for what, inserted in run)
        message = " ".join(whole.split())
        said = self.say(message) if CJK.search(whole) else message
        if said == message or places(said) != places(message):
            rest = iter(expressions)
            self.out += [next(rest) if inserted else what for what, inserted in run]
            return
        lead = whole[: len(whole) - len(whole.lstrip())]
        trail = whole[len(whole.rstrip()) :]
        self.out += [lead, *_filled(said, expressions), trail]

    def _is_read(self) -> bool:
        if self.quote:
            return self.attribute in _READ
        return bool(self.tag) or not self.kept

    def _between_tags(self, source: str) -> str:
        found = _TAG.search(source)
        if not found:
            self.run.append((source, False))
            return ""
        if found.start():
            self.run.append((source[: found.start()], False))
        self.flush()
        self.out.append(found[0])
        self.tag, self.valued = found[1].lower(), False
        return source[found.end() :]

    def _in_tag(self, source: str) -> str:
        found = _IN_TAG.search(source)
        self.out.append(source[: found.end()] if found else source)
        if not found:
            return ""
        if found[0] == ">":
            self._end_tag()
        else:
            self.attribute, self.quote = found[1].lower(), found[2]
            self.valued = self.valued or self.attribute == "value"
        return source[found.end() :]

    def _in_value(self, source: str) -> str:
        value, quote, rest = source.partition(self.quote)
        if value:
            self.run.append((value, False))
        if quote:
            self.flush()
            self.out.append(quote)
            self.quote = ""
        return rest

    def _end_tag(self) -> None:
        # An option without a value sends its text.
        if not self.kept and (self.tag in _AS_IT_IS or (self.tag == "option" and not self.valued)):
            self.kept = self.tag
        elif self.tag == f"/{self.kept}":
            self.kept = ""
        self.tag = ""

    def _told(self, source: str) -> str:
        match = _EXPRESSION.fullmatch(source)
        if not match or _AS_WRITTEN.search(match[2]):
            return source
        before, inner, after = match.groups()
        return f"{{{{{before} ({self._literals(inner).strip()})|told {after}}}}}"

    def _literals(self, source: str) -> str:
        loops = source.lstrip("{%- ").startswith("for ")
        return _LITERAL.sub(partial(self._literal, loops=loops), source)

    def _literal(self, match: re.Match[str], *, loops: bool) -> str:
        """Return a literal in the other language; one that is compared with data stays."""
        text, before, after = match["literal"][1:-1], match["before"] or "", match["after"] or ""
        each = after.endswith("[") or (loops and before.startswith("in"))
        if not CJK.search(text) or ((before or after) and not each):
            return match[0]
        said = self.say(text)
        if said == text:
            return match[0]
        if not each:
            return _quoted(said)
        # Its letters are shown one by one, as those of 一二三: they become a list of words.
        words = said.split()
        return f"{before}{_quoted(words)}{after}" if len(words) == len(text) else match[0]


def _filled(said: str, expressions: list[str]) -> list[str]:
    """Return a translation with the expressions in their places, and nothing in it that acts."""
    parts = PLACE.split(said)
    return [expressions[int(part)] if odd % 2 else _inert(part) for odd, part in enumerate(parts)]


def _quoted(said: str | list[str]) -> str:
    return json.dumps(said, ensure_ascii=False)


def _inert(text: str) -> str:
    return escape(unescape(text)).replace("{", "&#123;")
