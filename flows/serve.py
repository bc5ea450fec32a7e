"""Serve Prefect's API on loopback for the process that holds our standard input, and end with it.

A program of its own, started by `flows.server`; it imports no room of the house. Whatever
becomes of its starter, SIGKILL included, the system closes the pipe, and the server goes.
"""

import gc
import itertools
import os
import socket
import sys
import threading
import time

import uvicorn
from prefect.server.api.server import create_app

_CLEAN_EVERY = 1  # seconds
_ALL_EVERY = 30  # of these: whatever lives long is looked through more rarely
_GOODBYE = 20  # seconds; a start that is still making tables may first finish them


def main() -> None:
    """Serve on the given port (0: any) until standard input ends; tell it on standard output."""
    ephemeral = "--schedules" not in sys.argv  # without the service that makes scheduled runs
    app = create_app(ephemeral=ephemeral, final=True)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=2)
    )
    threading.Thread(target=_collect, daemon=True).start()
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", int(sys.argv[1])))
        threading.Thread(target=_end_with_starter, args=[server], daemon=True).start()
        threading.Thread(target=_tell_port, args=[server, listening], daemon=True).start()
        server.run(sockets=[listening])


def _collect() -> None:
    """Collect garbage here, and nowhere else.

    A cursor of SQLite that ends as garbage waits for its connection, and that may be waiting for
    a transaction that only the event loop can end: collected there, both wait for a minute.
    """
    gc.disable()
    try:
        for each in itertools.count(1):
            time.sleep(_CLEAN_EVERY)
            gc.collect(2 if each % _ALL_EVERY == 0 else 1)
    finally:
        gc.enable()


def _tell_port(server: uvicorn.Server, listening: socket.socket) -> None:
    while not server.started:
        time.sleep(0.02)
    os.write(1, f"{listening.getsockname()[1]}\n".encode())


def _end_with_starter(server: uvicorn.Server) -> None:
    while os.read(0, 1024):
        pass
    server.should_exit = True
    time.sleep(_GOODBYE)
    os._exit(1)


if __name__ == "__main__":
    main()
