"""Which commands of `peiyu` exist, with which options."""

import typer

from cli.main import app


def exists(words: list[str]) -> bool:
    """Say whether there is such a command; a word in capitals stands for any command."""
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    command: object = typer.main.get_command(app)
    while words and (inner := getattr(command, "commands", {})):
        if words[0].isupper() or words[0].startswith("-"):
            break
        if words[0] not in inner:
            return False
        command, words = inner[words[0]], words[1:]
    known = {option for each in getattr(command, "params", []) for option in each.opts}
    return options <= known | {"--help"}
