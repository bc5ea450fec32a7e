"""In which language a page is shown: Chinese as it is written, English by a catalogue.

Templates are translated once, when they are compiled (see `console/cutter.py`). What Python gives
them is translated where it is shown, and nowhere else: no value of a form and no row changes.
"""

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup
from typing_extensions import override

from console.cutter import CJK, PLACE, recast

CHINESE, ENGLISH = "zh-CN", "en"
LANGUAGES: Mapping[str, str] = {CHINESE: "中文", ENGLISH: "English"}  # each in its own words
CATALOGUE = Path(__file__).parent / "locale" / "en" / "LC_MESSAGES" / "console.po"
MADE = "made"  # the context of what Python puts together: matched, not only looked up
_LONGEST = 400  # a longer text was written by somebody, not put together by us
_KEPT = 4096  # sentences remembered
_ENOUGH = 3
_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")
_LETTER = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language of one request, and the place to come back to after choosing another."""

    tag: str = CHINESE
    place: str = "/"


_UNSAID = Spoken()
spoken: ContextVar[Spoken] = ContextVar("spoken", default=_UNSAID)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A sentence with gaps: how it is recognised, and how it is said."""

    shapes: tuple[re.Pattern[str], ...]
    fixed: str  # the longest part without a gap: what lacks it is not tried
    said: str
    letters: int  # of Chinese, outside of the gaps: with few of them it could be a chance
    weight: int

    @classmethod
    def of(cls, message: str, said: str) -> "_Pattern":
        parts = PLACE.split(message)
        fixed = parts[::2]
        letters = len(_LETTER.findall("".join(fixed)))
        # A short mark may stand in a gap too, `年报（一表）（高企）`: then the last one is meant.
        gaps = (".*?",) if letters >= _ENOUGH else (".*?", ".*")
        return cls(
            tuple(_shape(parts, gap) for gap in gaps),
            max(fixed, key=len),
            said,
            letters,
            sum(map(len, fixed)),
        )

    def filled(self, gaps: Mapping[str, str]) -> str:
        """Return the sentence in the other language."""
        return PLACE.sub(lambda gap: gaps[f"at{gap[1]}"], self.said)


def _shape(parts: Sequence[str], gap: str) -> re.Pattern[str]:
    each = (
        f"(?P<at{part}>{gap})" if odd % 2 else re.escape(part) for odd, part in enumerate(parts)
    )
    return re.compile("".join(each), re.DOTALL)


def _dated(text: str) -> str:
    """Say a day, `5月31日`, and nothing that only ends like one."""
    found = _DAY.fullmatch(text)
    return "/".join(filter(None, found.groups())) if found else text


class Wording:
    """What a catalogue says for the words of the console."""

    def __init__(self, catalogue: Catalog) -> None:
        said = [each for each in catalogue if each.id and each.string]
        self._words = {str(each.id): str(each.string) for each in said}
        made = [each for each in said if each.context == MADE]
        self._patterns = sorted(
            (_Pattern.of(str(each.id), str(each.string)) for each in made),
            key=lambda pattern: -pattern.weight,
        )
        self.of = lru_cache(_KEPT)(self._of)

    def message(self, message: str) -> str:
        """Return the translation of a message of a template, or the message."""
        return self._words.get(message, message)

    def shown(self, value: object) -> object:
        """Return what a template shows for a value: a string of ours is said, the rest stays."""
        if not isinstance(value, str) or isinstance(value, Markup) or not CJK.search(value):
            return value
        return value if len(value) > _LONGEST else self.of(value)

    def _of(self, text: str) -> str:
        if not CJK.search(text):
            return text
        if text in self._words:
            return self._words[text]
        for way in (_dated, self._sentences, self._made, self._named, self._ended, self._listed):
            said = way(text)
            if said != text:
                return said
        return text

    def _sentences(self, text: str) -> str:
        return self._each(text, "；", "; ")

    def _listed(self, text: str) -> str:
        names = self._each(text, "、", ", ")
        return self._each(text, "，", ", ") if names == text else names

    def _each(self, text: str, mark: str, instead: str) -> str:
        """Say a list, if all in it is ours: half a sentence of a document is not translated."""
        parts = text.split(mark)
        if len(parts) == 1 or not all(parts):
            return text
        said = [self.of(part) for part in parts]
        ours = all(part != other for part, other in zip(parts, said, strict=True))
        return instead.join(said) if ours else text

    def _made(self, text: str) -> str:
        for pattern in self._patterns:
            for shape in pattern.shapes if pattern.fixed in text else ():
                found = shape.fullmatch(text)
                if found and self._is_ours(pattern, found.groups()):
                    return pattern.filled(
                        {name: self.of(gap) for name, gap in found.groupdict().items()}
                    )
        return text

    def _is_ours(self, pattern: _Pattern, gaps: tuple[str, ...]) -> bool:
        """Say whether a sentence was made by us: few fixed letters need a gap that we know."""
        if pattern.letters >= _ENOUGH:
            return True
        if any(gap in self._words for gap in gaps):
            return True
        return pattern.letters > 0 and any(gap and not CJK.search(gap) for gap in gaps)

    def _named(self, text: str) -> str:
        """Say `依据：…` and `推进 3`: a word of ours, and what is told of it."""
        head, colon, rest = text.partition("：")
        if colon and head in self._words:
            return f"{self._words[head]}: {self.of(rest)}"
        head, _, number = text.rpartition(" ")
        counted = number.isdecimal() and head in self._words
        return f"{self._words[head]} {number}" if counted else text

    def _ended(self, text: str) -> str:
        said = self.of(text[:-1]) if text.endswith("。") else text[:-1]
        return text if said == text[:-1] else f"{said}."


@cache
def english() -> Wording:
    """Return the English of the console, read when it is first asked for."""
    with CATALOGUE.open("rb") as file:
        return Wording(read_po(file, locale="en"))


class InEnglish(Extension):
    """Translates templates as they are compiled."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters = environment.filters | {"told": english().shown}

    @override
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return a template in English."""
        del name, filename
        return recast(source, english().message)
