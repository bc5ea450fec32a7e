"""What a programme's obligations say, in words: whom, by when, who is reminded; the manual too."""

from collections.abc import Iterator, Mapping

from casework.rules_told import title_of
from casework.words import RECIPIENTS, TONES
from config.catalogue import Catalogue
from policy.deadlines import EVENTS
from policy.obligation import Binds, Ladder, Obligation, Roll, Rung, Window, WindowStatus
from policy.programme import Programme

_ROLLS = {
    Roll.NONE: "，遇休息日不变",
    Roll.NEXT: "，遇休息日顺延",
    Roll.PREVIOUS: "，遇休息日提前",
}
SURE = {WindowStatus.CONFIRMED: "已确认", WindowStatus.ESTIMATED: "预计"}


def held_titles(catalogue: Catalogue) -> dict[str, str]:
    """Return kind of qualification -> the title of the programme that gives it."""
    return {
        each.qualification: each.title
        for each in catalogue.programmes.values()
        if each.qualification is not None
    }


def whom(programme: Programme, duty: Obligation, held: Mapping[str, str]) -> str:
    """Return who must do it."""
    told = []
    if duty.binds is Binds.QUALIFICATION:
        kind = duty.qualification or ""
        told.append(f"持有“{held.get(kind, kind)}”资格的企业")
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


def due_when(programme: Programme, duty: Obligation) -> str:
    """Return the rule of its date: from which event, how much later, what of days off."""
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


def met_by(programme: Programme, duty: Obligation) -> str:
    """Return what closes it."""
    if duty.met_by:
        return _record(programme, duty.met_by)
    return "事项走出上述阶段" if duty.stages else ""


def _record(programme: Programme, key: str) -> str:
    return next(each.title for each in programme.records if each.key == key)


def rungs_told(ladder: Ladder) -> Iterator[tuple[str, str, str]]:
    """Yield on which day a ladder speaks, in which tone, to whom."""
    for rung in ladder.rungs:
        yield on_day(rung), TONES[rung.tone], "、".join(RECIPIENTS[to] for to in rung.to)


def on_day(rung: Rung, *others: int) -> str:
    """Return the day of a rung in words, with the numbers of others of its kind."""
    if rung.number == 0:
        return "截止当天"
    numbers = "、".join(map(str, (abs(rung.number), *others)))
    side = "截止前" if rung.number < 0 else "超期"
    if rung.workdays:
        return f"{side}第 {numbers} 个工作日"
    return f"{side} {numbers} 天" if rung.number < 0 else f"{side}第 {numbers} 天"


def windows_told(catalogue: Catalogue, key: str) -> tuple[Window, ...]:
    """Return the filing windows up to the year after the newest notice of any programme."""
    known = catalogue.windows.get(key, ())
    if not known:
        return ()
    newest = max(each.year for every in catalogue.windows.values() for each in every)
    years = dict.fromkeys(each.year for each in known) | dict.fromkeys((newest, newest + 1))
    return tuple(each for year in sorted(years) for each in catalogue.windows_for(key, year))
