"""Which commands of `peiyu` exist, with which options."""

from tests.plugins.terminal import command


def exists(words: list[str]) -> bool:
    """Say whether there is such a command; a word in capitals stands for any command."""
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    here: object = command()
    while words and (inner := getattr(here, "commands", {})):
        if words[0].isupper() or words[0].startswith("-"):
            break
        if words[0] not in inner:
            return False
        here, words = inner[words[0]], words[1:]
    known = {option for each in getattr(here, "params", []) for option in each.opts}
    return options <= known | {"--help"}
