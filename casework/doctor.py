"""A look over the whole installation: what is in order, what is not, and what to type."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework.recipients import NO_CONTACT, NO_EMAIL, NOBODY
from casework.services import Services
from models.audit import broken_at
from models.case import Case
from models.enterprise import Enterprise, Person, Role
from models.figures import Qualification
from models.ledger import Run, RunState
from models.letter import ItemState, Letter, LetterItem, LetterState
from policy.confirm import Confirm
from policy.obligation import WindowStatus
from policy.programme import Final

_LIST_COMES_OUT = 11  # the State Council's list for next year is published in November
_LITTLE_SPACE = 500 * 1024**2
_NO_SPACE = 50 * 1024**2
_LATELY = dt.timedelta(days=31)  # what was mended since then is no news
_QUIET = 3  # workdays without a sweep


class Level(StrEnum):
    """How grave a check's answer is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: its answer in a sentence, and what to type about it."""

    name: str
    level: Level
    sentence: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around the data: the folder of letters, the relay, the disk."""

    letters_folder: Path
    smtp_host: str
    free_bytes: int


def examine(services: Services, around: Surroundings) -> tuple[Check, ...]:
    """Return every check, in the order in which a person would go through them."""
    with services.database.reading() as session:
        return (
            *_enterprises(session),
            *_staff(session),
            _this_year(services),
            *_next_year(services),
            *_notices(services),
            _unconfirmed(services),
            _mail(around),
            *_letters(session),
            *_unsaid(session, services),
            *_uncertified(session, services),
            *_runs(session),
            *_sweep(session, services),
            _audit(session),
            _disk(around),
        )


def _ok(name: str, sentence: str, hint: str = "") -> Check:
    return Check(name=name, level=Level.OK, sentence=sentence, hint=hint)


def _warn(name: str, sentence: str, hint: str = "") -> Check:
    return Check(name=name, level=Level.WARN, sentence=sentence, hint=hint)


def _bad(name: str, sentence: str, hint: str = "") -> Check:
    return Check(name=name, level=Level.BAD, sentence=sentence, hint=hint)


def _enterprises(session: Session) -> Iterator[Check]:
    number = session.scalar(select(func.count()).select_from(Enterprise)) or 0
    if number:
        yield _ok("企业名册", f"{number} 家企业")
    else:
        yield _warn("企业名册", "还没有企业", "peiyu import 企业名册.xlsx")


def _staff(session: Session) -> Iterator[Check]:
    roles = set(
        session.scalars(
            select(col(Person.role)).where(
                col(Person.active), col(Person.role) != Role.CONTACT.value
            )
        )
    )
    if not roles:
        hint = "peiyu staff add zhangsan --name 张三 --role clerk --email 邮箱"
        yield _warn("工作人员", "还没有登记工作人员，待审和催办无人接收", hint)
    elif Role.CLERK.value not in roles:
        yield _warn("工作人员", "没有登记经办，待审无人接收", "peiyu staff add --help")
    else:
        yield _ok("工作人员", "已登记")


def _this_year(services: Services) -> Check:
    year = services.today.year
    if year in services.gazetted.gazetted:
        return _ok("放假安排", f"{year} 年已录入")
    sentence = f"{year} 年的放假安排没有录入，所有日期都是暂估"
    return _bad("放假安排", sentence, f"peiyu calendar load {year} 通知.txt")


def _next_year(services: Services) -> Iterator[Check]:
    today, year = services.today, services.today.year + 1
    if today.month >= _LIST_COMES_OUT and year not in services.gazetted.gazetted:
        sentence = f"{year} 年的放假安排还没有录入（国务院办公厅一般十一月公布）"
        yield _warn("明年放假安排", sentence, f"peiyu calendar load {year} 通知.txt")


def _notices(services: Services) -> Iterator[Check]:
    year = services.today.year
    estimated = [
        programme.title
        for programme in services.catalogue.programmes.values()
        if any(
            window.status is WindowStatus.ESTIMATED
            for window in services.catalogue.windows_for(programme.key, year)
        )
    ]
    if estimated:
        sentence = f"{year} 年通知尚未录入，日期按往年预计：{'、'.join(estimated)}"
        yield _warn("年度通知", sentence, "收到通知后更新 config/notices 里的文件")
    else:
        yield _ok("年度通知", f"{year} 年没有预计的申报日期")


def _unconfirmed(services: Services) -> Check:
    counts = {
        programme.title: _unsure(each.confirm for each in programme.criteria)
        + _unsure(each.confirm for each in programme.obligations)
        for programme in services.catalogue.programmes.values()
    }
    named = "、".join(f"{title} {number} 项" for title, number in counts.items() if number)
    if named:
        sentence = f"待核实的规定：{named}；只作建议，不会据此判定不符合"
        return _warn("待核实", sentence, "peiyu check；向主管部门核实后改项目文件")
    return _ok("待核实", "没有待核实的规定")


def _unsure(confirms: Iterable[Confirm]) -> int:
    return sum(each is Confirm.NEEDS_CONFIRMATION for each in confirms)


def _mail(around: Surroundings) -> Check:
    if around.smtp_host:
        return _ok("发信", f"经邮件服务器 {around.smtp_host} 发出")
    sentence = f"没有设置邮件服务器，信函存入文件夹 {around.letters_folder}"
    return _warn("发信", sentence, "在 peiyu.toml 里填写 [smtp]")


def _letters(session: Session) -> Iterator[Check]:
    rows = session.execute(select(col(Letter.state), func.count()).group_by(col(Letter.state)))
    counted = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy
    troubles = (
        (LetterState.FAILED, "封信发不出"),
        (LetterState.UNKNOWN, "封信未收到对方答复"),
    )
    troubled = False
    for state, words in troubles:
        if number := counted.get(state.value, 0):
            troubled = True
            yield _bad("信函", f"{number} {words}", f"peiyu letters --state {state.value}")
    if not troubled:
        yield _ok("信函", "没有发不出的信")


def _unsaid(session: Session, services: Services) -> Iterator[Check]:
    number = session.scalar(
        select(func.count())
        .select_from(LetterItem)
        .where(
            col(LetterItem.state) == ItemState.SUPPRESSED.value,
            col(LetterItem.reason).in_((NO_CONTACT, NO_EMAIL, NOBODY)),
            col(LetterItem.speaks_on) > services.today - _LATELY,
        )
    )
    if number:
        hint = "补上联系人和邮箱后重新导入名册；peiyu letters 看是哪些"
        yield _warn("收信人", f"近一个月有 {number} 件事没有人可以告知", hint)


def _uncertified(session: Session, services: Services) -> Iterator[Check]:
    """Name what became of a case and is not on file: its dates would never be reminded of."""
    programmes = services.catalogue.programmes.values()
    for programme in (each for each in programmes if each.qualification):
        on_file = exists().where(
            col(Qualification.enterprise_id) == col(Case.enterprise_id),
            col(Qualification.kind) == programme.qualification,
            col(Qualification.valid_from) >= col(Case.opened_on),
        )
        number = session.scalar(
            select(func.count())
            .select_from(Case)
            .where(
                col(Case.programme) == programme.key,
                col(Case.final) == Final.ACHIEVED.value,
                ~on_file,
            )
        )
        if number:
            sentence = f"{programme.title}：{number} 家已通过的企业还没有登记证书（入库）编号和日期"
            hint = (
                "peiyu certificate 企业 编号 --on 日期；年报和到期提醒才会出现，明年也不会重复纳入"
            )
            yield _warn("证书编号", sentence, hint)


def _runs(session: Session) -> Iterator[Check]:
    rows = session.scalars(
        select(Run).where(col(Run.state) == RunState.RUNNING.value).order_by(col(Run.slot))
    ).all()
    for run in rows:
        if run.kind == "monthly":
            hint = f"peiyu run monthly --month {run.slot}"
            yield _warn("月度流程", f"{run.slot} 的月度流程没有跑完", hint)
    if not rows:
        yield _ok("月度流程", "没有未跑完的月份")


def _sweep(session: Session, services: Services) -> Iterator[Check]:
    last = session.scalar(
        select(func.max(col(Run.slot))).where(
            col(Run.kind) == "sweep", col(Run.state) == RunState.FINISHED.value
        )
    )
    if last is None:
        yield _warn("提醒", "还没有做过提醒", "peiyu run sweep")
        return
    since = dt.date.fromisoformat(last)
    quiet = services.calendar().workdays_between(since, services.today) - 1
    if quiet >= _QUIET:
        yield _warn("提醒", f"上次提醒是 {last}，已隔 {quiet} 个工作日", "peiyu run sweep")
    else:
        yield _ok("提醒", f"上次提醒是 {last}")


def _audit(session: Session) -> Check:
    broken = broken_at(session)
    if broken is None:
        return _ok("操作记录", "连续完整")
    sentence = f"操作记录从第 {broken} 条起被改动或缺失"
    return _bad("操作记录", sentence, "请保留数据文件夹，联系维护人员")


def _disk(around: Surroundings) -> Check:
    free = f"数据文件夹所在磁盘还有 {around.free_bytes / 1024**3:.1f} GB"
    if around.free_bytes < _NO_SPACE:
        return _bad("磁盘", free, "请清理磁盘，否则不能再保存")
    if around.free_bytes < _LITTLE_SPACE:
        return _warn("磁盘", free, "请清理磁盘")
    return _ok("磁盘", free)
