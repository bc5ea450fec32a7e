"""What the guide tells a clerk to type works in its order, and no document names what is not."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.house.commands import exists
from tests.house.tree import ROOT, files, text, typed_in
from tests.plugins.terminal import Peiyu

GUIDE = "docs/guide.md"
# What the reader does by hand after a command: fills in the roster.
BY_HAND = {("template", "roster", "--output", "名册.xlsx"): "名册.xlsx"}
NAMED = re.compile(r"`(peiyu [^`]+)`")
DOCUMENTS = [path for path in files() if path.suffix == ".md"]


def test_the_commands_of_the_guide_work_one_after_the_other(peiyu: Peiyu, outside: Path) -> None:
    done = []
    for command in typed_in(GUIDE):
        program, *words = shlex.split(command)
        answer = peiyu(*words)

        assert program == "peiyu"
        assert answer.code == 0, f"{command}\n{answer.out}\n{answer.err}"
        if name := BY_HAND.get(tuple(words)):
            shutil.copy(ROOT / "cli/demo/roster.xlsx", outside / name)
        done.append(tuple(words))

    assert set(BY_HAND) <= set(done)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_command_that_a_document_names_exists_with_its_options(document: Path) -> None:
    named = [shlex.split(found.replace("…", "")) for found in NAMED.findall(text(document))]

    assert not [" ".join(words) for words in named if not exists(words[1:])]
