"""Serving the pages beside other work, in a thread that ends with it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from fastapi import FastAPI

from console.app import make_app
from console.house import FirstStart, Starter

_PATIENCE = 5.0  # seconds for answers under way


@contextmanager
def serving(
    home: Path, host: str, port: int, first: FirstStart | None = None, start: Starter | None = None
) -> Iterator[int]:
    """Serve the data folder's pages meanwhile; yield the port. OSError: it can not be had.

    ``first`` lets the first administrator in; ``start`` begins the runs that somebody asks for.
    """
    with served(make_app(home, first=first, start=start), host, port) as at:
        yield at


@contextmanager
def served(app: FastAPI, host: str, port: int) -> Iterator[int]:
    """Serve an application meanwhile; yield the port."""
    with socket.create_server((host, port)) as listening:
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        # A thread of its own hears no signal: those are for whoever keeps the timetable.
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
