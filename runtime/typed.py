"""What people type: a path as it stands in a command."""

import os
import re
import shlex
from pathlib import Path

_PLAIN = re.compile(r"[\w./\\:~-]+")


def typed(path: Path) -> str:
    """Return a path as it is typed into a command; Chinese needs no quotes, a space does."""
    text = str(path)
    if _PLAIN.fullmatch(text):
        return text
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)  # cmd knows no single quotes
