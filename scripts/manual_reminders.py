"""The page of all reminders: what each reader gets, when, and why."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from casework.duties_told import on_day
from casework.words import RECIPIENTS, TONES
from config.catalogue import Catalogue
from config.settings import AttentionPart
from policy.obligation import Ladder, Lost, Obligation, Rung, To
from policy.programme import Programme
from policy.timetable import Timetable
from scripts.markdown import sourced, table

_A_WEEK = AttentionPart().letters_per_week
_LOST = {
    Lost.RESEND: "同一封再发一次，极少数时候会收到两封一样的",
    Lost.HOLD: "不再自动发，列为待确认，由经办核实后决定",
}


def all_reminders(catalogue: Catalogue, timetable: Timetable) -> str:
    """Return the page."""
    lines = ["# 您会收到什么、什么时候、为什么", "", *_rules(timetable)]
    for reader in To:
        lines += ["", f"## {RECIPIENTS[reader]}收到的提醒", "", *_of(catalogue, reader)]
    lines += ["", "## 各种提醒的节奏", "", *_ladders(catalogue)]
    return "\n".join(lines) + "\n"


def _rules(timetable: Timetable) -> Iterator[str]:
    hours = f"{timetable.deliver_from:%H:%M} 至 {timetable.deliver_to:%H:%M}"
    yield from (
        "这一页由程序按正在使用的提醒文件生成，改了提醒就跟着变。",
        "",
        f"- 只在工作日 {hours} 发信；一个人一天最多一封，几件事写在一封里，急的在前。",
        f"- 企业联系人一周最多收 {_A_WEEK} 封，本局可以改；不急的并入下一封，放在“本周另有”里，"
        "最迟在下周第一个工作日；紧急的、最后提醒的，和法定期限前的最后一次，随到随发。",
        "- 工作人员不在岗，信发给登记的代办人，写明代谁；代办人本来就会收到的事，只说一次。",
        "- 每月的流程办完后，分管领导收到上个月的数字，和前一个月相比，不含企业和个人信息。",
        "- 截止前的提醒遇休息日提前到上一个工作日，超期后的推后到下一个工作日；"
        "写“第几个工作日”的按工作日数，截止日不算。",
        "- 已经办结、免办、无法申报或放弃的不再提醒；登记了办结，还没发出的提醒也不发。",
        "- 中止的期限不提醒，逐条记下；恢复后按新日期提醒。见[期限](clocks.md)。",
        "- 程序停过几天，恢复后一次补上：同一件事只说最急的那一次，其余记为“已由它代为提醒”。",
        "- 截止日在停的那几天里过去了，不对企业说“还有几天”，转由经办跟进。",
        "- 离截止不远才出现的事，当场提醒一次，不等下一个日子。",
        "- 信里有“答复”链接的，可以答“已知悉”“已办理”（填报凭证号）或“需要帮助”；"
        "答复不等于办结，照常提醒。",
        "- 填报了凭证号的，核对以前只写“待科技局核对”，不再催；核对不符的，下一封信说明理由。",
        "- 经办可以写明理由，让一件事到某天以前先不提醒；到那天，错过的里面最急的补说一次。"
        "法定期限前的最后一次提醒照常发。",
        "- 没有联系人、没有邮箱或邮箱被退信的，记为“没有告知”，写进经办每周一的摘要。",
        "- 标“【待核实】”的依据还没有人与原文核对过。",
    )


def _of(catalogue: Catalogue, reader: To) -> Iterator[str]:
    rows = [
        (programme.title, duty.title, _days(ladder, reader), _why(duty))
        for programme, duty, ladder in _duties(catalogue)
        if any(reader in rung.to for rung in ladder.rungs)
    ]
    yield from table(("项目", "事项", "哪几天、什么语气", "为什么"), rows)


def _duties(catalogue: Catalogue) -> Iterator[tuple[Programme, Obligation, Ladder]]:
    for programme in catalogue.programmes.values():
        for duty in programme.obligations:
            yield programme, duty, catalogue.ladders[duty.ladder]


def _days(ladder: Ladder, reader: To) -> str:
    told = [rung for rung in ladder.rungs if reader in rung.to]
    alike = groupby(told, key=lambda rung: (rung.tone, *_side(rung)))
    return "；".join(f"{_on_days(rungs)}（{TONES[tone]}）" for (tone, *_), rungs in alike)


def _side(rung: Rung) -> tuple[bool, bool, bool]:
    """Return what rungs must have in common to be told in one breath."""
    return rung.number < 0, rung.number > 0, bool(rung.workdays)


def _on_days(rungs: Iterable[Rung]) -> str:
    """Return 截止前 15、7 天, or one of them alone."""
    first, *others = rungs
    return on_day(first, *(abs(each.number) for each in others))


def _why(duty: Obligation) -> str:
    return sourced(duty.source or "本局安排", duty.confirm)


def _ladders(catalogue: Catalogue) -> Iterator[str]:
    rows = []
    for ladder in catalogue.ladders.values():
        used = [duty.title for _, duty, each in _duties(catalogue) if each.key == ladder.key]
        sides = groupby(ladder.rungs, key=_side)
        days = "，".join(_on_days(rungs) for _, rungs in sides)
        titles = "、".join(dict.fromkeys(used)) or "（没有事项用它）"
        rows.append((ladder.title, days, titles, _LOST[ladder.lost]))
    yield from table(("提醒", "哪几天", "用于", "信交出后没有收到答复时"), rows)
