"""The chapters of a programme about its dates: what is due, who is reminded when, the windows."""

from collections.abc import Iterator

from casework.duties_told import (
    SURE,
    due_when,
    held_titles,
    met_by,
    rungs_told,
    whom,
    windows_told,
)
from casework.words import KINDS
from config.catalogue import Catalogue
from policy.obligation import Obligation
from policy.programme import Programme
from scripts.markdown import sourced, table


def duties(catalogue: Catalogue, programme: Programme) -> Iterator[str]:
    """Yield what must be done by when."""
    if not programme.obligations:
        return
    held = held_titles(catalogue)
    yield "## 到期要办的事"
    yield ""
    yield from table(
        ("事项", "谁要办", "性质", "什么时候", "登记什么算办结", "依据", "在哪里办", "办理要点"),
        (
            (
                each.title,
                whom(programme, each, held),
                KINDS[each.kind],
                due_when(programme, each),
                _met(programme, each),
                sourced(each.source, each.confirm),
                each.where,
                each.prepare,
            )
            for each in programme.obligations
        ),
    )


def _met(programme: Programme, duty: Obligation) -> str:
    told = met_by(programme, duty)
    return f"{told} `{duty.met_by}`" if duty.met_by else told


def reminders(catalogue: Catalogue, programme: Programme) -> Iterator[str]:
    """Yield the days at which each obligation speaks, and to whom."""
    if not programme.obligations:
        return
    yield "## 您会在什么时候收到什么提醒，发给谁"
    yield ""
    yield "截止前的提醒遇休息日提前，超期后的遇休息日推后；已经办结的不再提醒；"
    yield "离截止不远才出现的事，当场提醒一次；一个人一天最多一封信。"
    for key in dict.fromkeys(each.ladder for each in programme.obligations):
        titles = "、".join(each.title for each in programme.obligations if each.ladder == key)
        yield ""
        yield f"**{titles}**"
        yield ""
        yield from table(("哪一天", "语气", "发给谁"), rungs_told(catalogue.ladders[key]))


def windows(catalogue: Catalogue, programme: Programme) -> Iterator[str]:
    """Yield the filing windows up to the year after the newest notice of any programme."""
    known = windows_told(catalogue, programme.key)
    if not known:
        return
    yield "## 申报时间"
    yield ""
    yield "没有当年通知的年份，按最近一年的日期推算，处处标明“预计”，以当年通知为准。"
    yield ""
    yield from table(
        ("年度", "批次", "开始", "截止", "把握", "通知"),
        (
            (each.year, each.batch, each.opens, each.closes, SURE[each.status], each.document)
            for each in known
        ),
    )
