"""`peiyu rehearse`: what the coming weeks or a whole year will bring, before they do."""

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.door import services_at, settings_at
from cli.errors import StopError, misuse, refused
from cli.options import Home, Json, read_day
from cli.output import aside, print_json, screen

if TYPE_CHECKING:
    from casework.rehearse import Rehearsal
    from casework.rehearsed import Difference, Load
    from casework.services import Services
    from config.catalogue import Catalogue

_USUAL = dt.timedelta(days=90)
_SHOWN = 20

From = Annotated[
    dt.date | None,
    typer.Option(
        "--from", metavar="日期", parser=read_day, show_default=False, help="从哪一天起，默认明天"
    ),
]
Until = Annotated[
    dt.date | None,
    typer.Option(
        "--to", metavar="日期", parser=read_day, show_default=False, help="到哪一天，默认九十天"
    ),
]
With = Annotated[
    Path | None,
    typer.Option(
        "--with",
        metavar="项目文件",
        exists=True,
        dir_okay=False,
        show_default=False,
        help="改过的项目文件（.toml）：与现行的比较，多出和少了哪些提醒",
    ),
]


@app.command(
    "rehearse",
    rich_help_panel="查询",
    help="预演：把今后一段日子的月度流程、提醒和发信在副本上走一遍。\n\n"
    "看会发多少信、给谁、在哪几天、谁的事太多。原来的数据不动，信一封也不发；"
    "假定这段日子没有人导入、登记和办理。",
    epilog="例：peiyu rehearse --from 2027-01-01 --to 2027-12-31",
)
def rehearse(
    first: From = None,
    last: Until = None,
    changed: With = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Rehearse some days."""
    from casework.rehearsed import difference, load_of

    with services_at(home) as services:
        begin = first or services.today + dt.timedelta(days=1)
        end = last or begin + _USUAL
        other = _catalogue_with(home, changed) if changed else None
        played = _play(home, services, (begin, end), None)
        load = load_of(played)
        differs = difference(played, _play(home, services, (begin, end), other)) if other else None
    if as_json:
        print_json({"load": load, "letters": played.letters, "difference": differs})
        return
    _print_load(load)
    if differs is not None:
        _print_difference(differs)


def _play(
    home: Path | None,
    services: "Services",
    days: tuple[dt.date, dt.date],
    catalogue: "Catalogue | None",
) -> "Rehearsal":
    from dataclasses import replace

    from casework.refusal import Refusal
    from casework.rehearse import rehearse as play
    from runtime.rehearsal import copied
    from runtime.timetable import timetable_of

    table = timetable_of(settings_at(home).home)
    with aside().status("正在预演…"), copied(services) as copy:
        on = replace(copy, catalogue=catalogue) if catalogue else copy
        played = play(on, table, *days)
    if isinstance(played, Refusal):
        raise refused(played)
    return played


def _catalogue_with(home: Path | None, changed: Path) -> "Catalogue":
    """Return the promises with one programme file in the place of, or beside, those in force."""
    from config.catalogue import load_catalogue
    from runtime.build import config_folders

    with TemporaryDirectory(prefix="peiyu-rehearsal-") as folder:
        programmes = Path(folder) / "programmes"
        programmes.mkdir()
        try:
            (programmes / changed.name).write_bytes(changed.read_bytes())
        except OSError as error:
            raise misuse(f"读不了 {changed}（{error.strerror}）") from None
        catalogue, problems = load_catalogue(*config_folders(settings_at(home)), Path(folder))
    if problems:
        raise StopError("改过的项目文件有误：\n" + "\n".join(f"  {each}" for each in problems))
    return catalogue


def _print_load(load: "Load") -> None:
    from casework.rehearsed import HEAVY
    from cli.tables import say, table

    console = screen()
    say(console, f"{load.first} 至 {load.last} 预演：信函 {load.letters} 封", style="bold")
    if not load.letters:
        say(console, "这段日子没有要发的信。")
        return
    months = table("月份", "给企业#", "给工作人员#", "事项#", title="按月")
    for each in load.months:
        counts = (each.enterprise_letters, each.staff_letters, each.matters)
        months.add_row(each.month, *map(str, counts))
    console.print(months)
    if load.staff:
        staff = table("姓名", "角色", "信#", "事项#", "最多一天#", "那一天", title="工作人员")
        for person in load.staff:
            counts = (person.letters, person.matters, person.most)
            staff.add_row(
                person.name, person.role_title, *map(str, counts), person.most_on.isoformat()
            )
        console.print(staff)
    for person in load.staff:
        if person.heavy_days:
            words = f"{person.name}有 {person.heavy_days} 天一封信里超过 {HEAVY} 件事，请考虑分工"
            say(console, words, style="yellow")
    days = "；".join(f"{day.on} {day.letters} 封" for day in load.busiest)
    say(console, f"信最多的几天：{days}")
    if load.unsaid:
        words = f"有 {load.unsaid} 件事没有人可以告知：补上联系人、邮箱或负责的工作人员"
        say(console, words, style="yellow")


def _print_difference(differs: "Difference") -> None:
    from cli.tables import say

    console = screen()
    say(
        console,
        f"换用改过的文件：信函 {differs.letters_before} → {differs.letters_after} 封，"
        f"多出 {len(differs.added)} 件，少了 {len(differs.gone)} 件",
        style="bold",
    )
    for sign, names in (("+", differs.added), ("-", differs.gone)):
        say(console, *(f"  {sign} {name}" for name in names[:_SHOWN]))
        if len(names) > _SHOWN:
            say(console, f"  {sign} 另有 {len(names) - _SHOWN} 件，见 --json")
