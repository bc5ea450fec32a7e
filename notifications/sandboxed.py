"""The program that renders what staff wrote: a process of its own, which little can be asked of.

It reads letters to write from its input and answers on its output, until its input ends. It is
started by `notifications/sandbox.py`, which also ends it when it takes too long.
"""

import json
import pickle  # what comes in is ours; what goes out is JSON, and nothing is read back but words
import sys
import traceback
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from jinja2 import ChoiceLoader, DictLoader, FunctionLoader, StrictUndefined, TemplateError
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment
from typing_extensions import override

import notifications.agenda  # noqa: F401 - what letters are made of is known before memory is short
from notifications.allowed import FILTERS, METHODS, PARTIALS, PARTS, TESTS
from notifications.rendering import TEMPLATES, WORDS, inert

READY = b"ready\n"
MOST = 400_000  # characters of one part
MEMORY = 128 * 1024 * 1024  # beyond what the program itself needs
SECONDS = 2  # of computing, for one letter
_SHOWN = 120


class Sandbox(SandboxedEnvironment):
    """Templates that reach the values they are given, by name, and nothing behind them."""

    intercepted_binops = frozenset({"*", "**", "//", "/"})

    @override
    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if attr.startswith("_"):
            return False
        if is_dataclass(obj):
            named = attr in {each.name for each in fields(obj)}
            return named or isinstance(getattr(type(obj), attr, None), property)
        if isinstance(obj, LoopContext):
            return attr in {"index", "index0", "first", "last", "length"}
        return isinstance(obj, TemplateModule) or attr in METHODS or isinstance(value, int)

    @override
    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Macro) or getattr(obj, "__name__", "") in METHODS

    @override
    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"不能用“{operator}”")


@lru_cache(maxsize=8)
def environment(name: str, source: str) -> Sandbox:
    """Return what a template is rendered in; it may take in the shipped partials alone."""
    made = Sandbox(
        loader=ChoiceLoader([DictLoader({name: source}), FunctionLoader(_partial)]),
        undefined=StrictUndefined,
        autoescape=name.endswith(".html"),
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS if name in made.filters} | WORDS
    made.tests = {name: made.tests[name] for name in (*TESTS, *_OPERATORS)}
    return made


# What comparisons compile to.
_OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in")


@cache
def _partial(name: str) -> tuple[str, str, None] | None:
    """Return a shipped partial; its name tells its lines from those that staff wrote."""
    known = name in (*PARTIALS, PARTS)
    return ((TEMPLATES / name).read_text("utf-8"), name, None) if known else None


def answer(asked: Mapping[str, Any]) -> dict[str, object]:
    """Return each part as it reads, or the part, the line and the fault of the first that fails."""
    parts: Mapping[str, str] = asked["parts"]
    written: dict[str, object] = {}
    for name, source in parts.items():
        try:
            written[name] = _bounded(environment(name, source), name, asked["context"])
        except _FAULTS as error:
            said = " ".join(str(error).split())[:_SHOWN]
            return {"part": name, "line": _line(error), "fault": said, "kind": _kind(error)}
    return {"written": written}


_FAULTS = (
    *(TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError),
    *(TypeError, ValueError),
)


def _kind(error: BaseException) -> str:
    return next(base.__name__ for base in type(error).__mro__ if not base.__name__.startswith("_"))


def _bounded(made: Sandbox, name: str, context: Mapping[str, object]) -> str:
    pieces, length = [], 0
    for piece in made.get_template(name).generate(context):
        length += len(piece)
        if length > MOST:
            raise ValueError("写出来太长了")
        pieces.append(piece)
    return "".join(pieces)


def _line(error: BaseException) -> int:
    """Return the line of a template in which it went wrong, the innermost."""
    known = getattr(error, "lineno", None)
    frames = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == "<template>"
    ]
    return known or next((line for line in reversed(frames) if line), 0)


def confine() -> None:
    """Take away memory, files and time from here on, as far as this system knows how to."""
    if sys.platform != "win32":  # there its parent's clock and the list of what is allowed remain
        import resource

        pages = Path("/proc/self/statm")
        used = int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 0
        room = (used or 2 * MEMORY) + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (room, room))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_seconds(seconds: int) -> None:
    """End this process should it compute longer than that, even if its parent is gone."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + seconds
        longest = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (until, longest))


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer one letter after another."""
    for name in (*PARTIALS, PARTS):  # what is read from files is read by now
        _partial(name)
    confine()
    answers.write(READY)
    answers.flush()
    while size := asked.read(8):
        allow_seconds(SECONDS)
        try:
            told = answer(pickle.loads(asked.read(int.from_bytes(size, "big"))))  # noqa: S301
        except MemoryError:
            told = {"part": "", "line": 0, "fault": "", "kind": "MemoryError"}
        raw = json.dumps(told).encode()
        answers.write(len(raw).to_bytes(8, "big") + raw)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
