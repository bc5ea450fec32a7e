"""Telling whoever looks how far a run has come, and knowing who began it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]  # pieces done, pieces in all

_LISTENER: ContextVar[Progress | None] = ContextVar("listener", default=None)
_STOPPER: ContextVar[Event | None] = ContextVar("stopper", default=None)
_STARTER: ContextVar[str] = ContextVar("starter", default="")


@contextmanager
def told_to(listener: Progress | None) -> Iterator[None]:
    """Let a listener hear of the progress made inside."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def tell(done: int, of: int) -> None:
    """Tell the listener, if there is one."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(done, of)


@contextmanager
def begun_by(starter: str) -> Iterator[None]:
    """Let the runs inside be told as begun by a person or by the timetable."""
    token = _STARTER.set(starter)
    try:
        yield
    finally:
        _STARTER.reset(token)


@contextmanager
def stopped_by(stop: Event) -> Iterator[None]:
    """Let long work inside hear when it is to end."""
    token = _STOPPER.set(stop)
    try:
        yield
    finally:
        _STOPPER.reset(token)


def stopper() -> Event | None:
    """Return what is set when work is to end, if somebody may tell it so."""
    return _STOPPER.get()


def starter() -> str:
    """Return who began what runs now; nobody where a worker took it up."""
    return _STARTER.get()
