"""What every page has in common: one template, one style that its policy names, no other asset."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"
_PAGES = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Page:
    """A template and its style; nothing is asked of anybody else, and nothing runs."""

    def __init__(self, name: str, *, forms: bool = False) -> None:
        style = (_TEMPLATES / f"{name}.css").read_text(encoding="utf-8")
        seal = b64encode(sha256(style.encode()).digest()).decode()
        self._template = _PAGES.get_template(f"{name}.html")
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
