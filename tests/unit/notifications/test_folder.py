import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from notifications.folder import FolderCarrier
from notifications.message import Address, Fate
from tests.plugins.made_up import LETTER


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_letter_lies_in_a_folder_that_did_not_exist_before(tmp_path: Path) -> None:
    folder = tmp_path / "数据 夹" / "letters"
    receipt = FolderCarrier(folder).deliver(LETTER)

    assert files(folder) == [receipt.answer]
    assert receipt.answer.endswith(".eml")
    assert receipt.detail == f"已存为信函文件 {receipt.answer}"


def test_the_first_copy_of_a_letter_stands(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path)
    first = carrier.deliver(LETTER)
    before = (tmp_path / first.answer).read_bytes()

    again = carrier.deliver(replace(LETTER, text="改过的"))

    assert again == first
    assert files(tmp_path) == [first.answer]
    assert (tmp_path / first.answer).read_bytes() == before


def test_two_letters_are_two_files_and_no_message_id_names_a_path(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path / "letters")
    carrier.deliver(LETTER)
    carrier.deliver(replace(LETTER, message_id="<..@peiyu.example>"))

    assert len(files(tmp_path / "letters")) == 2
    assert files(tmp_path) == ["letters"]


def test_a_full_disk_stops_the_sender_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    carrier = FolderCarrier(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        receipt = carrier.deliver(LETTER)

    assert receipt.fate is Fate.STOPPED
    assert "No space left" in receipt.answer
    assert receipt.detail == f"信函写不进文件夹“{tmp_path}”，请检查磁盘空间和写入权限"
    assert files(tmp_path) == []
    assert carrier.find(LETTER.message_id) is False
    assert carrier.deliver(LETTER).fate is Fate.SENT


def test_a_folder_that_can_not_be_made_stops_the_sender(tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("a file stands here")
    carrier = FolderCarrier(tmp_path / "letters" / "of-2026")

    receipt = carrier.deliver(LETTER)

    assert receipt.fate is Fate.STOPPED
    assert "请检查磁盘空间和写入权限" in receipt.detail


def test_a_folder_that_can_not_be_read_leaves_the_question_open(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path / ("x" * 300))  # longer than a file name may be

    assert carrier.find(LETTER.message_id) is None
    assert carrier.deliver(LETTER).fate is Fate.STOPPED


def test_an_impossible_letter_makes_no_folder(tmp_path: Path) -> None:
    carrier = FolderCarrier(tmp_path / "letters")
    receipt = carrier.deliver(replace(LETTER, to=Address(name="张示例", email="")))

    assert receipt.fate is Fate.FAILED
    assert files(tmp_path) == []
