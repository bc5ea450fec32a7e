"""Asks the pages of a data folder over HTTP, as whoever watches from outside does."""

import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from console.serving import serving


def ask(home: Path, path: str) -> tuple[int, str]:
    """Serve a data folder for one question; return the status and the text."""
    with serving(home, "127.0.0.1", 0) as port:
        return read(f"http://127.0.0.1:{port}{path}")


def read(page: str) -> tuple[int, str]:
    """Return the status and the text of a page that is served already."""
    try:
        with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 - our own
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def send(page: str, form: dict[str, str] | bytes, method: str = "POST") -> tuple[int, str]:
    """Send a form to a page that is served already; return the status and the text."""
    body = form if isinstance(form, bytes) else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(page, data=body, method=method)  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
