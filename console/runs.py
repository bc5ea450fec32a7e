"""运行: what ran and why it failed, what is amiss, when what runs next; beginning a run by hand."""

from casework.by_hand import BY_HAND, Wish, take_errand
from casework.refusal import Refusal
from casework.roles import KEEPERS
from casework.runs_page import RunLine, delivery_hours, list_runs, next_runs, result_of, took
from casework.scope import sees_everything
from casework.services import Services
from casework.watch import look
from casework.words import RUN_KINDS
from console.site import Site
from console.visits import Answer, Sent, Shown, Visit
from models.ledger import RunState
from policy.timetable import RunKind
from runtime.timetable import timetable_of

_TONES = {RunState.RUNNING: "calm", RunState.FINISHED: "good", RunState.FAILED: "bad"}
_SHOWN = 40
_ALONE = "这个网页不是由 peiyu up 打开的，不能开始运行。请在服务器上运行 peiyu run"
_SAYS = {
    RunKind.MONTHLY: "逐家对照条件，推进事项，算出截止日。已经办过的不会重复办",
    RunKind.SWEEP: "找出到点的提醒，写进当天的信。一天里再办，不会重复提醒",
    RunKind.DELIVER: "发出到今天为止写好的信。这一步会真的发信",
    RunKind.BACKUP: "把全部数据存成一个备份文件",
    RunKind.HOUSEKEEPING: "清掉过期的运行记录和信函文件；事项、截止日、操作记录和发过的信不清",
}


def add_runs(site: Site) -> None:
    """Add the page of runs, and what begins one."""

    def runs(visit: Visit) -> Answer:
        return _show(site, visit)

    def begin_run(visit: Visit) -> Answer:
        return _begin(site, visit)

    site.page("/runs", runs, roles=KEEPERS)
    site.act("/runs", begin_run, roles=KEEPERS)


def _show(site: Site, visit: Visit) -> Answer:
    kind = visit.query.get("kind", "")
    services, table = visit.services, timetable_of(site.house.home)
    lines = list_runs(services, kind=kind if kind in RUN_KINDS else None, limit=_SHOWN)
    return Shown(
        template="runs.html",
        values={
            "runs": lines,
            "tone": _tone,
            "result": result_of,
            "took": took,
            "zone": services.zone,
            "now": services.now(),
            "busy": any(_is_busy(each) for each in lines),
            "kinds": RUN_KINDS,
            "kind": kind,
            "troubles": look(services, table),
            "coming": next_runs(services, table),
            "hours": delivery_hours(table),
            "by_hand": [(each, RUN_KINDS[each.value], _SAYS[each]) for each in BY_HAND],
            "month": f"{services.today:%Y-%m}",
            "alone": _why_not_by_hand(site, services),
        },
    )


def _why_not_by_hand(site: Site, services: Services) -> str:
    """Return why nothing is begun from this page; nothing where it may be."""
    if not sees_everything(services):
        return "运行涉及您负责范围以外的企业，由负责全部企业的股长或运维开始"
    return _ALONE if site.house.start is None else ""


def _is_busy(line: RunLine) -> bool:
    return line.state == RunState.RUNNING.value and not line.cut_off


def _tone(line: RunLine) -> str:
    return "bad" if line.cut_off else _TONES[RunState(line.state)]


def _begin(site: Site, visit: Visit) -> Answer:
    if site.house.start is None:
        return Sent(to="/runs", said=_ALONE, wrong=True)
    wish = Wish(kind=visit.said("kind"), month=visit.said("month"))
    table = timetable_of(site.house.home)
    errand = take_errand(visit.services, wish, table, by=visit.who.actor)
    if isinstance(errand, Refusal):
        return Sent(to="/runs", said=errand.reason, wrong=True)
    site.house.start(site.house.home, errand)
    about = f"{errand.month} 的{errand.title}" if errand.month else errand.title
    return Sent(to="/runs", said=f"{about}已经开始，办到哪里见下面。可以离开这一页")
