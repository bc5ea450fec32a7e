"""Every command explains itself in Chinese, with an example."""

import re

import pytest

from tests.plugins.terminal import Peiyu, every_command

ENGLISH = re.compile(r"Usage|Options|Arguments|Commands|default:|required|<\w+>|Show this")


def every_group() -> list[tuple[str, ...]]:
    return [(), ("run",), ("template",), ("calendar",), ("staff",), ("letters",), ("answers",)]


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_a_command_has_a_chinese_page_with_an_example(peiyu: Peiyu, path: tuple[str, ...]) -> None:
    page = peiyu(*path, "--help")

    assert page.code == 0
    assert not ENGLISH.search(page.out), page.out
    assert f"用法： peiyu {' '.join(path)}" in page.out
    assert "例：peiyu" in page.out


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_a_command_can_answer_in_json_and_be_told_its_folder(
    peiyu: Peiyu, path: tuple[str, ...]
) -> None:
    page = peiyu(*path, "--help")

    assert "--json" in page.out
    assert "--home" in page.out or path[0] == "template"


@pytest.mark.parametrize("path", every_group(), ids=lambda path: " ".join(path) or "peiyu")
def test_a_group_lists_its_commands_in_chinese(peiyu: Peiyu, path: tuple[str, ...]) -> None:
    page = peiyu(*path, "--help")

    assert page.code == 0
    assert not ENGLISH.search(page.out), page.out


def test_the_issue_s_commands_are_there() -> None:
    names = {path[0] for path in every_command()}
    wanted = (
        "init check template import assess workday run status due cases case record decide "
        "letters explain doctor runs watch up"
    )

    assert set(wanted.split()) <= names


def test_without_a_command_the_page_is_shown_and_it_is_misuse(peiyu: Peiyu) -> None:
    answer = peiyu()

    assert answer.code == 2
    assert "workday" in answer.out + answer.err


def test_the_version_is_told(peiyu: Peiyu) -> None:
    assert peiyu("--version").out.startswith("peiyu ")
