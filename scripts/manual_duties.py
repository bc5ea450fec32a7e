"""The chapters of a programme about its dates: what is due, who is reminded when, the windows."""

from collections.abc import Iterator, Mapping

from casework.words import KINDS, RECIPIENTS, TONES
from config.catalogue import Catalogue
from policy.deadlines import EVENTS
from policy.obligation import Binds, Ladder, Obligation, Roll, Rung, WindowStatus
from policy.programme import Programme
from scripts.markdown import sourced, table, title_of

_ROLLS = {
    Roll.NONE: "，遇休息日不变",
    Roll.NEXT: "，遇休息日顺延",
    Roll.PREVIOUS: "，遇休息日提前",
}
_SURE = {WindowStatus.CONFIRMED: "已确认", WindowStatus.ESTIMATED: "预计"}


def duties(catalogue: Catalogue, programme: Programme) -> Iterator[str]:
    """Yield what must be done by when."""
    if not programme.obligations:
        return
    held = {
        each.qualification: each.title
        for each in catalogue.programmes.values()
        if each.qualification is not None
    }
    yield "## 到期要办的事"
    yield ""
    yield from table(
        ("事项", "谁要办", "性质", "什么时候", "登记什么算办结", "依据", "在哪里办", "办理要点"),
        (
            (
                each.title,
                _whom(programme, each, held),
                KINDS[each.kind],
                _when(programme, each),
                _met(programme, each),
                sourced(each.source, each.confirm),
                each.where,
                each.prepare,
            )
            for each in programme.obligations
        ),
    )


def _whom(programme: Programme, duty: Obligation, held: Mapping[str, str]) -> str:
    told = []
    if duty.binds is Binds.QUALIFICATION:
        told.append(f"持有“{held[duty.qualification or '']}”资格的企业")
    elif duty.stages:
        told.append("事项处在" + "、".join(programme.stage(key).title for key in duty.stages))
    else:
        told.append("有这一登记的企业" if duty.record else "企业")
    told += [f"“{title_of(name)}”为是" for name in duty.when]
    if duty.only_renewal:
        told.append("资格当年到期")
    if duty.years_after_issue is not None:
        told.append(_years(*duty.years_after_issue))
    return "；".join(told)


def _years(first: int, last: int) -> str:
    if (first, last) == (0, 0):
        return "发证当年"
    return f"发证后第 {first} 年" if first == last else f"发证后第 {first} 至第 {last} 年"


def _when(programme: Programme, duty: Obligation) -> str:
    start = EVENTS[duty.anchor]
    if duty.month_day is not None:
        start = f"每年 {duty.month_day[0]} 月 {duty.month_day[1]} 日"
    if duty.record is not None:
        start = f"“{_record(programme, duty.record)}”之日"
    if duty.only_last_batch:
        start = f"最后一批{start}"
    steps = [
        f"{'后' if amount > 0 else '前'} {abs(amount)} {unit}"
        for amount, unit in ((duty.months, "个月"), (duty.days, "天"))
        if amount
    ]
    if duty.workdays:
        steps.append(f"起第 {duty.workdays} 个工作日")
    return start + "".join(steps) + ("" if duty.workdays else _ROLLS[duty.roll])


def _met(programme: Programme, duty: Obligation) -> str:
    if duty.met_by:
        return f"{_record(programme, duty.met_by)} `{duty.met_by}`"
    return "事项走出上述阶段" if duty.stages else ""


def _record(programme: Programme, key: str) -> str:
    return next(each.title for each in programme.records if each.key == key)


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
        yield from _rungs(catalogue.ladders[key])


def _rungs(ladder: Ladder) -> Iterator[str]:
    yield from table(
        ("哪一天", "语气", "发给谁"),
        (
            (on_day(rung), TONES[rung.tone], "、".join(RECIPIENTS[to] for to in rung.to))
            for rung in ladder.rungs
        ),
    )


def on_day(rung: Rung, *others: int) -> str:
    """Return the day of a rung in words, with the numbers of others of its kind."""
    if rung.number == 0:
        return "截止当天"
    numbers = "、".join(map(str, (abs(rung.number), *others)))
    side = "截止前" if rung.number < 0 else "超期"
    if rung.workdays:
        return f"{side}第 {numbers} 个工作日"
    return f"{side} {numbers} 天" if rung.number < 0 else f"{side}第 {numbers} 天"


def windows(catalogue: Catalogue, programme: Programme) -> Iterator[str]:
    """Yield the filing windows up to the year after the newest notice of any programme."""
    known = catalogue.windows.get(programme.key, ())
    if not known:
        return
    newest = max(each.year for every in catalogue.windows.values() for each in every)
    years = dict.fromkeys(each.year for each in known) | dict.fromkeys((newest, newest + 1))
    yield "## 申报时间"
    yield ""
    yield "没有当年通知的年份，按最近一年的日期推算，处处标明“预计”，以当年通知为准。"
    yield ""
    yield from table(
        ("年度", "批次", "开始", "截止", "把握", "通知"),
        (
            (each.year, each.batch, each.opens, each.closes, _SURE[each.status], each.document)
            for year in sorted(years)
            for each in catalogue.windows_for(programme.key, year)
        ),
    )
