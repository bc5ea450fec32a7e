"""Runs a program where there is no network: a namespace of its own that holds loopback alone.

A program of its own, started by `without_network`: inside the namespace it brings loopback up,
because Prefect's own server talks to us over 127.0.0.1, makes sure that nothing else can be
reached, and becomes the program. Where the kernel refuses a namespace, the program is not run
and `without_network` raises, so a test can not pass with the network still there.
"""

import errno
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_ELSEWHERE = ("192.0.2.1", 443)  # an address for examples, in no network
_NOT_CUT_OFF = 97


UNSHARED = ("unshare", "--net", "--map-root-user", sys.executable, "-I", __file__)


def without_network(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program without a network; raise when this machine can not take it away."""
    done = subprocess.run(
        [*UNSHARED, *words],
        cwd=cwd,
        env=dict(env),
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode == _NOT_CUT_OFF or done.stderr.startswith("unshare:"):
        raise RuntimeError(f"the network could not be cut off here: {done.stderr}")
    return done


def killed_without_network(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str], when: Callable[[], bool]
) -> None:
    """Start a program without a network; kill it, with whatever it started, at a moment."""
    started = subprocess.Popen(
        [*UNSHARED, *words],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not when():
        assert started.poll() is None, f"it ended first: {started.returncode}"
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGKILL)
    started.wait()


def _main() -> None:
    try:
        _bring_loopback_up()
        _make_sure_that_nothing_answers()
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(_NOT_CUT_OFF)
    os.execvpe(sys.argv[1], sys.argv[1:], os.environ)  # noqa: S606 - it becomes the program


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _GET_FLAGS, asked))[1]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def _make_sure_that_nothing_answers() -> None:
    names = [name for _, name in socket.if_nameindex()]
    routes = Path("/proc/net/route").read_text(encoding="ascii").splitlines()[1:]
    with socket.socket() as calling:
        refused = calling.connect_ex(_ELSEWHERE)
    if routes or "lo" not in names or refused != errno.ENETUNREACH:
        raise OSError(refused, f"still reachable: {names}, routes {routes}")


if __name__ == "__main__":
    _main()
