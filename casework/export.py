"""Handing out a list exactly as it is filtered, all pages of it, as a workbook or as text."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from sqlalchemy.orm import Session

from casework.audit import note
from casework.cases import CaseFilter, cases
from casework.due import DueFilter, due_line, due_where, listed
from casework.enterprise_page import enterprises
from casework.letters_page import LetterFilter, outbox
from casework.refusal import Refusal
from casework.roles import STAFF
from casework.services import Actor, Services
from casework.words import FINALS, KINDS, PHASES, VERDICTS
from exchange.table_files import Column, TableFile, Value, write_csv, write_xlsx

MOST = 200_000  # rows of one file
_CHUNK = 2_000
_MAIL = re.compile(r"\S+@\S+")
_WORDS: Mapping[str, str] = {
    word.value: title
    for words in (FINALS, KINDS, PHASES, VERDICTS)
    for word, title in words.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseFilter:
    """Which enterprises are asked for."""

    words: str = ""


Filter: TypeAlias = CaseFilter | DueFilter | EnterpriseFilter | LetterFilter
Row: TypeAlias = Sequence[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be handed out: the filter, its address, and its words for a reader."""

    filter: Filter
    address: str
    title: str
    described: tuple[tuple[str, str], ...]
    form: str = "xlsx"  # or csv


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file."""

    name: str
    content: bytes
    media_type: str
    rows: int


class _TooManyError(Exception):
    """A list has more rows than a file may have."""


_WRITERS: Mapping[str, tuple[Callable[[TableFile, Path], int], str]] = {
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (write_csv, "text/csv; charset=utf-8"),
}


def export(services: Services, wanted: Wanted, *, by: Actor) -> Exported | Refusal:
    """Return a list as a file, and note who took it along."""
    if by.role is not None and by.role not in STAFF:
        return Refusal(reason="您的角色不能导出")
    if wanted.form not in _WRITERS:
        return Refusal(reason="只能导出 Excel（xlsx）或 csv")
    write, media_type = _WRITERS[wanted.form]
    columns, rows = _table(services, wanted.filter)
    moment = services.now().astimezone(services.zone)
    about = (
        ("内容", wanted.title),
        *wanted.described,
        ("导出时间", f"{moment:%Y-%m-%d %H:%M}"),
        ("导出人", by.name),
        ("单位", services.office.name),
        *((("说明", "演示数据，全部虚构"),) if services.demo else ()),
    )
    table = TableFile(name=wanted.title, columns=columns, rows=_bounded(rows), about=about)
    name = f"{wanted.title}-{services.today}.{wanted.form}"
    with TemporaryDirectory(prefix="peiyu-") as folder:
        path = Path(folder) / f"list.{wanted.form}"
        try:
            number = write(table, path)
        except _TooManyError:
            return Refusal(reason=f"超过 {MOST} 行，一个文件放不下，请缩小筛选条件再导出")
        content = path.read_bytes()

    def attempt(session: Session) -> None:
        detail = {"rows": number, "form": wanted.form, "division": services.division}
        note(session, services, by, "export", (wanted.address, detail))

    services.database.transact(attempt)
    return Exported(name=name, content=content, media_type=media_type, rows=number)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if number > MOST:
            raise _TooManyError
        yield row


def _table(services: Services, wanted: Filter) -> tuple[Sequence[Column], Iterator[Row]]:
    match wanted:
        case CaseFilter():
            return _CASES, _cases(services, wanted)
        case DueFilter():
            return _DUE, _due(services, wanted)
        case EnterpriseFilter():
            return _ENTERPRISES, _enterprises(services, wanted)
        case LetterFilter():
            return _LETTERS, _letters(services, wanted)


_NAME, _CODE = Column(title="企业", width=30), Column(title="统一社会信用代码", width=22)
_PROGRAMME = Column(title="项目", width=22)
_CASES = (
    *(_NAME, _CODE, _PROGRAMME, Column(title="年度"), Column(title="第几次")),
    *(Column(title="阶段类别"), Column(title="环节", width=16), Column(title="结果")),
    *(Column(title="待审"), Column(title="暂缓"), Column(title="条件")),
    *(Column(title="最低得分"), Column(title="最高得分")),
    *(Column(title="进入本环节"), Column(title="本环节工作日"), Column(title="编号")),
)
_DUE = (
    *(_NAME, _CODE, _PROGRAMME, Column(title="截止事项", width=26), Column(title="性质")),
    *(Column(title="截止日期"), Column(title="还有几天"), Column(title="日期是否确定", width=18)),
    *(Column(title="中止自"), Column(title="为什么是这一天", width=60)),
    *(Column(title="在哪里办", width=30), Column(title="事项编号")),
)
_ENTERPRISES = (
    *(_NAME, _CODE, Column(title="行政区划")),
    *(Column(title="在办事项"), Column(title="超期截止事项", width=14)),
)
# Of a letter's reader only what they are to us: no name, no mailbox.
_LETTERS = (
    *(Column(title="日期"), Column(title="收件人身份"), _NAME, Column(title="主题", width=50)),
    *(Column(title="几件事"), Column(title="状态"), Column(title="发出时间", width=18)),
    *(Column(title="发送次数"), Column(title="原因", width=50)),
)


def _cases(services: Services, wanted: CaseFilter) -> Iterator[Row]:
    after: int | None = 0
    while after is not None:
        page = cases(services, wanted, after=after, limit=_CHUNK)
        for line in page.lines:
            yield (
                *(line.enterprise, line.uscc, line.programme_title, line.cycle, line.round),
                *(_WORDS.get(line.phase, ""), line.stage_title, _WORDS.get(line.final or "", "")),
                *(line.waiting, line.held, _WORDS.get(line.verdict, "")),
                *(line.score_low, line.score_high, line.entered_on, line.workdays, line.id),
            )
        after = page.following


def _due(services: Services, wanted: DueFilter) -> Iterator[Row]:
    with services.database.reading() as session:
        where = due_where(session, services, wanted)
        if isinstance(where, Refusal):
            return
        rows = session.execute(listed(services).where(*where).execution_options(yield_per=_CHUNK))
        for deadline, name, uscc in rows:
            line = due_line(services, deadline, name, uscc)
            sure = "、".join(line.flags) or "确定"
            yield (
                *(name, uscc, line.programme_title, line.title, _WORDS.get(line.kind, "")),
                *(line.due_on, line.days_left, sure, line.suspended_on),
                *(line.explanation, line.where, line.case_id),
            )


def _enterprises(services: Services, wanted: EnterpriseFilter) -> Iterator[Row]:
    after: int | None = 0
    while after is not None:
        page = enterprises(services, wanted.words, after=after, limit=_CHUNK)
        for line in page.lines:
            yield (line.name, line.uscc, line.division_code, line.cases, line.overdue)
        after = page.following


def _letters(services: Services, wanted: LetterFilter) -> Iterator[Row]:
    for line in outbox(services, wanted, limit=MOST + 1).letters:
        sent = line.sent_at.astimezone(services.zone) if line.sent_at else None
        yield (
            *(line.send_on, line.role_title, line.enterprise, line.subject, line.items),
            *(line.state_title, sent, line.attempts, _MAIL.sub("（邮箱）", line.reason)),
        )
