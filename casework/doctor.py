"""A look over the whole installation: what is in order, what is not, and what to type."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from casework import doctor_runs
from casework.bounces import bad_addresses
from casework.check import Check, Level, bad, ok, warn
from casework.held import catching_up
from casework.recipients import NO_CONTACT, NO_EMAIL, NOBODY
from casework.services import Services
from models.audit import broken_at
from models.case import Case
from models.enterprise import Enterprise, Person, Role
from models.figures import Qualification
from models.letter import ItemState, Letter, LetterItem, LetterState
from notifications.letters import damaged_template
from policy.confirm import Confirm
from policy.obligation import WindowStatus
from policy.programme import Final
from policy.timetable import Timetable

_LIST_COMES_OUT = 11  # the State Council's list for next year is published in November
_LITTLE_SPACE = 500 * 1024**2
_NO_SPACE = 50 * 1024**2
_LATELY = dt.timedelta(days=31)  # what was mended since then is no news

__all__ = ["Check", "Level", "Surroundings", "disk", "examine", "mail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around the data: the folder of letters, the relay, the disk, the timetable."""

    letters_folder: Path
    smtp_host: str
    free_bytes: int
    smtp_trouble: str = ""  # what is in the way of the relay
    tasks_trouble: str = ""  # that the server which hands out the work does not answer
    server_now: dt.datetime | None = None  # the clock of a database on another machine
    not_durable: str = ""  # the setting of the database that lets a power cut lose what was kept
    table: Timetable | None = None


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
            mail(around),
            *_templates(),
            *_letters(session),
            *_restored(session),
            *_disowned(session),
            *_unsaid(session, services),
            *_uncertified(session, services),
            *doctor_runs.checks(session, services, around.table),
            *doctor_runs.tasks(around.tasks_trouble),
            *doctor_runs.clock(session, services, around.server_now),
            _audit(session),
            *_durable(around),
            disk(around),
        )


def _enterprises(session: Session) -> Iterator[Check]:
    number = session.scalar(select(func.count()).select_from(Enterprise)) or 0
    if number:
        yield ok("企业名册", f"{number} 家企业")
    else:
        yield warn("企业名册", "还没有企业", "peiyu import 企业名册.xlsx")


def _staff(session: Session) -> Iterator[Check]:
    roles = set(
        session.scalars(
            select(col(Person.role)).where(
                col(Person.active),
                col(Person.role).not_in((Role.CONTACT.value, Role.ROBOT.value)),
            )
        )
    )
    if not roles:
        hint = "peiyu staff add zhangsan --name 张三 --role clerk --email 邮箱"
        yield warn("工作人员", "还没有登记工作人员，待审和催办无人接收", hint)
    elif Role.CLERK.value not in roles:
        yield warn("工作人员", "没有登记经办，待审无人接收", "peiyu staff add --help")
    else:
        yield ok("工作人员", "已登记")


def _this_year(services: Services) -> Check:
    year = services.today.year
    if year in services.gazetted.gazetted:
        return ok("放假安排", f"{year} 年已录入")
    sentence = f"{year} 年的放假安排没有录入，所有日期都是暂估"
    return bad("放假安排", sentence, f"peiyu calendar load {year} 通知.txt")


def _next_year(services: Services) -> Iterator[Check]:
    today, year = services.today, services.today.year + 1
    if today.month >= _LIST_COMES_OUT and year not in services.gazetted.gazetted:
        sentence = f"{year} 年的放假安排还没有录入（国务院办公厅一般十一月公布）"
        yield warn("明年放假安排", sentence, f"peiyu calendar load {year} 通知.txt")


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
        yield warn("年度通知", sentence, "收到通知后更新 config/notices 里的文件")
    else:
        yield ok("年度通知", f"{year} 年没有预计的申报日期")


