"""The doctor's look at what runs: what is silent, who keeps the timetable, backups, clocks."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import heartbeat, runs
from casework.check import Check, bad, ok, warn
from casework.remind import swept_on
from casework.services import Services
from casework.watch import look
from models.ledger import AuditEntry, Heartbeat, Run, RunState
from policy.passing import RESTART_TASKS
from policy.silence import Silence
from policy.timetable import Timetable

_QUIET = 3  # workdays without a sweep
_CLOCK_OFF = dt.timedelta(minutes=5)
_NAMES = {
    Silence.TIMETABLE: "时间表",
    Silence.MONTHLY: "月度流程",
    Silence.SWEEP: "提醒",
    Silence.LETTERS: "发信",
    Silence.FAILED: "没办成",
    Silence.CUT_OFF: "中断",
    Silence.BACKUP: "备份",
    Silence.WATCH: "巡查",
    Silence.RECORDS: "运行记录",
    Silence.DATABASE: "数据库",
    Silence.SECOND: "另一处",
    Silence.CLOCK: "时钟",
    Silence.WEBHOOK: "webhook",
}


def checks(session: Session, services: Services, table: Timetable | None) -> Iterator[Check]:
    """Yield what is silent or went wrong; without a timetable, only what the runs say."""
    found = look(services, table) if table else ()
    for each in found:
        if each.kind is Silence.CLOCK:
            continue  # `clock` looks at more than people's acts
        yield (bad if each.grave else warn)(_NAMES[each.kind], each.sentence, each.hint)
    told = {each.kind for each in found}
    if table and Silence.TIMETABLE not in told:
        yield _keeper(session, services)
    if not told & {Silence.MONTHLY, Silence.CUT_OFF}:
        yield from _months(session, services)
    if Silence.SWEEP not in told:
        yield from _sweep(session, services)
    if table and Silence.BACKUP not in told:
        yield _backup(session, services)


def tasks(trouble: str) -> Iterator[Check]:
    """Yield that the server which hands out the work does not answer."""
    if trouble:
        yield bad("任务服务器", trouble, RESTART_TASKS)


def clock(session: Session, services: Services, server_now: dt.datetime | None) -> Iterator[Check]:
    """Yield whether this machine's clock agrees with the tables, and with the database's own."""
    now = services.now()
    columns = (Run.beat_at, Heartbeat.at, AuditEntry.at)
    newest = max(
        (at for column in columns if (at := session.scalar(select(func.max(col(column)))))),
        default=now,
    )
    hint = "校准电脑的日期和时间，再运行 peiyu doctor"
    if newest - now > _CLOCK_OFF:
        zone = services.zone
        sentence = (
            f"电脑时间是 {now.astimezone(zone):%Y-%m-%d %H:%M}，"
            f"数据里却有 {newest.astimezone(zone):%Y-%m-%d %H:%M} 的记录"
        )
        yield bad("时钟", sentence, hint)
    elif server_now and abs(server_now - now) > _CLOCK_OFF:
        minutes = int(abs(server_now - now).total_seconds() // 60)
        yield bad("时钟", f"电脑与数据库服务器的时间相差 {minutes} 分钟", hint)
    else:
        yield ok("时钟", "与数据相符")


def _keeper(session: Session, services: Services) -> Check:
    row = session.get(Heartbeat, heartbeat.TIMETABLE)
    worker = session.get(Heartbeat, heartbeat.WORKER)
    for each in (row, worker):
        if each is not None and heartbeat.sign_of(each, services.zone).is_fresh(services.now()):
            return ok("时间表", f"由 {each.detail} 守着")
    return warn("时间表", "没有人守着，到点不会自动办", "peiyu up")


def _months(session: Session, services: Services) -> Iterator[Check]:
    rows = session.scalars(
        select(Run)
        .where(col(Run.kind) == runs.MONTHLY, col(Run.state) != RunState.FINISHED.value)
        .order_by(col(Run.slot))
    ).all()
    for run in rows:
        if run.state == RunState.RUNNING.value and not runs.is_dead(session, run, services.now()):
            yield ok("月度流程", f"{run.slot} 的月度流程正在办", "peiyu runs")
            continue
        hint = f"peiyu run monthly --month {run.slot}"
        yield warn("月度流程", f"{run.slot} 的月度流程没有跑完", hint)
    if not rows:
        yield ok("月度流程", "没有未跑完的月份")


def _sweep(session: Session, services: Services) -> Iterator[Check]:
    last = swept_on(session)
    if last is None:
        yield warn("提醒", "还没有做过提醒", "peiyu run sweep")
        return
    quiet = services.calendar(session).workdays_between(last, services.today) - 1
    if quiet >= _QUIET:
        yield warn("提醒", f"上次提醒是 {last}，已隔 {quiet} 个工作日", "peiyu run sweep")
    else:
        yield ok("提醒", f"上次提醒是 {last}")


def _backup(session: Session, services: Services) -> Check:
    last = runs.last_end(session, runs.BACKUP)
    if last is None:
        return warn("备份", "还没有备份过", "peiyu backup")
    return ok("备份", f"上一次是 {last.astimezone(services.zone):%Y-%m-%d %H:%M}")
