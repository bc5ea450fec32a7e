"""On a fresh machine `make demo` sets everything up and runs, twice, in a path with spaces.

`make test` from a clean checkout is what `.ci/run` does; it is not started from inside itself.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

pytestmark = pytest.mark.long


def test_make_demo_works_twice_from_a_clean_checkout_in_a_path_with_spaces(tmp_path: Path) -> None:
    clone = tmp_path / "a fresh 检出"
    for path in files():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, clone / path)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST", "COVERAGE", "PEIYU_", "PREFECT_", "PYTHONPATH"))
    }

    for turn in ("first", "second"):
        done = subprocess.run(
            ["make", "demo"],
            cwd=clone,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{turn}: {done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "演示完毕" in done.stdout
    assert "上次演示已经办过" in done.stdout
    assert list((clone / "var" / "demo" / "letters").glob("*.eml"))
