"""The command `peiyu` itself: its groups, its one way of ending, and its exit codes."""

import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer.exceptions import TyperException
from typing_extensions import override

from cli.chinese import ChineseCommand, ChineseGroup, said
from cli.errors import Code, StopError
from policy.spoken import SpokenError

Function = TypeVar("Function", bound=Callable[..., None])

_NOT_STANDALONE = {"standalone_mode": False}


# In the order of an office's work; the first three of a panel are what most people need.
_ORDER = (
    *("demo", "init", "template", "import", "imports", "check"),
    *("run", "record", "decide", "clock", "answers", "snooze"),
    *("status", "due", "cases", "case", "explain", "letters", "runs", "assess"),
    *("workday", "calendar", "staff", "account", "audit", "robots", "watch", "config"),
    *("doctor", "deploy", "work"),
    *("backup", "restore", "upgrade", "copy"),
)


class Root(ChineseGroup):
    """All commands; whatever happens becomes one sentence and an exit code."""

    @override
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the commands in the order of an office's work, then any others."""
        known = [name for name in _ORDER if name in self.commands]
        return [*known, *(name for name in self.commands if name not in known)]

    @override
    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **extra: object
    ) -> int:
        """Run a command; return its exit code, or leave with it."""
        typed = list(sys.argv[1:] if args is None else args)
        run: Callable[..., object] = super().main
        code = _ended(lambda: run(typed, **_NOT_STANDALONE, **extra), as_json="--json" in typed)
        if standalone_mode:
            sys.exit(code)
        return code


class Commands(typer.Typer):
    """A Typer whose commands have Chinese help pages."""

    @override
    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        return super().command(name, cls=ChineseCommand, **settings)


def group(name: str, *, help: str, panel: str) -> Commands:  # noqa: A002 - Typer's word
    """Return a new group of commands below `peiyu`."""
    made = Commands(cls=ChineseGroup, no_args_is_help=True, rich_markup_mode="rich")
    app.add_typer(made, name=name, help=help, rich_help_panel=panel)
    return made


def _ended(run: Callable[[], object], *, as_json: bool) -> int:
    try:
        ended = run()
    except StopError as error:
        return _say(error.sentence, hint=error.hint, code=error.code, as_json=as_json)
    except TyperException as error:
        return _mistyped(error, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last resort of the whole program
        return _surprised(error, as_json=as_json)
    code = ended if isinstance(ended, int) else Code.FINE
    if code == Code.INTERRUPTED:
        return _say("已中断，没有做完的部分下次会接着做", code=Code.INTERRUPTED, as_json=as_json)
    return code


def _mistyped(error: TyperException, *, as_json: bool) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "peiyu"
    if type(error).__name__ == "NoArgsIsHelpError":  # its page has been printed
        return Code.MISUSE
    hint = f"查看用法：{path} --help"
    return _say(said(error.format_message()), hint=hint, code=Code.MISUSE, as_json=as_json)


def _surprised(error: Exception, *, as_json: bool) -> int:
    if isinstance(error, SpokenError):
        return _say(str(error), code=Code.CANNOT_RUN, as_json=as_json)
    if isinstance(error, OSError):
        return _say(_of_files(error), code=Code.CANNOT_RUN, as_json=as_json)
    sys.stderr.write("".join(traceback.format_exception(error)))
    sentence = "程序出错，没有做完。请把上面的内容发给维护人员"
    return _say(sentence, code=Code.CANNOT_RUN, as_json=as_json)


def _of_files(error: OSError) -> str:
    where = f"“{error.filename}”" if error.filename else "文件或输出"
    return f"{where}读写不成（{error.strerror or error}），请检查读写权限和磁盘空间"


def _say(sentence: str, *, code: Code, as_json: bool, hint: str = "") -> int:
    from cli.options import whole
    from cli.output import aside, print_json

    if as_json:
        with suppress(OSError):  # a full disk, a closed pipe: it is said aside all the same
            print_json({"error": sentence})
    console = aside()
    console.print(sentence, style="red", markup=False, soft_wrap=True)
    if hint:
        console.print(whole(hint), style="dim", markup=False, soft_wrap=True)
    return code


app = Commands(
    name="peiyu",
    cls=Root,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog="每条命令后面加 --help 看用法。退出码：0 正常，1 发现问题，2 用法不对，3 不能运行。",
)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"peiyu {version('peiyu')}")
        raise typer.Exit


@app.callback(help="培育：企业培育工作的帮手。对照条件、推进事项、提醒截止、发出信函。")
def peiyu(
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", metavar="文件夹", envvar="PEIYU_HOME", show_default=False, help="数据文件夹"
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本")
    ] = False,
) -> None:
    """Read what stands before the command; each command asks for ``home`` itself."""
