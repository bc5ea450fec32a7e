"""The packages of a bundle: which ones a machine needs, and their files from the package index.

What a package needs is read from its own file, so a bundle for another kind of machine is as
complete as one for this: markers are judged for the machine that the bundle is for.
"""

import email
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EPOCH = "315532800"  # 1980-01-01, the first day that a zip file knows
NEWEST_GLIBC = 28  # 2.28: Debian 10, openEuler 20.03, Kylin V10 and whatever is newer
_OLD_NAMES = ("manylinux2014", "manylinux2010", "manylinux1")
_SYSTEMS = {"win": ("win32", "nt", "Windows"), "linux": ("linux", "posix", "Linux")}

Requires = Callable[[str], Iterable[str] | None]


class CannotBundleError(Exception):
    """The bundle can't be made; its text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The kind of machine that a bundle is for."""

    platform: str  # linux_x86_64, linux_aarch64, win_amd64
    python: str  # 3.11

    @property
    def tag(self) -> str:
        """Return the tag of its CPython: ``cp311``."""
        return "cp" + self.python.replace(".", "")

    def wheel_tags(self) -> tuple[str, ...]:
        """Return the platforms whose wheels it takes; for Linux, of any glibc up to ours."""
        system, _, chip = self.platform.partition("_")
        if system != "linux":
            return (self.platform,)
        new = (f"manylinux_2_{minor}_{chip}" for minor in range(NEWEST_GLIBC, 4, -1))
        return (*new, *(f"{name}_{chip}" for name in _OLD_NAMES))

    def markers(self) -> dict[str, str]:
        """Return what a requirement's marker is judged by."""
        system, _, chip = self.platform.partition("_")
        sys_platform, os_name, platform_system = _SYSTEMS[system]
        return {
            "sys_platform": sys_platform,
            "os_name": os_name,
            "platform_system": platform_system,
            "platform_machine": chip.upper() if system == "win" else chip,
            "platform_release": "",
            "platform_version": "",
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "platform_python_implementation": "CPython",
        }


def closure(
    wanted: Iterable[str], requires: Requires, markers: Mapping[str, str]
) -> tuple[set[str], set[str]]:
    """Return every package that is needed, and those of them that ``requires`` does not know."""
    seen: dict[str, set[str]] = {}
    unknown: set[str] = set()
    todo = [Requirement(line) for line in wanted]
    while todo:
        each = todo.pop()
        name, extras = canonicalize_name(each.name), {"", *each.extras}
        if extras <= seen.get(name, set()):
            continue
        seen.setdefault(name, set()).update(extras)
        lines = requires(name)
        if lines is None:
            unknown.add(name)
            continue
        todo += (inner for inner in map(Requirement, lines) if _applies(inner, extras, markers))
    return set(seen), unknown


def _applies(line: Requirement, extras: set[str], markers: Mapping[str, str]) -> bool:
    if line.marker is None:
        return True
    return any(line.marker.evaluate({**markers, "extra": extra}) for extra in extras)


def pins_of(constraints: str) -> dict[str, str]:
    """Return the exact pin of each package."""
    lines = (line.strip() for line in constraints.splitlines())
    return {
        canonicalize_name(line.partition("==")[0]): line
        for line in lines
        if line and not line.startswith("#")
    }


def gather(wanted: Iterable[str], pins: Mapping[str, str], machine: Machine, folder: Path) -> None:
    """Fill a folder with the wheels that the wanted packages need on a machine."""
    wanted = tuple(wanted)
    while True:
        needs = {name: _required_by(path) for name, path in _wheels(folder)}
        _, missing = closure(wanted, needs.get, machine.markers())
        if not missing:
            return
        if loose := sorted(missing - pins.keys()):
            raise CannotBundleError(f"no pin in constraints.txt for {', '.join(loose)}")
        _download([pins[name] for name in sorted(missing)], machine, folder)
        if lost := missing - {name for name, _ in _wheels(folder)}:
            raise CannotBundleError(f"the index gave no wheel for {', '.join(sorted(lost))}")


def _wheels(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.glob("*.whl")):
        yield canonicalize_name(path.name.partition("-")[0]), path


def _required_by(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(opened.read(name)).get_all("Requires-Dist") or []


def _download(pins: list[str], machine: Machine, folder: Path) -> None:
    chosen = [f"--platform={tag}" for tag in (*machine.wheel_tags(), "any")]
    abis = [f"--abi={abi}" for abi in (machine.tag, "abi3", "none")]
    python = [f"--python-version={machine.python}", "--implementation=cp"]
    _pip("download", "--no-deps", *chosen, *python, *abis, "--dest", str(folder), *pins)
    for source in sorted([*folder.glob("*.tar.gz"), *folder.glob("*.zip")]):
        _pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(source))
        source.unlink()
    for wheel in folder.glob("*.whl"):  # built here: right for another machine only if pure
        tags = wheel.stem.split("-")[-1].split(".")
        if not set(tags) <= {*machine.wheel_tags(), "any"}:
            raise CannotBundleError(f"{wheel.name} was built here and does not fit {machine}")


def _pip(*words: str) -> None:
    done = subprocess.run(  # noqa: S603 - pip of our own environment
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *words],
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},  # a wheel built twice is the same
        check=False,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise CannotBundleError(done.stderr.strip())
