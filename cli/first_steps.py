"""What to type after the demonstration, and before `peiyu` alone is understood in a terminal."""

from pathlib import Path
from shutil import which

from cli.output import screen


def say_next_steps(folder: Path) -> None:
    """Print what one may look at in a data folder of the demonstration."""
    from cli.demo_story import SECOND_RUN
    from cli.tables import say

    home = str(folder)
    where = f'--home "{home}"' if " " in home else f"--home {home}"
    if which("peiyu") is None:
        say(screen(), f"  {_to_be_found()}")
    say(
        screen(),
        f"  peiyu up --port 8631 {where}    在浏览器里看，会给出登录的链接",
        f"  peiyu cases --waiting {where}    看哪些事项在等审核",
        f"  peiyu case 1 {where}    看一个事项的全部：条件、差距、依据、经过",
        f"  peiyu due --on {SECOND_RUN} --explain {where}    看每个日期怎么来的",
        f"  peiyu doctor {where}    检查还缺什么",
        "  peiyu init    开始用自己的数据（再用 peiyu template roster 生成空白名册）",
    )


def _to_be_found() -> str:
    """Return what to type before `peiyu` alone is understood here."""
    for script in (Path(".venv/bin/activate"), Path(".venv/Scripts/activate.bat")):
        if script.exists():
            typed = f". {script}" if script.parent.name == "bin" else str(script)
            return f"{typed}    先运行这一句，下面的命令才能直接输入"
    return "（命令路径里还没有 peiyu：下面的命令要写全它的位置，就像刚才运行演示那样）"
