"""The carrier of an office without a mail server: one .eml file for each letter."""

import hashlib
import os
import tempfile
from pathlib import Path

from notifications.build import compose, refusal
from notifications.message import Fate, Message, Receipt

SUFFIX = ".eml"
PARTIAL = ".part"  # a letter that is being written, or was when the power went


class FolderCarrier:
    """Lays letters into a folder; staff open them with any mail program."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, message: Message) -> Receipt:
        """Write the letter whole or not at all; the first copy of a letter stands."""
        refused = refusal(message)
        if refused:
            return refused
        target = self._file_of(message.message_id)
        try:
            if not target.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                _write(target, compose(message).as_bytes())
        except OSError as error:
            return Receipt(
                fate=Fate.STOPPED,
                answer=str(error),
                detail=f"信函写不进文件夹“{self._folder}”，请检查磁盘空间和写入权限",
            )
        return Receipt(fate=Fate.SENT, answer=target.name, detail=f"已存为信函文件 {target.name}")

    def find(self, message_id: str) -> bool | None:
        """Say whether the letter lies in the folder; None when the folder can't be read."""
        try:
            return self._file_of(message_id).exists()
        except OSError:
            return None

    def close(self) -> None:
        """Nothing to end."""

    def _file_of(self, message_id: str) -> Path:
        return self._folder / file_name(message_id)


def file_name(message_id: str) -> str:
    """Return the name of a letter's file; no part of a message id reaches the file system."""
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}{SUFFIX}"


def _write(target: Path, content: bytes) -> None:
    """Put the file there in one step that a power cut can't halve."""
    descriptor, partial = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=PARTIAL)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(target)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Let what was renamed in a folder survive a power cut."""
    if os.name == "nt":  # pragma: no cover - Windows can't open a folder to sync it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
