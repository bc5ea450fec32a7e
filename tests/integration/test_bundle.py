"""The bundle: what it holds, that its bytes are its own, and that a damaged one is refused."""

import ast
import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from importlib.util import cache_from_source
from pathlib import Path
from shutil import copy2

import pytest
from packaging.utils import canonicalize_name

from scripts import bundle_install
from scripts.bundle_wheels import CannotBundleError, Machine, closure, gather, pins_of
from scripts.make_bundle import PLATFORMS, TOOLS, kept, write
from tests.house.imports import imported
from tests.house.tree import ROOT, files, pyproject, rooms, text

ABOUT = {"version": "0.0.1", "commit": "0" * 40, "clean": True, "platform": "none", "python": "3"}
INSIDE = {"project/cli/main.py": b"print()\n", "wheels/示例-1-py3-none-any.whl": b"wheel" * 9}
IMPORT_ALL = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    print(importlib.import_module(name).__file__)
"""


def test_every_module_of_the_program_is_in_the_bundle_and_finds_what_it_imports_there(
    tmp_path: Path,
) -> None:
    modules = []
    for name in kept(path.as_posix() for path in files()):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy2(ROOT / name, tmp_path / name)  # with its time, by which its bytecode is known
        if name.partition("/")[0] in rooms() and name.endswith(".py"):
            _keep_compiled(ROOT / name, tmp_path / name)
            modules.append(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    runnable = sorted(set(modules) - {"cli.__main__"})
    done = subprocess.run(
        [sys.executable, "-P", "-c", IMPORT_ALL, str(tmp_path), *runnable],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(runnable)
    assert all(Path(line).is_relative_to(tmp_path) for line in done.stdout.splitlines())
    assert not list(tmp_path.glob("tests"))


def _keep_compiled(path: Path, copied: Path) -> None:
    """Copy what a file was compiled to, if it was: Python would compile hundreds anew."""
    compiled, copy = Path(cache_from_source(str(path))), Path(cache_from_source(str(copied)))
    if compiled.exists():
        copy.parent.mkdir(exist_ok=True)
        copy2(compiled, copy)


def test_every_package_that_the_program_imports_is_among_the_wheels() -> None:
    wanted = (*pyproject()["project"]["dependencies"], *TOOLS)
    needed, _ = closure(wanted, _installed, _here().markers())
    providers = packages_distributions()
    lost = {
        (path.as_posix(), name)
        for path in files()
        if path.suffix == ".py" and path.parts[0] in {*rooms(), "migrations"}
        for name in imported(text(path))
        if name not in sys.stdlib_module_names
        and name not in {*rooms(), "migrations"}
        and not needed & {canonicalize_name(each) for each in providers.get(name, ())}
    }

    assert not lost


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_there_is_a_pin_for_whatever_another_machine_needs(platform: str, python: str) -> None:
    pins = pins_of(text("constraints.txt"))
    wanted = (*pyproject()["project"]["dependencies"], *TOOLS)
    markers = Machine(platform=platform, python=python).markers()
    needed, _ = closure(wanted, _installed, markers)

    assert needed <= pins.keys()


def test_needs_are_judged_for_the_machine_that_the_bundle_is_for() -> None:
    lines = {
        "one": ['two ; sys_platform == "win32"', 'three[more] ; python_version >= "3.12"'],
        "two": [],
        "three": ['four ; extra == "more"', 'five ; extra == "other"', "one"],
        "four": [],
    }
    windows = Machine(platform="win_amd64", python="3.11").markers()
    linux = Machine(platform="linux_x86_64", python="3.12").markers()

    assert closure(["one"], lines.get, windows) == ({"one", "two"}, set())
    assert closure(["one"], lines.get, linux) == ({"one", "three", "four"}, set())
    assert closure(["one", "Six"], lines.get, windows) == ({"one", "two", "six"}, {"six"})


def test_a_package_without_a_pin_stops_the_bundle(tmp_path: Path) -> None:
    with pytest.raises(CannotBundleError, match=r"no pin in constraints[.]txt for nowhere"):
        gather(["nowhere"], {}, _here(), tmp_path)


def test_the_same_contents_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a.pyz", ABOUT, INSIDE)
    write(tmp_path / "b.pyz", ABOUT, dict(reversed(INSIDE.items())))

    assert (tmp_path / "a.pyz").read_bytes() == (tmp_path / "b.pyz").read_bytes()


def test_a_whole_bundle_says_so_and_installs_nothing_when_only_asked(tmp_path: Path) -> None:
    write(tmp_path / "peiyu.pyz", ABOUT, INSIDE)

    code, said = _run(tmp_path, "--check")

    assert (code, "安装文件完好" in said) == (0, True)
    assert [each.name for each in tmp_path.iterdir()] == ["peiyu.pyz"]


def test_a_bundle_for_another_machine_says_for_which(tmp_path: Path) -> None:
    write(tmp_path / "peiyu.pyz", ABOUT, INSIDE)

    code, said = _run(tmp_path)

    assert code == 1
    assert "这份安装文件用于 Python 3，" in said
    assert [each.name for each in tmp_path.iterdir()] == ["peiyu.pyz"]


@pytest.mark.parametrize("what", ["a byte", "a file", "one too many", "its end"])
def test_a_damaged_bundle_is_refused_with_a_sentence_and_changes_nothing(
    tmp_path: Path, what: str
) -> None:
    bundle = tmp_path / "peiyu.pyz"
    write(bundle, ABOUT, INSIDE)
    whole = bundle.read_bytes()
    if what == "a byte":
        bundle.write_bytes(whole.replace(b"wheelwheel", b"wheelWheel", 1))
    elif what == "its end":
        bundle.write_bytes(whole[:-200])
    else:
        content = {"one too many": b"x = 1\n", "a file": b"wheel"}[what]
        _put(bundle, "project/cli/x.py" if what == "one too many" else "", content)

    code, said = _run(tmp_path, "--check")

    assert code == 1
    assert what == "its end" or "没有安装：安装文件" in said  # Python itself refuses half a zip
    assert "Traceback" not in said
    assert [each.name for each in tmp_path.iterdir()] == ["peiyu.pyz"]


def test_an_old_python_can_read_the_first_lines_and_says_what_is_needed() -> None:
    first = text("scripts/bundle_main.py")

    assert ast.parse(first, feature_version=(3, 6))
    assert "需要 Python 3.11" in first


def test_the_command_starts_the_version_in_force_wherever_it_is_called_from(
    tmp_path: Path,
) -> None:
    place = tmp_path / "a place"
    link = tmp_path / "peiyu"
    for version in ("1-a", "2-b"):
        program = place / "versions" / version / ".venv" / "bin" / "peiyu"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\necho "{version} $PEIYU_HOME $*"\n', encoding="utf-8")
        program.chmod(0o755)
        link.unlink(missing_ok=True)
        link.symlink_to(bundle_install.switch(place, version))

        assert bundle_install.in_force(place) == version
        assert _shell(link, {}) == f"{version} {place}/var two words\n"
        assert _shell(link, {"PEIYU_HOME": "elsewhere"}) == f"{version} elsewhere two words\n"


def test_installed_again_the_version_to_go_back_to_stays(tmp_path: Path) -> None:
    for number, name in enumerate(("0-older", "1-before", "2-now", "3-cut-off")):
        (tmp_path / "versions" / name).mkdir(parents=True)
        if name != "3-cut-off":
            whole = tmp_path / "versions" / name / "installed.json"
            whole.touch()
            os.utime(whole, (number, number))

    bundle_install.tidy(tmp_path, "2-now", before="2-now")

    left = sorted(path.name for path in (tmp_path / "versions").iterdir())
    assert left == ["1-before", "2-now"]


def test_what_was_cut_off_or_touched_is_installed_anew(tmp_path: Path) -> None:
    write(tmp_path / "peiyu.pyz", ABOUT, INSIDE)
    with zipfile.ZipFile(tmp_path / "peiyu.pyz") as opened:
        digests = json.loads(opened.read("manifest.json"))["files"]
    program = tmp_path / "there" / "cli" / "main.py"
    program.parent.mkdir(parents=True)
    program.write_bytes(INSIDE["project/cli/main.py"])

    assert not bundle_install.is_whole(tmp_path / "there", digests)  # the last step is missing
    (tmp_path / "there" / "installed.json").touch()
    assert bundle_install.is_whole(tmp_path / "there", digests)
    program.write_bytes(b"")
    assert not bundle_install.is_whole(tmp_path / "there", digests)


def _shell(program: Path, more: dict[str, str]) -> str:
    done = subprocess.run(
        [program, "two", "words"],
        env={"PATH": "/usr/bin:/bin", **more},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _put(bundle: Path, name: str, content: bytes) -> None:
    """Add a file, or put another in place of the wheel: a whole zip that is not what was made."""
    with zipfile.ZipFile(bundle) as opened:
        inside = {each: opened.read(each) for each in opened.namelist()}
    wheel = next(each for each in inside if each.startswith("wheels/"))
    inside[name or wheel] = content
    with zipfile.ZipFile(bundle, "w") as opened:
        for each, there in inside.items():
            opened.writestr(each, there)


def _run(folder: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "peiyu.pyz", *words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def _installed(name: str) -> list[str] | None:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return None


def _here() -> Machine:
    return Machine(
        platform="linux_x86_64", python=f"{sys.version_info.major}.{sys.version_info.minor}"
    )
