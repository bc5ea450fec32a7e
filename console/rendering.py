"""Templates of the console, and its own files: each under a name that changes with its content."""

import datetime as dt
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.language import CHINESE, LANGUAGES, InEnglish, spoken

ROOM = Path(__file__).parent
_STATIC = ROOM / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def _content(path: Path) -> tuple[bytes, str]:
    return path.read_bytes(), _TYPES[path.suffix]


_FILES = {path.name: _content(path) for path in sorted(_STATIC.iterdir())}
_NAMES = {
    name: f"{Path(name).stem}.{sha256(content).hexdigest()[:12]}{Path(name).suffix}"
    for name, (content, _) in _FILES.items()
}
_BY_NAME = {_NAMES[name]: file for name, file in _FILES.items()}


def own_file(name: str) -> tuple[bytes, str] | None:
    """Return the content and the type of a file of ours, by its name of today."""
    return _BY_NAME.get(name)


def address_of(name: str) -> str:
    """Return where a file of ours is."""
    return f"/static/{_NAMES[name]}"


def _date(day: dt.date | None) -> str:
    return "" if day is None else f"{day.year}-{day.month:02}-{day.day:02}"


PAGES = Environment(
    loader=FileSystemLoader(ROOM / "templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGES.globals["own"] = address_of
PAGES.filters["date"] = _date


@cache
def _pages_in(tag: str) -> Environment:
    """Return the templates in a language, each compiled once."""
    return PAGES if tag == CHINESE else PAGES.overlay(extensions=[InEnglish])


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return a page as HTML, in the language that was chosen for this request."""
    chosen = spoken.get()
    told = {"spoken": chosen, "languages": LANGUAGES, **values}
    return _pages_in(chosen.tag).get_template(template).render(told)


class Alone:
    """A page for whoever can reach no other address of ours: its style is in it, sealed."""

    def __init__(self, name: str, *, forms: bool = False) -> None:
        style = (ROOM / "templates" / f"{name}.css").read_text(encoding="utf-8")
        seal = b64encode(sha256(style.encode()).digest()).decode()
        self._template = PAGES.get_template(f"{name}.html")
        self._style = Markup(style)  # noqa: S704 - our own file, and the policy holds it to that
        action = "'self'" if forms else "'none'"
        self.headers: Mapping[str, str] = {
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{seal}'; base-uri 'none'; "
                f"form-action {action}; frame-ancestors 'none'"
            ),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        }

    def render(self, **context: object) -> str:
        """Return the page as HTML."""
        return self._template.render(style=self._style, **context)
