"""What keeps the program from running, each as a Chinese sentence that says what to type."""

import errno
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from models.engine import DatabaseGoneError
from policy.spoken import SpokenError
from runtime.typed import typed

USUAL_HOME = Path("var")
_WORDS_SHOWN = 200


class CannotRunError(SpokenError):
    """The program can't run here; its text is a Chinese sentence for whoever typed.

    ``hint`` is what its sentence says to do, alone: for a list with a column of its own.
    """

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint


def command(home: Path, what: str) -> str:
    """Return what to type, with the data folder when it is not the usual one."""
    return f"peiyu {what}" + (f" --home {typed(home)}" if home != USUAL_HOME else "")


def missing(home: Path) -> CannotRunError:
    """Say that nothing is there yet."""
    return CannotRunError(
        f"数据文件夹“{home}”里还没有数据库。请先运行：{command(home, 'init')}；"
        f"如果数据在别的文件夹，请用 --home 指明",
        hint=command(home, "init"),
    )


def older(home: Path) -> CannotRunError:
    """Say that an older program made the tables."""
    return CannotRunError(
        f"数据文件夹“{home}”是旧版程序建立的，需要升级，数据会保留。"
        f"请运行：{command(home, 'upgrade')}（会先自动备份）",
        hint=command(home, "upgrade"),
    )


def not_upgraded(home: Path, backup: Path, error: Exception) -> CannotRunError:
    """Say that an upgrade was not made, and where the backup from before it is."""
    stands = (
        f"数据文件夹“{home}”的升级没有成功，数据一点没有改动，仍可用旧版程序打开。"
        f"升级前的备份在“{backup}”。"
    )
    if isinstance(error, SpokenError):
        return CannotRunError(f"{stands}{error}")
    said = " ".join(str(error).split())[:_WORDS_SHOWN]
    return CannotRunError(f"{stands}请把下面的话发给维护人员：{said}")


def differs() -> CannotRunError:
    """Say that a copy was not the same as its source."""
    return CannotRunError(
        "复制以后逐行核对不一致，目标数据库里什么都没有留下，原来的数据没有改动。"
        "请确认没有别的程序在写目标数据库，再运行一次"
    )


def no_backup(folder: Path, said: str) -> CannotRunError:
    """Say that a backup could not be made."""
    return CannotRunError(
        f"备份没有做成（{said}），原来的数据和备份都没有改动。"
        f"请检查文件夹“{folder}”的写入权限和磁盘空间，或用 --to 换一个文件夹"
    )


def newer(home: Path) -> CannotRunError:
    """Say that a newer program made the tables."""
    return CannotRunError(
        f"数据文件夹“{home}”已由更新的程序升级，这个旧程序不能打开，以免损坏数据。"
        f"请安装新版程序后再运行",
        hint=f"安装新版程序，再运行 {command(home, 'doctor')}",
    )


def foreign(home: Path) -> CannotRunError:
    """Say that somebody else's tables are in the database."""
    return CannotRunError(
        f"数据库里有别的程序的数据，不能使用。"
        f"请在“{home / 'peiyu.toml'}”的 database 里换一个空的数据库"
    )


def no_folder(home: Path, error: OSError) -> CannotRunError:
    """Say that the data folder can't be made or written."""
    return CannotRunError(
        f"数据文件夹“{home}”建不成或写不进（{error.strerror or error}）。"
        f"请检查路径和写入权限，或用 --home 换一个文件夹"
    )


def not_restored(home: Path, error: BaseException) -> CannotRunError:
    """Say that a restore could not write; what was there is there again."""
    name = getattr(error, "filename", None)
    what = f"“{name}”" if name else "文件"
    return CannotRunError(
        f"没有恢复成，原来的数据都在：数据文件夹“{home}”里{what}读写不成"
        f"（{words_of(error)}）。请关闭正在使用它的程序，检查写入权限和磁盘空间，再运行一次"
    )


