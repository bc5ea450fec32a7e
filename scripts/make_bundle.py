"""Writes one file that installs Peiyu on a machine with Python and no network.

    python -m scripts.make_bundle [--platform linux_aarch64] [--python 3.12]

The file is a Python program (`python3 peiyu-….pyz`): the checkout's files, every pinned package
as a wheel, a manifest with the digest of each, and `scripts/bundle_install.py`. The same commit
gives the same bytes.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts.bundle_wheels import CannotBundleError, Machine, gather, pins_of

ROOT = Path(__file__).parent.parent
PLATFORMS = ("linux_x86_64", "linux_aarch64", "win_amd64")
TOOLS = ("pip", "setuptools")  # what installs the others
# What only those need who change Peiyu; everything else of the checkout goes along.
LEFT_OUT = ("tests/", "benchmarks/", "scripts/", ".ci/", ".gitignore", "Makefile")
_PROGRAM = {"__main__.py": "bundle_main.py", "bundle_install.py": "bundle_install.py"}
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    """Make the bundle, and say where it is."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("--platform", choices=PLATFORMS, default=_here())
    wanted.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}")
    wanted.add_argument("--to", type=Path, default=ROOT / "build")
    typed = wanted.parse_args()
    if typed.platform not in PLATFORMS:  # argparse takes a default as it is
        wanted.error(
            f"这台机器是 {typed.platform}；请写明给谁用，例如 make bundle PLATFORM=win_amd64"
        )
    try:
        made = make(Machine(platform=typed.platform, python=typed.python), typed.to)
    except CannotBundleError as error:
        sys.exit(f"没有做成安装文件：{error}")
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    made.with_suffix(".pyz.sha256").write_text(f"{digest}  {made.name}\n", encoding="utf-8")
    sys.stdout.write(f"{made}\n{made.stat().st_size / 1_000_000:.0f} MB  sha256 {digest}\n")


def make(machine: Machine, folder: Path) -> Path:
    """Make the bundle for a machine; return its path."""
    commit, clean = _git("rev-parse", "HEAD").strip(), not _git("status", "--porcelain")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = pins_of((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    inside = {f"project/{name}": (ROOT / name).read_bytes() for name in kept(_listed())}
    with tempfile.TemporaryDirectory() as temporary:
        gather((*project["dependencies"], *TOOLS), pins, machine, Path(temporary))
        inside |= {f"wheels/{each.name}": each.read_bytes() for each in Path(temporary).iterdir()}
    about = {
        "version": project["version"],
        "commit": commit,
        "clean": clean,
        "platform": machine.platform,
        "python": machine.python,
    }
    mark = "" if clean else "-dirty"
    name = f"peiyu-{about['version']}-{machine.tag}-{machine.platform}{mark}.pyz"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / name, about, inside)
    return folder / name


def kept(names: Iterable[str]) -> list[str]:
    """Return the files of a checkout that an installation needs."""
    return sorted(name for name in names if not name.startswith(LEFT_OUT))


def write(path: Path, about: Mapping[str, object], inside: Mapping[str, bytes]) -> None:
    """Write a bundle: always in the same order, with no time and no owner in it."""
    digests = {name: hashlib.sha256(inside[name]).hexdigest() for name in sorted(inside)}
    manifest = json.dumps({**about, "files": digests}, ensure_ascii=False, indent=1)
    program = {
        name: (Path(__file__).parent / source).read_bytes() for name, source in _PROGRAM.items()
    }
    with path.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w") as opened:
            everything = {**program, "manifest.json": manifest.encode(), **inside}
            for name in sorted(everything):
                entry = zipfile.ZipInfo(name, _FIRST_DAY)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16
                opened.writestr(entry, everything[name])


def _listed() -> list[str]:
    return [name for name in _git("ls-files", "-z").split("\0") if name]


def _git(*words: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - git, asked for this checkout
            ["git", "-C", str(ROOT), *words],  # noqa: S607 - whichever git this machine has
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotBundleError(f"这里不是 git 检出的文件夹，或没有安装 git（{error}）") from None
    return done.stdout


def _here() -> str:
    """Return this machine's platform."""
    return sysconfig.get_platform().replace("-", "_")


if __name__ == "__main__":
    main()
