"""One file installs and runs Peiyu on a machine with Python and no network at all."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files
from tests.plugins.cut_off import killed_without_network, without_network

pytestmark = pytest.mark.long

PYTHON = sys._base_executable  # the machine's own, with none of our packages
AUTHOR = {
    f"GIT_{who}_{what}": "x@y.invalid"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}


def test_the_bundle_installs_runs_and_upgrades_without_a_network(tmp_path: Path) -> None:
    checkout, place = tmp_path / "checkout", tmp_path / "an empty 文件夹"
    place.mkdir()
    first = _bundled(checkout)
    again = first.rename(tmp_path / first.name).read_bytes()

    assert _bundled(checkout).read_bytes() == again  # the same commit gives the same bytes

    bare = _bare(tmp_path / "home")
    installed = _run([PYTHON, str(tmp_path / first.name)], place, bare)
    assert "装好了" in installed

    command = str(place / "peiyu" / "peiyu")
    assert "演示完毕" in _run([command, "demo"], place, bare)
    letters = place / "peiyu" / "var" / "demo" / "letters"
    sent = sorted(letters.glob("*.eml"))
    assert sent

    assert "程序文件完好" in _run([PYTHON, str(tmp_path / first.name)], place, bare)

    (checkout / "CHANGELOG.md").write_text("# 更新\n", encoding="utf-8")
    second = [PYTHON, str(_bundled(checkout))]
    versions = place / "peiyu" / "versions"
    before = _run([command, "--version"], place, bare)
    killed_without_network(
        second, cwd=place, env=bare, when=lambda: len([*versions.glob("*/.venv/bin/python")]) > 1
    )
    assert _run([command, "--version"], place, bare) == before  # the old one is still in force
    assert len([*versions.glob("*/installed.json")]) == 1

    assert "原来的版本" in _run(second, place, bare)
    assert len([*versions.glob("*/installed.json")]) == 2
    assert "上次演示已经办过" in _run([command, "demo"], place, bare)
    assert sorted(letters.glob("*.eml")) == sent
    assert not list((tmp_path / "home").iterdir())  # nothing outside its folder


def _bundled(checkout: Path) -> Path:
    """Commit the files as they are here, unless they are there already, and make the bundle."""
    if not checkout.exists():
        for path in files():
            (checkout / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / path, checkout / path)
        _git(checkout, "init", "--quiet")
    _git(checkout, "add", "--all")
    if _git(checkout, "status", "--porcelain"):
        _git(checkout, "commit", "--quiet", "--message", "一份检出")
    to = checkout.parent / "made"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.make_bundle", "--to", str(to)],
        cwd=checkout,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    made = Path(done.stdout.splitlines()[0])
    assert "dirty" not in made.name
    return made


def _git(checkout: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", *words],
        cwd=checkout,
        env=os.environ | AUTHOR,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _bare(home: Path) -> dict[str, str]:
    """Return the environment of somebody who has set up nothing."""
    home.mkdir()
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PIP_NO_INDEX": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }


def _run(words: list[str], cwd: Path, env: Mapping[str, str]) -> str:
    done = without_network(words, cwd=cwd, env=env)
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
