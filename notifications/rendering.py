"""Rendering: a letter's three templates and its context become a subject, a text and a page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from notifications.values import Rendered
from notifications.words import countdown, day, one_line, shortened
from policy.workdays import weekday_name

TEMPLATES = Path(__file__).parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")


def render(name: str, context: Mapping[str, object]) -> Rendered:
    """Return the letter of this name, or its subject alone where nobody will read the rest.

    UndefinedError: the context lacks what a template names.
    """
    if context.get("unread"):
        said = _TEXT.get_template(f"{name}/{PARTS[0]}").render(context)
        return Rendered(subject=one_line(said), text="", html="")
    subject, text, page = (
        environment.get_template(f"{name}/{part}").render(context)
        for environment, part in zip((_TEXT, _TEXT, _PAGE), PARTS, strict=True)
    )
    return Rendered(subject=one_line(subject), text=text.strip() + "\n", html=page)


def _inert(value: object) -> object:
    """Keep a value from a roster on its own line; what a template itself made passes."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment(*, escaped: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=escaped,  # noqa: S701 - on for pages; a plain text has nothing to escape
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "countdown": countdown,
        "weekday": weekday_name,
        "shortened": shortened,
    }
    return environment


_TEXT: Any = _environment(escaped=False)
_PAGE: Any = _environment(escaped=True)
