"""Writes the manual from the files that are really used: every page that `pages` names.

    python -m scripts.make_manual

A test holds the committed pages to what this writes, so the manual can not go out of date.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from config.catalogue import Catalogue, load_catalogue
from config.timetable import read_timetable
from policy.facts import FACTS, Fact, Given, Kind
from policy.timetable import Timetable
from scripts.manual_api import interface
from scripts.manual_calendars import calendars
from scripts.manual_cases import worked_cases
from scripts.manual_clocks import clocks
from scripts.manual_duties import duties, reminders, windows
from scripts.manual_faults import faults
from scripts.manual_reminders import all_reminders
from scripts.manual_rules import criteria, head, records, score, stages
from scripts.markdown import table

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SPEC = ROOT / "tests" / "spec"
_GIVEN = {
    Given.ANNUAL: "年度数据",
    Given.STANDING: "情况说明",
    Given.REGISTER: "登记信息",
    Given.QUALIFICATION: "持有的资格",
    Given.DERIVED: "推算",
}
_WRITTEN = {
    Kind.MONEY: "数，元",
    Kind.COUNT: "整数",
    Kind.DATE: '"2026-01-31"',
    Kind.FLAG: "true／false",
    Kind.TEXT: "文字",
}


def pages() -> dict[str, str]:
    """Return the name inside `docs` and the text of every page."""
    catalogue, problems = load_catalogue()
    if problems:
        raise ValueError("；".join(map(str, problems)))
    written = {f"programmes/{key}.md": _page(catalogue, key) for key in catalogue.programmes}
    return written | {
        "programmes/facts.md": "\n".join(_facts()) + "\n",
        "api.md": interface(),
        "calendars.md": calendars(SPEC / "publicity_periods.toml"),
        "clocks.md": clocks(catalogue, SPEC / "clocks.toml"),
        "reminders.md": all_reminders(catalogue, _timetable()),
        "faults.md": faults(SPEC / "faults.toml", SPEC.parent),
    }


def _timetable() -> Timetable:
    found, problems = read_timetable()
    if found is None:
        raise ValueError("；".join(map(str, problems)))
    return found


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _page(catalogue: Catalogue, key: str) -> str:
    programme = catalogue.programmes[key]
    cases = tomllib.loads((SPEC / "programmes" / f"{key}.toml").read_text("utf-8"))
    chapters = (
        head(programme),
        criteria(programme),
        score(programme),
        stages(programme),
        records(programme),
        duties(catalogue, programme),
        reminders(catalogue, programme),
        windows(catalogue, programme),
        worked_cases(catalogue, programme, cases),
    )
    return "\n\n".join("\n".join(lines) for lines in map(list, chapters) if lines) + "\n"


def _facts() -> Iterator[str]:
    yield "# 数据一览"
    yield ""
    yield "项目文件和 `peiyu assess` 的数据文件可以用的全部数据。年度数据写在 `annual` 的年份下面；"
    yield "推算的数据由程序计算，不用填写。金额在数据文件里以元为单位，精确到分。"
    yield ""
    yield from table(
        ("名称", "数据", "从哪里来", "怎么写", "单位", "含义"), map(_fact, FACTS.values())
    )


def _fact(fact: Fact) -> tuple[str, ...]:
    how = "不用填" if fact.given is Given.DERIVED else _WRITTEN[fact.kind]
    return f"`{fact.name}`", fact.title, _GIVEN[fact.given], how, fact.unit, fact.meaning


if __name__ == "__main__":
    main()
