"""看板: each programme as a funnel, its year as stock and flow, the targets, and who is behind."""

import datetime as dt
from urllib.parse import urlencode

from casework.board import board
from casework.refusal import Refusal
from casework.stock_flow import YearFlow, flow_rows, year_flows
from casework.targets import SETTERS, NewTarget, in_force, set_target, targets_said
from casework.typed import day_of, number_of
from console.site import Site
from console.visits import Answer, Missing, Sent, Shown, Visit
from policy.programme import Programme
from policy.stock import FIGURES, Measure

_TITLES = {
    "opening": "年初有效",
    "new": "新增",
    "renewed": "续期",
    "lapsed": "失效",
    "closing": "现有效",
    "expiring": "年底前届满",
}
_MEASURES = {
    Measure.NEW: "新增家数（年初没有的）",
    Measure.GRANTED: "获得家数（新增和续期）",
    Measure.STOCK: "年末有效家数",
    Measure.NET: "净增家数（年末减年初）",
}
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_WIDE = 400  # of a chart's longest bar


def add_board(site: Site) -> None:
    """Add the board, the rows behind its figures, and the targets."""
    site.page("/board", show_board)
    site.page("/board/flow", show_flow)
    site.page("/board/targets", show_targets)
    site.act("/board/targets", enter_target, roles=SETTERS)


def show_board(visit: Visit) -> Answer:
    """Show each programme as a funnel and a year, with the tables behind them."""
    cycle = _year(visit.query.get("cycle", ""))
    found = board(visit.services, cycle=cycle)
    most = {
        each.programme: max((p.cases for p in each.phases), default=0) for each in found.programmes
    }
    year = visit.services.today.year
    flows = {each.programme: each for each in year_flows(visit.services, cycle or year)}
    return Shown(
        template="board.html",
        values={
            "board": found,
            "most": most,
            "cycle": cycle,
            "of": f"&cycle={cycle}" if cycle else "",
            "years": (year - 1, year, year + 1),
            "year": cycle or year,
            "flows": flows,
            "bars": {key: _bars(flow) for key, flow in flows.items()},
            "titles": _TITLES,
            "measures": _MEASURES,
            "may_set": visit.who.role in SETTERS,
        },
    )


def _bars(each: YearFlow) -> list[dict[str, object]]:
    """Return a waterfall: where each bar begins, how wide it is, and what is written beside it."""
    number = {key: each.flow.count(key) for key in ("opening", "new", "lapsed", "closing")}
    opening, new, lapsed, closing = number.values()
    top = opening + new
    scale = _WIDE / max(top, 1)
    parts = (
        ("opening", 0, opening, f"{opening}"),
        ("new", opening, new, f"+{new}"),
        ("lapsed", closing, lapsed, f"−{lapsed}"),
        ("closing", 0, closing, f"{closing}"),
    )
    return [
        {
            "title": _TITLES[key],
            "key": key,
            "left": round(start * scale, 1),
            "wide": round(wide * scale, 1),
            "says": says,
        }
        for key, start, wide, says in parts
    ]


def show_flow(visit: Visit) -> Answer:
    """Show the enterprises behind one figure, as they stood on a day."""
    programme, on = _programme(visit), day_of(visit.query.get("on", ""))
    figure = visit.query.get("figure", "")
    if programme is None or on is None or figure not in FIGURES:
        return Missing()
    return Shown(
        template="flow.html",
        values={
            "programme": programme,
            "on": dt.date(on.year - 1, 12, 31) if figure == "opening" else on,
            "year": on.year,
            "figure": _TITLES[figure],
            "rows": flow_rows(visit.services, programme, on, figure),
        },
    )


def show_targets(visit: Visit) -> Answer:
    """Show the targets of a programme's year, with everything that was said on them."""
    programme, year = _programme(visit), _year(visit.query.get("year", ""))
    if programme is None or year is None:
        return Missing()
    said = targets_said(visit.services, programme.key, year)
    return Shown(
        template="targets.html",
        values={
            "programme": programme,
            "year": year,
            "history": said,
            "now": in_force(said),
            "measures": _MEASURES,
            "may_set": visit.who.role in SETTERS,
            "zone": visit.services.zone,
        },
    )


def enter_target(visit: Visit) -> Answer:
    """Enter a target, or take it back."""
    key, year = visit.said("programme"), _year(visit.said("year"))
    measures = {each.value: each for each in Measure}
    measure = measures.get(visit.said("measure"))
    programme = visit.services.catalogue.programmes.get(key)
    if programme is None or year is None or measure is None:
        return Missing()
    back = f"/board/targets?{urlencode({'programme': key, 'year': year})}"
    number = _number(visit.said("number"))
    if number is None and visit.said("number"):
        return Sent(to=back, said="目标应为整数，例如 2；要撤回这个目标就留空", wrong=True)
    new = NewTarget(
        programme=key,
        year=year,
        measure=measure,
        number=number,
        document=visit.said("document"),
        after=_number(visit.said("after")) or 0,
    )
    done = set_target(visit.services, new, by=visit.who.actor)
    if isinstance(done, Refusal):
        return Sent(to=back, said=done.reason, wrong=True)
    what = "已撤回" if done.number is None else f"已定为 {done.number}"
    return Sent(to=back, said=f"{_MEASURES[measure]}：{what}")


def _programme(visit: Visit) -> Programme | None:
    found = visit.services.catalogue.programmes.get(visit.query.get("programme", ""))
    return found if found and found.qualification else None


def _number(words: str) -> int | None:
    number = number_of(words.removeprefix("-"))
    return -number if number is not None and words.startswith("-") else number


def _year(words: str) -> int | None:
    number = _number(words)
    return number if number is not None and _FIRST_YEAR <= number <= _LAST_YEAR else None
