"""Writing one thing into an office's settings file: where its data is. It is never printed."""

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path

from casework.refusal import Refusal
from config.settings import Settings
from runtime.address import full_address
from runtime.trouble import command

_LINE = re.compile(r"^#?[ \t]*database[ \t]*=.*$", re.MULTILINE)
_FIRST_PART = re.compile(r"^[ \t]*\[", re.MULTILINE)


def choose_database(settings: Settings, url: str) -> Settings | Refusal:
    """Return the settings of a new data folder with this address; refused where data is already."""
    wanted, there = full_address(url), settings.database
    file = settings.home / "peiyu.toml"
    if there and there != wanted:
        where = f"设置“{file}”" if written_database(file) else "环境变量 PEIYU_DATABASE"
        return Refusal(reason=f"{where}里已经写着另一个数据库，没有改动。要换，请先改那里")
    if not there and (settings.home / "peiyu.db").exists():
        how = command(settings.home, "copy --to 地址 --switch")
        return Refusal(
            reason=f"数据文件夹“{settings.home}”里已有数据，没有改动。要把它搬过去，请用：{how}"
        )
    return settings.model_copy(update={"database": wanted})


def written_database(path: Path) -> str:
    """Return the address that stands in a settings file."""
    if not path.exists():
        return ""
    found = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("database", "")
    return str(found)


def write_database(path: Path, url: str) -> None:
    """Put the address into a settings file, whole or not at all; all else stays as it is."""
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    line = f"database = {json.dumps(url, ensure_ascii=False)}"
    part = _FIRST_PART.search(text)
    top, rest = (text[: part.start()], text[part.start() :]) if part else (text, "")
    new = _LINE.sub(lambda _: line, top, count=1) if _LINE.search(top) else f"{line}\n{top}"
    tomllib.loads(new + rest)
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:  # made for its owner alone
            file.write(new + rest)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
