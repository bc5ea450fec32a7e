"""What a page is asked, and what it answers: plain values, so that a page knows no web server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from casework.services import Services
from casework.sign_in import Visitor
from console.forms import File


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of somebody who is signed in; ``services`` see only what that person may."""

    services: Services
    who: Visitor
    place: str  # path and query, to come back to
    origin: str = ""  # http://host:port, as this browser calls us
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)

    def said(self, name: str) -> str:
        """Return what a field of the form says, without the spaces around it."""
        values = self.form.get(name, ())
        return values[0].strip() if values else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its template and what it shows."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    frames: bool = False  # it shows another page of ours inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A page that somebody else's words made: shown only inside one of ours, and inert there."""

    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Go there, and find there what was done; ``wrong`` when nothing was."""

    to: str
    said: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """There is no such thing, or not for this person: both look the same."""

    what: str = "没有这一页，或者它不在您负责的范围内"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file to keep."""

    content: bytes
    name: str
    media_type: str = "application/octet-stream"


Answer: TypeAlias = Shown | Framed | Sent | Missing | Given
Handler: TypeAlias = Callable[[Visit], Answer]
