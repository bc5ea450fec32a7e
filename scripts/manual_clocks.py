"""The page of clocks: what may be suspended, extended and given up, with worked cases."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from casework.words import CLOCK_ACTS, KINDS
from config.catalogue import Catalogue
from policy.clock_rules import OWN_EXTENSION
from policy.clocks import Act
from policy.obligation import DeadlineKind
from scripts.markdown import table

_ROLLS = {"next_workday": "遇放假顺延", "previous_workday": "遇放假提前"}


def clocks(catalogue: Catalogue, cases: Path) -> str:
    """Return the page; ``cases`` is the file of worked cases."""
    told = tomllib.loads(cases.read_text(encoding="utf-8"))["case"]
    return "\n".join([*_rules(), *_extensions(catalogue), *_cases(told)]) + "\n"


def _rules() -> Iterator[str]:
    yield "# 期限：中止、延期、免办、无法申报"
    yield ""
    yield "本页由程序根据规则文件和事例自动生成。命令见[操作指南](guide.md)。"
    yield "每次办理都记下谁、哪天、为什么；截止日始终从起算日算起，再加上这里办的，"
    yield "所以放假安排或规则变了，中止和延期都还在。"
    yield ""
    yield from table(
        ("", "法定期限", "计划、承诺期限"),
        (
            ("中止", "要写依据的文号", "写明理由"),
            ("恢复", "截止日往后移中止的时间", "同左；按工作日计算的，移工作日"),
            (
                "延期",
                "规则文件写了几天才可以，一次",
                f"一次，最多 {OWN_EXTENSION} 天，规则文件另有写的按所写",
            ),
            ("免办、无法申报", "写明理由；不再提醒", "写明理由；不再提醒"),
            ("撤销", "截止日前", "截止日前"),
        ),
    )
    yield ""
    yield "- 中止期间不提醒，也不算超期；本该提醒的逐条记下“中止，期间不提醒”。"
    yield "- 延期要在截止日当天或之前办，中止着的先恢复。"
    yield "- 无法申报单独计数：`peiyu status` 和一周摘要里都不算超期，也不算已办。"
    yield "- 日期变了，不会自动写更正信；加 `--tell` 才在下一封信里更正给已告知原日期的人。"


def _extensions(catalogue: Catalogue) -> Iterator[str]:
    written = [
        (programme.title, duty.title, duty.extension_days, duty.extension_source)
        for programme in catalogue.programmes.values()
        for duty in programme.obligations
        if duty.extension_days is not None
    ]
    yield ""
    if not written:
        yield "现用的规则文件都没有另写可以延期几天。"
        return
    yield from table(("项目", "事项", "最多延期", "依据"), written)


def _cases(told: list[dict[str, Any]]) -> Iterator[str]:
    yield ""
    yield "## 事例"
    yield ""
    yield "均为示例，每次改动程序都逐条核对。"
    yield ""
    heads = ("事例", "期限", "怎么办的", "截止日", "为什么")
    yield from table(heads, map(_case, told))


def _case(case: Mapping[str, Any]) -> tuple[object, ...]:
    steps = "；".join(f"{_day(step['on'])} {_step(step)}" for step in case["steps"])
    if case.get("refused"):
        steps += f"：**办不成**，“{case['refused']}”"
    counted = f"{_day(case['event_on'])}"
    if case.get("workdays"):
        counted += f" 起第 {case['workdays']} 个工作日"
    roll = f"，{_ROLLS[case['roll']]}" if "roll" in case else ""
    kind = KINDS[DeadlineKind(case["kind"])]
    return case["title"], f"{kind}，{counted}{roll}", steps, _day(case["ends"]), case["why"]


def _step(step: Mapping[str, Any]) -> str:
    days = f" {step['days']} 天" if "days" in step else ""
    document = f"（{step['document']}）" if "document" in step else ""
    return f"{CLOCK_ACTS[Act(step['act'])]}{days}{document}"


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"
