"""The program runs on Windows too: nothing that only POSIX has is asked for without a look."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.imports import imported
from tests.house.tree import files, rooms, text

INSTALLER = {Path("scripts/bundle_install.py"), Path("scripts/bundle_main.py")}
PROGRAM = [
    path
    for path in files()
    if path.suffix == ".py" and (path.parts[0] in {*rooms(), "migrations"} or path in INSTALLER)
]
MODULES = {
    *("crypt", "curses", "fcntl", "grp", "nis", "ossaudiodev", "posix", "pty", "pwd"),
    *("readline", "resource", "spwd", "syslog", "termios", "tty"),
}
NAMES = {
    "os": {
        *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid"),
        *("getloadavg", "getpgid", "getuid", "killpg", "lchown", "mkfifo", "nice", "setpgid"),
        *("setsid", "setuid", "setgid", "statvfs", "sysconf", "uname", "wait", "WNOHANG"),
    },
    "signal": {
        *("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2"),
        *("alarm", "pause", "pthread_sigmask", "setitimer", "sigwait"),
    },
    "time": {"tzset", "clock_gettime"},
    "socket": {"AF_UNIX", "SO_REUSEPORT"},
}


def test_every_module_can_be_read_on_windows() -> None:
    assert set(PROGRAM) > INSTALLER
    assert not [path for path in PROGRAM if imported(text(path), when_read=True) & MODULES]


def test_what_only_posix_has_is_asked_for_only_after_a_look_at_the_system() -> None:
    found = [f"{path}:{line}" for path in PROGRAM for line in _unguarded(ast.parse(text(path)))]

    assert not found


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        pytest.param("import os\nos.fork()\n", [2], id="bare"),
        pytest.param("if sys.platform != 'win32':\n os.fork()\n", [], id="guarded"),
        pytest.param("if os.name == 'nt':\n pass\nelse:\n os.fork()\n", [], id="otherwise"),
        pytest.param("if ready:\n signal.SIGHUP\n", [2], id="another-question"),
        pytest.param("def f():\n import fcntl\n", [2], id="import"),
    ],
)
def test_the_look_is_seen(source: str, lines: list[int]) -> None:
    assert list(_unguarded(ast.parse(source))) == lines


def _unguarded(node: ast.AST) -> Iterator[int]:
    """Yield the lines that need POSIX and do not stand under a question about the system."""
    if isinstance(node, ast.If) and _asks(node.test):
        return
    match node:
        case ast.Attribute(value=ast.Name(id=module), attr=name) if name in NAMES.get(module, ()):
            yield node.lineno
    if isinstance(node, ast.Import) and {each.name for each in node.names} & MODULES:
        yield node.lineno
    if isinstance(node, ast.ImportFrom) and node.module in MODULES:
        yield node.lineno
    for child in ast.iter_child_nodes(node):
        yield from _unguarded(child)


def _asks(test: ast.expr) -> bool:
    return bool(re.search(r"sys\.platform|os\.name|_WINDOWS", ast.unparse(test)))
