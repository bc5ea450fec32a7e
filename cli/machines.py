"""Several machines on one database: `peiyu deploy` and `peiyu work`."""

from cli.app import app
from cli.door import folder_of
from cli.options import Home, Json
from cli.output import print_json, screen


@app.command(
    "deploy",
    rich_help_panel="工具",
    help="多台机器一起办理：把要办的事登记到任务服务器，由各台机器上的 peiyu work 领去办。\n\n"
    "在任一台机器上运行一次；换了新版程序或改了 timetable.toml 之后再运行一次。重复运行没有妨碍。"
    "任务服务器的地址写在 peiyu.toml 的 [prefect] 里。只用一台机器时不需要，用 peiyu up。",
    epilog="例：peiyu deploy",
)
def deploy(home: Home = None, as_json: Json = False) -> None:
    """Register the flows with the office's Prefect server."""
    from flows.deploy import deploy as register

    done = register(folder_of(home))
    if as_json:
        print_json(done)
        return
    from cli.tables import next_step, say

    console = screen()
    say(console, f"已登记 {len(done.names)} 项到“{done.pool}”", style="bold")
    say(console, f"每 {done.every_minutes} 分钟看一次有没有该办的，按时间表办理")
    next_step(console, "peiyu work    在每台要出力的机器上运行，可以同时开几个")


@app.command(
    "work",
    rich_help_panel="工具",
    help="多台机器一起办理：在这台机器上等候，有该办的就领来办，一次办一项。\n\n"
    "先在任一台机器上运行 peiyu deploy。要多出力，就多开几个。按 Ctrl-C 停止；"
    "手头没有办完的，由别的机器接着办。",
    epilog="例：peiyu work",
)
def work(home: Home = None, as_json: Json = False) -> None:
    """Wait for runs and do them."""
    from flows.worker import work as wait
    from runtime.build import process_name

    def say(sentence: str) -> None:
        if not as_json:
            screen().print(sentence, markup=False)

    wait(folder_of(home), ready=lambda: say("已就绪，等候要办的事。按 Ctrl-C 停止。"))
    say("已停止。")
    if as_json:
        print_json({"worker": process_name()})
