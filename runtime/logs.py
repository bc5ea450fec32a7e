"""The log for machines: one line for each event, with the key of its run and nobody's name."""

import datetime as dt
import json
import logging
import sys
from logging.handlers import RotatingFileHandler
from typing import Any

from typing_extensions import override

from config.settings import Settings

FILE = "peiyu.log"
_LOG = logging.getLogger("peiyu")
_BYTES, _KEPT = 5 * 1024**2, 5
_told: list[object] = []  # the settings that the handler was made for


def set_up(settings: Settings) -> None:
    """Write events where the settings say; asked again with the same ones, nothing changes."""
    wanted = (settings.home, settings.log)
    if _told == [wanted]:
        return
    _told[:] = [wanted]
    for old in list(_LOG.handlers):
        _LOG.removeHandler(old)
        old.close()
    _LOG.propagate = False
    if settings.log.format == "none":
        _LOG.addHandler(logging.NullHandler())
        return
    try:
        handler = _handler(settings)
    except OSError as error:  # the work goes on; whoever looks for the log learns why it is not
        sys.stderr.write(f"日志写不进（{error}），这一次不记日志\n")
        handler = logging.NullHandler()
        _told.clear()  # the next run looks again
    handler.setFormatter(_Lines(as_json=settings.log.format == "json"))
    _LOG.addHandler(handler)
    _LOG.setLevel(settings.log.level)


def event(name: str, run: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write that something happened in a run; the fields are counts and keys, never people."""
    _LOG.log(level, name, extra={"fields": {"run": run, **fields}})


def _handler(settings: Settings) -> logging.Handler:
    if settings.log.to == "stderr":
        return logging.StreamHandler(sys.stderr)
    folder = settings.home / "logs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / FILE).open("a", encoding="utf-8").close()  # what keeps us from it is said now
    return RotatingFileHandler(
        folder / FILE, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
    )


class _Lines(logging.Formatter):
    """One event is one line, as JSON or as words."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    @override
    def format(self, record: logging.LogRecord) -> str:
        time = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        fields: dict[str, Any] = getattr(record, "fields", {})
        head = {"time": time, "level": record.levelname.lower(), "event": record.getMessage()}
        if self._as_json:
            return json.dumps({**head, **fields}, ensure_ascii=False, default=str)
        told = " ".join(f"{name}={value}" for name, value in fields.items())
        return " ".join([*head.values(), told])
