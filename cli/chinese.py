"""Typer speaks Chinese: help pages, and what is said when a command was mistyped."""

import re

import typer
from typer.core import TyperCommand, TyperGroup

_PANELS = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "DEFAULT_STRING": "[默认：{}]",
    "ENVVAR_STRING": "[环境变量：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
}
_HELP = "显示这段说明"

# What Typer says (each matched from its start), and how we say it.
_SAID = (
    (r"Missing command", "请写明要做什么"),
    (r"No such command '(.+?)'\. Did you mean '(.+?)'.*", r"没有“\1”这个命令，是不是“\2”？"),
    (r"No such command '(.+?)'.*", r"没有“\1”这个命令"),
    (r"No such option: (\S+) \(Possible options: (.+)\)", r"没有 \1 这个选项，是不是 \2？"),
    (r"No such option: (\S+).*", r"没有 \1 这个选项"),
    (r"Got unexpected extra argument(?:\(s\)|s)? \((.+)\)", r"多写了：\1"),
    (r"Option '(.+?)' requires an argument.*", r"\1 后面要写内容"),
    (r"Option '(.+?)' does not take a value.*", r"\1 后面不用写内容"),
    (r"Missing argument '?([^'.]+)'?.*", r"缺少：\1"),
    (r"Missing option '?([^'.]+)'?.*", r"缺少选项 \1"),
    (
        r"Invalid value for '?([^':]+)'?: .* '?(.+?)'? is not readable.*",
        r"读不了 \2，请检查读取权限",
    ),
    (r"Invalid value for '?([^':]+)'?: (.*[\u4e00-\u9fff].*)", r"\1：\2"),
    (r"Invalid value for '?([^':]+)'?: .*(?:valid integer|parsing).*", r"\1 应为整数"),
    (r"Invalid value for '?([^':]+)'?: .*does not exist.*", r"\1 指的文件不存在"),
    (r"Invalid value for '?([^':]+)'?: .*greater than or equal to (\d+).*", r"\1 不能小于 \2"),
    (r"Invalid value for '?([^':]+)'?: .*less than or equal to (\d+).*", r"\1 不能大于 \2"),
    (r"Invalid value for '?([^':]+)'?: .*", r"\1 的写法不对"),
)


def said(message: str) -> str:
    """Return Typer's complaint in Chinese."""
    flat = " ".join(message.split())
    for pattern, words in _SAID:
        if found := re.match(pattern, flat):
            return found.expand(words)
    return "命令的写法不对"


def _translate_panels() -> None:
    from typer import rich_utils

    for name, words in _PANELS.items():
        setattr(rich_utils, name, words)


def _no_type(ctx: typer.Context) -> None:
    """Show no type: the names of arguments are Chinese already, and flags have none."""


class _Chinese:
    """What commands and groups of commands have in common."""

    def get_usage(self, ctx: typer.Context) -> str:
        """Return the usage line, and prepare the rest of the page."""
        _translate_panels()
        for each in self.get_params(ctx):  # type: ignore[attr-defined]
            if getattr(each, "is_flag", False) or each.param_type_name == "argument":
                each.display_type_rich = _no_type
        line: str = super().get_usage(ctx)  # type: ignore[misc]
        words = {"Usage:": "用法：", "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 …"}
        for english, chinese in words.items():
            line = line.replace(english, chinese, 1)
        return line

    def get_help_option(self, ctx: typer.Context) -> object:
        """Return the option `--help` with a Chinese text."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _HELP
        return option


class ChineseCommand(_Chinese, TyperCommand):  # type: ignore[misc]
    """A command whose help page is Chinese."""


class ChineseGroup(_Chinese, TyperGroup):  # type: ignore[misc]
    """A group of commands whose help page is Chinese."""
