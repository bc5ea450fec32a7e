"""Installs Peiyu from the bundle that this file lies in: Python's own library, no network.

    python3 peiyu-….pyz [文件夹]

Every version gets a folder of its own and is in force only when it is complete, so that an
installation which is cut off leaves the one before it running. Data is never touched.
"""

import argparse
import compileall
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

BUNDLE = Path(__file__).parent
_OURS = {"__main__.py", "bundle_install.py", "manifest.json"}
_COMMANDS = ("prefect", "peiyu")  # the last one says which version is in force
_LAUNCHER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
PEIYU_HOME=${{PEIYU_HOME:-$here/var}}
export PEIYU_HOME
exec "$here/versions/{name}/.venv/bin/{command}" "$@"
"""
_LAUNCHER_OF_WINDOWS = """\
@echo off
if not defined PEIYU_HOME set "PEIYU_HOME=%~dp0var"
"%~dp0versions\\{name}\\.venv\\Scripts\\{command}.exe" %*
"""
_WINDOWS = os.name == "nt"
_GLIBC = (2, 28)


class CannotInstallError(Exception):
    """The installation can't go on; its text is a Chinese sentence."""


def main() -> None:
    """Install, or say in one sentence why not."""
    wanted = argparse.ArgumentParser(
        prog=BUNDLE.name, description="安装培育：不需要网络，可以反复运行。"
    )
    wanted.add_argument("folder", nargs="?", default="peiyu", help="装在哪个文件夹，默认 peiyu")
    wanted.add_argument("--check", action="store_true", help="只核对安装文件是否完好")
    typed = wanted.parse_args()
    try:
        _run(Path(typed.folder).absolute(), only_check=typed.check)
    except CannotInstallError as error:
        sys.exit(f"没有安装：{error}")
    except zipfile.BadZipFile:
        sys.exit("没有安装：安装文件已损坏，请重新复制一份，核对 sha256 以后再运行")
    except OSError as error:
        sys.exit(
            f"没有装完：{error}。请检查写入权限和磁盘空间，停止正在运行的 peiyu，再运行同一条命令"
        )


def _run(folder: Path, *, only_check: bool) -> None:
    with zipfile.ZipFile(BUNDLE) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        _say(f"培育 {manifest['version']}（{manifest['commit'][:10]}）")
        if not manifest["clean"]:
            _say("注意：这份安装文件是从改动过、没有提交的程序做成的，只供试用。")
        _say(f"核对安装文件：{len(manifest['files'])} 个文件…")
        _verify(bundle, manifest["files"])
        if only_check:
            _say("安装文件完好。")
            return
        _check_machine(manifest)
        os.umask(0o022)  # whoever runs it as a service must be able to read it
        _install(bundle, manifest, folder)


def _verify(bundle: zipfile.ZipFile, digests: dict[str, str]) -> None:
    if strange := set(bundle.namelist()) - digests.keys() - _OURS:
        raise CannotInstallError(f"安装文件里有清单以外的文件：{'、'.join(sorted(strange))}")
    for name, digest in digests.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise CannotInstallError(f"安装文件的清单不对：{name}")
        if _digest(_content(bundle, name)) != digest:
            raise _damaged(name)


def _content(bundle: zipfile.ZipFile, name: str) -> bytes:
    try:
        return bundle.read(name)
    except (zipfile.BadZipFile, KeyError):
        raise _damaged(name) from None


