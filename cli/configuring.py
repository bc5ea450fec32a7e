"""What this installation is set to: `peiyu config show` and `peiyu config path`."""

from cli.app import group
from cli.door import folder_of
from cli.options import Home, Json
from cli.output import aside, print_json, screen

configs = group(
    "config", help="设置：现在用的是什么，来自哪里。\n\n密码不会显示出来。", panel="工具"
)


@configs.command(
    "show",
    help="列出每一项设置现在的值和来处：默认、peiyu.toml 还是环境变量。\n\n密码显示为 ***。",
    epilog="例：peiyu config show",
)
def show(home: Home = None, as_json: Json = False) -> None:
    """Show every setting in force."""
    from runtime.in_force import in_force

    found = in_force(folder_of(home))
    if as_json:
        print_json({"settings": found.settings, "unknown_variables": found.unknown})
        return
    from rich.text import Text

    from cli.tables import table

    made = table("设置", "值", "来自")
    for each in found.settings:
        made.add_row(each.key, Text(each.told), each.comes_from)
    screen().print(made)
    for name in found.unknown:
        sentence = f"环境变量 {name} 不是任何一项设置，没有起作用，请检查拼写"
        aside().print(sentence, style="yellow", markup=False, soft_wrap=True)


@configs.command(
    "path",
    help="设置写在哪个文件，本局自己的项目和日历文件放在哪里。",
    epilog="例：peiyu config path",
)
def path(home: Home = None, as_json: Json = False) -> None:
    """Say where the settings and the office's own files lie."""
    folder = folder_of(home).absolute()
    places = {"settings": folder / "peiyu.toml", "home": folder, "own_files": folder / "config"}
    if as_json:
        print_json({name: {"path": str(at), "exists": at.exists()} for name, at in places.items()})
        return
    from cli.tables import print_pairs

    titles = {"settings": "设置", "home": "数据文件夹", "own_files": "本局自己的文件"}
    print_pairs(
        screen(),
        (
            (titles[name], str(at) if at.exists() else f"{at}（还没有）")
            for name, at in places.items()
        ),
    )
