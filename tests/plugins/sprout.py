"""A small programme for tests of the engine: 示例苗圃, with one of everything.

Screening waits for figures and criteria, a clerk lets a case into the pool, a training and a
filing are recorded, a publicity period of five workdays runs out, and the case is certified.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from casework.services import Services
from config.catalogue import Catalogue, from_text
from models.enterprise import Enterprise, Person, Role
from models.figures import AnnualFigures, Qualification, Statement
from models.writes import insert_new
from policy.obligation import (
    Anchor,
    Binds,
    DeadlineKind,
    Ladder,
    Obligation,
    Rung,
    To,
    Tone,
    Window,
    WindowStatus,
)
from policy.programme import (
    Criterion,
    Final,
    Gate,
    Need,
    NeedKind,
    Phase,
    Programme,
    RecordKind,
    Rule,
    Stage,
    Threshold,
)

NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
START = dt.date(2020, 1, 1)
LADDER = Ladder(
    key="gentle",
    title="示例梯级",
    rungs=(
        Rung(key="d-30", days=-30, to=(To.CONTACT,), tone=Tone.NOTICE),
        Rung(key="d-7", days=-7, to=(To.CONTACT, To.CLERK), tone=Tone.REMINDER),
        Rung(key="d-1", days=-1, to=(To.CONTACT, To.CLERK), tone=Tone.FINAL),
        Rung(key="d+1", days=1, to=(To.CLERK, To.HEAD), tone=Tone.OVERDUE),
    ),
)
WINDOW = Window(
    programme="sprout",
    year=2026,
    batch=1,
    opens=dt.date(2026, 4, 1),
    closes=dt.date(2026, 4, 30),
    status=WindowStatus.CONFIRMED,
    document="示例〔2026〕1号",
)


def _duty(key: str, title: str, **changes: Any) -> Obligation:
    given: dict[str, Any] = {
        "kind": DeadlineKind.STATUTORY,
        "binds": Binds.CASE,
        "anchor": Anchor.WINDOW_CLOSES,
        "ladder": LADDER.key,
        "source": "示例办法 第九条",
    }
    return Obligation(key=key, title=title, **given | changes)


def _need(kind: NeedKind, title: str, **changes: Any) -> Need:
    return Need(kind=kind, title=title, **changes)


SPROUT = Programme(
    key="sprout",
    title="示例苗圃",
    source="示例办法",
    aliases=("苗圃",),
    criteria=(
        Criterion(
            key="sales",
            code="S1",
            title="销售收入",
            fact="sales",
            rule=Rule.AT_LEAST,
            source="示例办法 第一条",
            thresholds=(Threshold(start=START, value=Fraction(100_000_000)),),
        ),
        Criterion(
            key="field",
            code="S2",
            title="技术领域",
            fact="field_fits",
            rule=Rule.JUDGED,
            source="示例办法 第二条",
        ),
    ),
    records=(
        RecordKind(key="trained", title="参加培训", evidence="签到表"),
        RecordKind(key="submitted", title="提交申报", evidence="受理编号"),
        RecordKind(key="published", title="开始公示", evidence="公示文号"),
        RecordKind(key="refused", title="未通过", evidence="通知"),
        RecordKind(key="renamed", title="更名", evidence="变更通知书"),
        RecordKind(key="rename_reported", title="更名已报告", evidence="受理编号"),
        RecordKind(key="reported", title="年报已报", evidence="回执"),
    ),
    stages=(
        Stage(
            key="screening",
            title="摸底",
            phase=Phase.SCREENING,
            needs=(
                _need(NeedKind.FIGURES, "数据齐全"),
                _need(NeedKind.CRITERIA, "条件符合", criteria=("sales",)),
            ),
            following="pool",
            lapses=True,
        ),
        Stage(
            key="pool",
            title="入库待审",
            phase=Phase.SCREENING,
            gate=Gate.STAFF,
            following="training",
            returns_to="screening",
            lapses=True,
        ),
        Stage(
            key="training",
            title="培训",
            plain="培训辅导",
            phase=Phase.TRAINING,
            needs=(_need(NeedKind.RECORD, "参加培训", record="trained"),),
            following="filing",
            lapses=True,
            limit_workdays=10,
        ),
        Stage(
            key="filing",
            title="申报",
            plain="准备申报",
            phase=Phase.DECLARATION,
            needs=(_need(NeedKind.RECORD, "提交申报", record="submitted"),),
            following="publicity",
            returns_to="training",
            lapses=True,
        ),
        Stage(
            key="publicity",
            title="公示",
            plain="公示",
            phase=Phase.CERTIFICATION,
            needs=(_need(NeedKind.WORKDAYS, "公示期", record="published", workdays=5),),
            following="certified",
            returns_to="filing",
            rejects_on="refused",
        ),
        Stage(
            key="certified",
            title="已认定",
            plain="已认定",
            phase=Phase.CERTIFICATION,
            final=Final.ACHIEVED,
        ),
        Stage(key="refused", title="未通过", phase=Phase.CERTIFICATION, final=Final.REJECTED),
        Stage(key="withdrawn", title="放弃", phase=Phase.DECLARATION, final=Final.WITHDRAWN),
        Stage(key="lapsed", title="失效", phase=Phase.SCREENING, final=Final.LAPSED),
    ),
    obligations=(
        _duty(
            "file",
            "提交申报",
            met_by="submitted",
            stages=("screening", "pool", "training", "filing"),
        ),
        _duty(
            "rename",
            "更名报告",
            anchor=Anchor.RECORD,
            record="renamed",
            months=3,
            met_by="rename_reported",
        ),
        _duty(
            "report",
            "年报",
            binds=Binds.QUALIFICATION,
            qualification="hnte",
            anchor=Anchor.MONTH_DAY,
            month_day=(5, 31),
            years_after_issue=(1, 3),
            met_by="reported",
        ),
    ),
)


def sprout_catalogue(**changes: Any) -> Catalogue:
    """Return a catalogue of this one programme; ``changes`` are made to the programme."""
    changed = replace(SPROUT, **changes)
    text = Catalogue(programmes={"sprout": changed}).text_of("sprout")
    programme, _ = from_text(text)
    return Catalogue(
        programmes={"sprout": programme},
        ladders={LADDER.key: LADDER},
        windows={"sprout": (WINDOW,)},
    )


def add_firm(
    services: Services,
    number: int = 1,
    *,
    sales: int | None = 200_000_000,
    contact: bool = True,
    statements: Mapping[str, str] | None = None,
    certified_on: dt.date | None = None,
) -> int:
    """Add an invented enterprise with last year's sales in 分; return its id."""
    uscc = f"91431281MAXX{number:05d}X"
    enterprise = Enterprise(
        uscc=uscc,
        name=f"示例企业{number}号有限公司",
        division_code="431281",
        registered_on=dt.date(2020, 5, 1),
        added_at=NOON,
    )
    with services.database.writing() as session:
        session.add(enterprise)
        session.flush()
        id_ = enterprise.id or 0
        session.add(AnnualFigures(enterprise_id=id_, year=2025, sales=sales))
        if contact:
            session.add(
                Person(
                    key=f"contact/{uscc}",
                    role=Role.CONTACT.value,
                    name="张示例",
                    email=f"contact{number}@firm.example",
                    enterprise_id=id_,
                )
            )
        if certified_on:
            session.add(
                Qualification(
                    enterprise_id=id_,
                    kind="hnte",
                    number=f"GR{certified_on.year}43{number:06d}",
                    valid_from=certified_on,
                    valid_to=certified_on.replace(year=certified_on.year + 3)
                    - dt.timedelta(days=1),
                )
            )
        rows = [
            {
                "enterprise_id": id_,
                "fact": fact,
                "as_of": dt.date(2026, 1, 1),
                "value": value,
                "source": "示例",
                "by": "",
                "at": NOON,
            }
            for fact, value in (statements or {}).items()
        ]
        insert_new(session, Statement, rows)
    return id_


def add_staff(services: Services) -> None:
    """Add a clerk and a head of the county."""
    with services.database.writing() as session:
        for role in (Role.CLERK, Role.HEAD):
            session.add(
                Person(
                    key=f"staff/{role.value}",
                    role=role.value,
                    name=f"示例{role.value}",
                    email=f"{role.value}@bureau.example",
                    division_code="431281",
                )
            )


def add_three_firms(services: Services) -> None:
    """Add three enterprises without figures; nobody can write to the third."""
    for number in (1, 2, 3):
        add_firm(services, number, sales=None, contact=number < 3)