def _damaged(name: str) -> CannotInstallError:
    return CannotInstallError(
        f"安装文件已损坏（{name} 与清单不符）。请重新复制一份，核对 sha256 以后再运行"
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _check_machine(manifest: dict[str, Any]) -> None:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if here != manifest["python"]:
        raise CannotInstallError(
            f"这份安装文件用于 Python {manifest['python']}，这里是 {here}。"
            f"请用 python{manifest['python']} 运行，或换用 Python {here} 的安装文件"
        )
    machine = re.sub(r"\W", "_", sysconfig.get_platform())
    if machine != manifest["platform"]:
        raise CannotInstallError(
            f"这份安装文件用于 {manifest['platform']}，这台机器是 {machine}，请换用对应的安装文件"
        )
    library, version = platform.libc_ver()
    if library == "glibc" and tuple(map(int, version.split(".")[:2])) < _GLIBC:
        raise CannotInstallError(f"系统太旧（glibc {version}），需要 2.28 或更新的版本")


def _install(bundle: zipfile.ZipFile, manifest: dict[str, Any], folder: Path) -> None:
    """Make this version's folder unless it is whole, then put it in force."""
    name = f"{manifest['version']}-{_digest(bundle.read('manifest.json'))[:10]}"
    place, before = folder / "versions" / name, in_force(folder)
    if is_whole(place, manifest["files"]):
        _say(f"这个版本已经装好，程序文件完好：{place}")
    else:
        _make(bundle, manifest, place)
    launcher = switch(folder, name)
    tidy(folder, name, before=before)
    _say(f"装好了，命令是：{launcher}（文档里写的 peiyu 就是它）")
    if before not in {None, name}:
        _say(f"原来的版本 {before} 还留着；数据没有动。接着运行：{_shown(launcher)} upgrade")
    else:
        _say(f"先看演示：{_shown(launcher)} demo", f"正式使用：{_shown(launcher)} init")
    _say(f"数据文件夹：{folder / 'var'}（可用环境变量 PEIYU_HOME 换到别处）")
    _say(f"维护手册：{place / 'docs' / 'operate.md'}")


def _make(bundle: zipfile.ZipFile, manifest: dict[str, Any], place: Path) -> None:
    if place.exists():  # cut off, or damaged
        shutil.rmtree(place)
    place.mkdir(parents=True)
    _say(f"复制程序文件：{place}")
    for name in manifest["files"]:
        target = place / name.removeprefix("project/")  # wheels/ stay in their folder
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(bundle.read(name))
    _say("建立运行环境，安装软件包（约一分钟，不用网络）…")
    venv.create(place / ".venv", symlinks=not _WINDOWS)
    python = place / ".venv" / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    wheels = place / "wheels"
    pip = next(wheels.glob("pip-*.whl")) / "pip"  # runs from its wheel; ensurepip may be missing
    install = (str(python), str(pip), "--quiet", "install", "--no-index", "-f", str(wheels))
    _do(*install, "setuptools")
    _do(*install, "--no-build-isolation", "-e", str(place))
    shutil.rmtree(wheels)
    compileall.compile_dir(place, quiet=2, rx=re.compile(r"[/\\]\.venv[/\\]"))
    _do(str(python), "-P", "-c", "import cli.main")
    manifest_there = {"files": manifest["files"], "version": manifest["version"]}
    (place / "installed.json").write_text(json.dumps(manifest_there), encoding="utf-8")  # the last


def _do(*words: str) -> None:
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "PYTHON")) and name != "VIRTUAL_ENV"
    }
    surroundings |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(  # noqa: S603 - Python of the environment that was just made
        words,
        env=surroundings | {"PYTHONUTF8": "1"},
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise CannotInstallError("软件包没有装上，请把上面的内容发给维护人员；原来的版本没有动")


def is_whole(place: Path, digests: dict[str, str]) -> bool:
    """Say whether a version is complete and its files are as they were in the bundle."""
    if not (place / "installed.json").is_file():
        return False
    there = (
        (place / name.removeprefix("project/"), digest)
        for name, digest in digests.items()
        if name.startswith("project/")
    )
    return all(path.is_file() and _digest(path.read_bytes()) == digest for path, digest in there)


def _launcher(folder: Path, command: str = "peiyu") -> Path:
    return folder / (f"{command}.cmd" if _WINDOWS else command)


def in_force(folder: Path) -> str | None:
    """Return the version that the command starts now."""
    launcher = _launcher(folder)
    if not launcher.is_file():
        return None
    found = re.search(r"versions[/\\]([\w.+-]+)[/\\]", launcher.read_text(encoding="utf-8"))
    return found[1] if found else None


def switch(folder: Path, name: str) -> Path:
    """Let the commands start this version: each is replaced wholly or not at all."""
    for command in _COMMANDS:
        launcher = _launcher(folder, command)
        fresh = launcher.with_name(f".{launcher.name}.new")
        text = _LAUNCHER_OF_WINDOWS if _WINDOWS else _LAUNCHER
        text = text.format(name=name, command=command)
        fresh.write_text(text, encoding="ascii", newline="\r\n" if _WINDOWS else "\n")
        fresh.chmod(0o755)
        fresh.replace(launcher)
    return _launcher(folder)


def tidy(folder: Path, name: str, *, before: str | None) -> None:
    """Remove versions, but this one, the one before, and the newest other to go back to."""
    keep = {name, before or name, *_newest_but(folder, name)}
    for each in (folder / "versions").iterdir():
        if each.name not in keep:
            shutil.rmtree(each, ignore_errors=True)  # on Windows it may still be running


def _newest_but(folder: Path, name: str) -> list[str]:
    """Return the version to go back to: the newest whole one beside this one, if any."""
    others = [each for each in (folder / "versions").iterdir() if each.name != name]
    whole = [each for each in others if (each / "installed.json").is_file()]
    newest = sorted(whole, key=lambda each: (each / "installed.json").stat().st_mtime)[-1:]
    return [each.name for each in newest]


def _shown(launcher: Path) -> str:
    return f'"{launcher}"' if " " in str(launcher) else str(launcher)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