def _unconfirmed(services: Services) -> Check:
    counts = {
        programme.title: _unsure(each.confirm for each in programme.criteria)
        + _unsure(each.confirm for each in programme.obligations)
        for programme in services.catalogue.programmes.values()
    }
    named = "、".join(f"{title} {number} 项" for title, number in counts.items() if number)
    if named:
        sentence = f"待核实的规定：{named}；只作建议，不会据此判定不符合"
        return warn(
            "待核实", sentence, "peiyu check；向主管部门核实后，由股长在网页“规则”里写明文件"
        )
    return ok("待核实", "没有待核实的规定")


def _unsure(confirms: Iterable[Confirm]) -> int:
    return sum(each is Confirm.NEEDS_CONFIRMATION for each in confirms)


def mail(around: Surroundings) -> Check:
    """Look at the way that letters take."""
    if around.smtp_trouble:
        hint = "改好 peiyu.toml 里的 [smtp]；没发的信都还在，之后会自动发出"
        return bad("发信", f"{around.smtp_host}：{around.smtp_trouble}", hint)
    if around.smtp_host:
        return ok("发信", f"经邮件服务器 {around.smtp_host} 发出")
    sentence = f"没有设置邮件服务器，信函存入文件夹 {around.letters_folder}"
    return warn("发信", sentence, "在 peiyu.toml 里填写 [smtp]")


def _templates() -> Iterator[Check]:
    if said := damaged_template():
        yield bad("信的模板", said, "重新安装程序；没发的信都还在")


def _letters(session: Session) -> Iterator[Check]:
    rows = session.execute(select(col(Letter.state), func.count()).group_by(col(Letter.state)))
    counted = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to mypy
    troubles = (
        (LetterState.FAILED, "封信发不出"),
        (LetterState.UNKNOWN, "封信未收到对方答复"),
        (LetterState.HELD, "封信待确认，可能已经发出或送达"),
    )
    troubled = False
    for state, words in troubles:
        if number := counted.get(state.value, 0):
            troubled = True
            yield bad("信函", f"{number} {words}", f"peiyu letters --state {state.value}")
    if not troubled:
        yield ok("信函", "没有发不出的信")


def _restored(session: Session) -> Iterator[Check]:
    restored = catching_up(session)
    if restored is not None:
        sentence = f"{restored.on} 恢复了备份，正在补录：事项的进展先列为待确认，不直接发信"
        yield warn("恢复", sentence, "补录完毕后：peiyu letters resume")


def _disowned(session: Session) -> Iterator[Check]:
    if number := bad_addresses(session):
        hint = "补上新邮箱后重新导入名册；确认邮箱没有错：peiyu letters trust 邮箱 --reason 理由"
        yield bad("退信", f"{number} 个收信人的邮箱被退信，不再发给他们", hint)


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
        yield warn("收信人", f"近一个月有 {number} 件事没有人可以告知", hint)


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
            why = "年报和到期提醒才会出现，明年也不会重复纳入"
            hint = f"peiyu certificate 企业 编号 --on 日期    {why}"
            yield warn("证书编号", sentence, hint)


def _audit(session: Session) -> Check:
    broken = broken_at(session)
    if broken is None:
        return ok("操作记录", "连续完整")
    sentence = f"操作记录从第 {broken} 条起被改动或缺失"
    return bad("操作记录", sentence, "请保留数据文件夹，联系维护人员")


def _durable(around: Surroundings) -> Iterator[Check]:
    if around.not_durable:
        sentence = f"数据库设置了 {around.not_durable}，断电时会丢失已经保存的数据"
        yield bad("断电", sentence, "请管理数据库的人改回 on，再运行 peiyu doctor")


def disk(around: Surroundings) -> Check:
    """Look at the space that is left."""
    free = f"数据文件夹所在磁盘还有 {around.free_bytes / 1024**3:.1f} GB"
    if around.free_bytes < _NO_SPACE:
        return bad("磁盘", free, "请清理磁盘，否则不能再保存")
    if around.free_bytes < _LITTLE_SPACE:
        return warn("磁盘", free, "请清理磁盘")
    return ok("磁盘", free)
