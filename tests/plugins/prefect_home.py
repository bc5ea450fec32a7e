"""What Prefect's first start makes in a data folder, made once for a whole run of the tests.

Its hundred tables take a server longer than all it does for a test; each new folder would wait.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import local
from flows.server import OwnServer


@pytest.fixture(scope="session")
def founded_prefect(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder in which a server of Prefect was once, shared by all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "prefect-was-here"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            server = OwnServer(folder)
            try:
                server.api_url()
            finally:
                server.stop()
    return folder / "prefect"


@pytest.fixture
def prefect_was_in(founded_prefect: Path) -> Callable[[Path], object]:
    """Return what makes a data folder as if Prefect had been started there before."""
    return lambda home: shutil.copytree(founded_prefect, home / "prefect")


@pytest.fixture(scope="session", autouse=True)
def _its_records_outlive_a_test(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Let the one server of this process write where no test's end takes its file away."""
    kept = tmp_path_factory.mktemp("kept")

    def started(_: Path, *, port: int = 0) -> OwnServer:
        if not (kept / "prefect").exists():
            shutil.copytree(request.getfixturevalue("founded_prefect"), kept / "prefect")
        return OwnServer(kept, port=port)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local, "OwnServer", started)
        yield
        for server in local._servers:
            server.stop()
