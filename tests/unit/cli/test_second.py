"""Whether who keeps the timetable died a moment ago: then its successor is no second one."""

import os
import socket
import subprocess
import sys

import pytest

from cli.up import _is_gone


@pytest.mark.skipif(sys.platform == "win32", reason="there nobody can ask without ending it")
def test_only_a_process_of_this_machine_that_ended_is_gone() -> None:
    here = socket.gethostname()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert _is_gone(f"{here}（进程 {ended.pid}）")
    assert not _is_gone(f"{here}（进程 {os.getpid()}）")
    assert not _is_gone(f"not-{here}（进程 {ended.pid}）")
    assert not _is_gone("甲机")
