"""Rendering: a letter's three templates and its context become a subject, a text and a page."""

import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, meta
from markupsafe import Markup

from notifications.required import unsaid
from notifications.sandbox import SANDBOX, SandboxError
from notifications.values import Rendered, Wording
from notifications.words import countdown, day, one_line, shortened
from policy.spoken import SpokenError
from policy.workdays import weekday_name

TEMPLATES = Path(__file__).parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
WORDS = {"day": day, "countdown": countdown, "weekday": weekday_name, "shortened": shortened}
_OURS = ("wordings", "unread")  # of a context: what no template asks for
_SHOWN = 120
# Whatever can be met in what a letter is made of. Trouble of the machine (OSError) and of the
# database meets every letter: no error of those is one of these.
_FAULTS = (
    TemplateError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NameError,
    RuntimeError,
    TypeError,
    ValueError,
)


class UnwritableError(SpokenError):
    """One letter can not be written; its text names the template and the line."""


@contextmanager
def one_letter(part: str) -> Iterator[None]:
    """Let what goes wrong inside be the fault of one letter, and say where it is.

    ``part`` is what is being written, for what goes wrong in no line of a template.
    """
    try:
        yield
    except _FAULTS as error:
        said = shortened(one_line(str(error)) or type(error).__name__, _SHOWN)
        raise UnwritableError(f"信没有写成，{_place(error, part)}：{said}") from error


def render(name: str, context: Mapping[str, object]) -> Rendered:
    """Return the letter of this name, or its subject alone where nobody will read the rest.

    `one_letter` says what goes wrong.
    """
    if context.get("unread"):
        said = _TEXT.get_template(f"{name}/{PARTS[0]}").render(context)
        return Rendered(subject=one_line(said), text="", html="")
    wordings = context.get("wordings")
    wording = wordings.get(name) if isinstance(wordings, Mapping) else None
    if isinstance(wording, Wording):
        try:
            return reworded(name, wording, context)
        except SandboxError as fault:
            return replace(_shipped(name, context), fault=str(fault))
    return _shipped(name, context)


def shipped_wording(name: str) -> Wording:
    """Return a letter's templates as they came with the program."""
    subject, text, page = ((TEMPLATES / name / part).read_text("utf-8") for part in PARTS)
    return Wording(version=0, subject=subject, text=text, html=page)


def _shipped(name: str, context: Mapping[str, object]) -> Rendered:
    return _whole(
        environment.get_template(f"{name}/{part}").render(context)
        for environment, part in zip((_TEXT, _TEXT, _PAGE), PARTS, strict=True)
    )


def reworded(name: str, wording: Wording, context: Mapping[str, object]) -> Rendered:
    """Return the letter as staff worded it; raise SandboxError when it can not be had so.

    What a letter must say it says in any wording, each single letter anew.
    """
    sources = (wording.subject, wording.text, wording.html)
    given = {key: value for key, value in context.items() if key not in _OURS}
    written = SANDBOX.render(dict(zip(PARTS, sources, strict=True)), given)
    try:
        rendered = _whole(written[part] for part in PARTS)
    except ValueError as error:
        raise SandboxError(str(error)) from error
    if lacking := next(unsaid(name, rendered, given), ""):
        raise SandboxError(lacking)
    return rendered


def _whole(parts: Iterable[str]) -> Rendered:
    subject, text, page = parts
    if not one_line(subject):
        raise ValueError("标题是空的")
    return Rendered(subject=one_line(subject), text=text.strip() + "\n", html=page)


def damaged(names: Iterable[str]) -> str:
    """Return what is wrong with the first template that no letter could use, or nothing.

    A file that is gone or cut off is the installation's fault and meets every letter.
    """
    found = ((path, path.stat()) for path in sorted(TEMPLATES.rglob("*.*")))
    stamps = tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in found)
    return _damaged(tuple(names), stamps)


@lru_cache(maxsize=2)
def _damaged(
    names: tuple[str, ...],
    stamps: tuple[tuple[str, int, int], ...],  # noqa: ARG001 - a changed file is read again
) -> str:
    wanted = [f"{name}/{part}" for name in names for part in PARTS]
    for each in wanted:
        try:
            source = (TEMPLATES / each).read_text("utf-8")
            if not source.strip():
                return f"信的模板 {each} 是空的，请重新安装程序"
            _TEXT.get_template(each)
            named = meta.find_referenced_templates(_TEXT.parse(source))
            wanted += [name for name in named if name and name not in wanted]
        except (OSError, ValueError, TemplateError) as error:
            place = f" 第 {line} 行" if (line := getattr(error, "lineno", None)) else ""
            return f"信的模板 {each}{place}不能用，请重新安装程序"
    return ""


def _place(error: Exception, part: str) -> str:
    """Return the template and the line in which it went wrong, as far as they are known."""
    inside = [
        f"{Path(frame.filename).relative_to(TEMPLATES).as_posix()} 第 {frame.lineno} 行"
        for frame in traceback.extract_tb(error.__traceback__)
        if TEMPLATES in Path(frame.filename).parents
    ]
    return f"模板 {inside[-1]}" if inside else part


def inert(value: object) -> object:
    """Keep a value from a roster on its own line; what a template itself made passes."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment(*, escaped: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=escaped,  # noqa: S701 - on for pages; a plain text has nothing to escape
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= WORDS
    return environment


_TEXT: Any = _environment(escaped=False)
_PAGE: Any = _environment(escaped=True)