def unfinished(home: Path, folders: Sequence[Path]) -> CannotRunError:
    """Say that a restore is under way, or was cut off before its end."""
    where = "、".join(f"“{path}”" for path in folders)
    lies = f"原来的数据没有删除，在 {where} 里。" if where else ""
    again = command(home, "restore 备份文件")
    return CannotRunError(
        f"数据文件夹“{home}”的恢复正在进行，或上次没有做完就断了。{lies}"
        f"如果没有在恢复，请把同一个恢复再运行一次，会先把原来的放回原处：{again}",
        hint=again,
    )


def not_put_back(home: Path, left: Sequence[Path]) -> CannotRunError:
    """Say that a restore stopped half-way and could not put back what it had moved."""
    where = "、".join(f"“{path}”" for path in left)
    return CannotRunError(
        f"没有恢复成，也没能全部放回原处：{where}。原来的数据没有删除，在“{home}”里的"
        f" before-restore-… 文件夹中。请关闭正在使用这些文件的程序，检查写入权限和磁盘空间，"
        f"再恢复一次，会先把它们放回原处"
    )


def wrong_settings(home: Path, problems: Iterable[str]) -> CannotRunError:
    """Say what is wrong in the settings."""
    listed = "\n".join(f"  {problem}" for problem in problems)
    return CannotRunError(f"设置“{home / 'peiyu.toml'}”有误，请改正后再运行：\n{listed}")


def wrong_files(home: Path, problems: Iterable[object]) -> CannotRunError:
    """Say what is wrong in the programme, ladder, notice and calendar files."""
    listed = "\n".join(f"  {problem}" for problem in problems)
    return CannotRunError(
        f"项目、提醒、通知或放假安排文件有误，请改正后再运行"
        f"（{command(home, 'check')} 可随时检查）：\n{listed}"
    )


def wrong_address(home: Path) -> CannotRunError:
    """Say that the address of the database is none that we know."""
    return wrong_settings(
        home,
        [
            "database 应写成 postgresql+psycopg://用户名:密码@主机:5432/库名，"
            "密码里的 @ : / 写成 %40 %3A %2F；留空则用数据文件夹里的一个文件"
        ],
    )


def unreadable(url: str, error: BaseException) -> CannotRunError:
    """Say that the database does not answer, or is none."""
    parsed, said = make_url(url), words_of(error)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed.database or "", said)
    where = f"{parsed.host or parsed.query.get('host', '本机')}:{parsed.port or 5432}"
    return CannotRunError(
        f"连不上数据库 {where}/{parsed.database}。请确认数据库已启动、"
        f"网络能通、设置里 database 的账号和密码正确。对方的答复：{said}"
    )


def _sqlite(path: str, said: str) -> CannotRunError:
    if "not a database" in said or "malformed" in said:
        return CannotRunError(
            f"数据文件“{path}”不是数据库或已损坏。请把它移到别处保存，再从备份恢复"
        )
    if "locked" in said:
        return CannotRunError(f"数据文件“{path}”正被另一个程序占用，请稍后再试")
    return CannotRunError(
        f"数据文件“{path}”打不开，请检查文件和文件夹的读写权限以及磁盘空间（{said}）"
    )


# What a hook of the engine raises is not wrapped.
DATABASE_ERRORS = (DBAPIError, DatabaseGoneError, NoConnectionError, sqlite3.Error)

# What a file that is not as it should be can bring about; all else is the machine's.
_OF_THE_FILE = {
    *(None, errno.EINVAL, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG),
}
_OF_THE_DISK = {
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
}


def of_the_disk(error: BaseException) -> bool:
    """Say whether reading or writing failed, whatever it was that was read or written."""
    if isinstance(error, OSError):
        return error.errno not in _OF_THE_FILE
    cause = error.orig if isinstance(error, DBAPIError) else error
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _OF_THE_DISK


def words_of(error: BaseException) -> str:
    """Return what the machine or the database said, in one short line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return " ".join(said.split())[:_WORDS_SHOWN]
