"""An invented county of any size: enterprises with three years of figures, flags and contacts."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col

from casework.pipeline import run_month
from casework.services import Services
from config.calendar_files import load_calendar
from config.catalogue import CONFIG_ROOM, load_catalogue
from models.engine import Database, make_engine
from models.enterprise import Enterprise, Person, Role
from models.figures import AnnualFigures, Qualification, Statement
from models.writes import insert_new
from notifications.letters import Office
from notifications.memory import MemoryCarrier
from notifications.message import Address
from policy.facts import FACTS, STANDING, Kind
from runtime.schema import upgrade

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = dt.date(2026, 1, 5)
SECOND = dt.date(2026, 2, 2)
TOLD_ON = dt.date(2025, 12, 31)
NINE = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
WAN = 1_000_000  # 分
EVERY = 33  # of so many enterprises one has news in a steady month: 3 %


@contextmanager
def opened(path: Path | str, *, today: dt.date, batch_size: int = 10_000) -> Iterator[Services]:
    """Yield Services on a file, or at an address; the clock stands still on a morning."""
    catalogue, problems = load_catalogue()
    calendar, wrong_days = load_calendar(CONFIG_ROOM / "calendars")
    if problems or wrong_days:
        raise ValueError([*problems, *wrong_days])
    carrier = MemoryCarrier()
    database = Database(make_engine(_url(path)))
    try:
        yield Services(
            database=database,
            catalogue=catalogue,
            gazetted=calendar,
            open_carrier=lambda: carrier,
            now=lambda: NINE,
            zone=ZONE,
            office=Office(name="示例县科学技术局", sender="企业培育服务"),
            sender=Address(name="企业培育服务", email="peiyu@bureau.example"),
            day=today,
            batch_size=batch_size,
        )
    finally:
        database.close()


def found(path: Path | str, size: int) -> None:
    """Make the county, before its first month."""
    engine = make_engine(_url(path))
    upgrade(engine)
    engine.dispose()
    with opened(path, today=FIRST) as services, services.database.writing() as session:
        numbers = range(1, size + 1)
        insert_new(session, Enterprise, [_enterprise(number) for number in numbers])
        insert_new(session, Person, [*map(_contact, numbers), _clerk()])
        insert_new(session, AnnualFigures, [row for number in numbers for row in _figures(number)])
        insert_new(session, Statement, [row for number in numbers for row in _flags(number)])
        insert_new(session, Qualification, [_certificate(n) for n in numbers if n % 5 == 0])
    if isinstance(path, Path):
        settle(path)


def first_month(path: Path) -> None:
    """Run the first month, in which every case is opened."""
    with opened(path, today=FIRST) as services:
        run_month(services, f"{FIRST:%Y-%m}", on=FIRST)
    settle(path)


def news(path: Path) -> None:
    """Let 3 % of the enterprises report other figures than last month."""
    with opened(path, today=FIRST) as services, services.database.writing() as session:
        session.execute(
            update(AnnualFigures)
            .where(
                col(AnnualFigures.year) == TOLD_ON.year,
                col(AnnualFigures.enterprise_id) % EVERY == 0,
            )
            .values(
                rd_hnte=col(AnnualFigures.rd_hnte) * 3,
                rd_hnte_domestic=col(AnnualFigures.rd_hnte) * 3,
                rd_deduction=col(AnnualFigures.rd_deduction) * 3,
            )
        )
    settle(path)


def settle(path: Path) -> None:
    """Bring everything into the one file, so that a copy of it is whole."""
    with opened(path, today=FIRST) as services, services.database.engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy(path: Path, name: str) -> Path:
    """Return a fresh copy beside it."""
    target = path.with_name(f"{name}.db")
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(path, target)
    return target


def _url(path: Path | str) -> str:
    return path if isinstance(path, str) else f"sqlite:///{path}"


def _uscc(number: int) -> str:
    return f"91431281MAY{number:06d}X"


def _enterprise(number: int) -> dict[str, object]:
    return {
        "id": number,
        "uscc": _uscc(number),
        "name": f"示例企业{number}号有限公司",
        "division_code": "431281",
        "registered_on": dt.date(2010 + number % 14, 1 + number % 12, 1 + number % 28),
        "added_at": NINE,
    }


def _contact(number: int) -> dict[str, object]:
    return {
        "key": f"contact/{_uscc(number)}",
        "role": Role.CONTACT.value,
        "name": f"示例联系人{number}",
        "email": f"contact{number}@firm.example",
        "division_code": "",
        "enterprise_id": number,
    }


def _clerk() -> dict[str, object]:
    return {
        "key": "staff/clerk",
        "role": Role.CLERK.value,
        "name": "示例经办",
        "email": "clerk@bureau.example",
        "division_code": "431281",
        "enterprise_id": None,
    }


def _figures(number: int) -> Iterator[dict[str, object]]:
    for year in (2023, 2024, 2025):
        sales = (200 + number * 37 % 9000) * WAN
        spent = sales * (1 + number * 7 % 90) // 1000
        told = {
            "sales": sales,
            "total_income": sales,
            "hightech_income": sales * (40 + number % 60) // 100,
            "rd_hnte": spent,
            "rd_hnte_domestic": spent * (50 + number % 50) // 100,
            "rd_deduction": spent,
            "rd_statistics": spent,
            "costs": sales * 9 // 10,
            "net_assets": sales // 2 + year * WAN,
            "total_assets": sales,
            "staff_total": 10 + number % 190,
            "staff_rd": 1 + number % 19,
            "conversions": number % 7,
            "ip_class1": number % 3,
            "ip_class2": number % 11,
            "ip_class2_used": 0,
        }
        yield {"enterprise_id": number, "year": year, "sources": "{}", **told}


def _flags(number: int) -> Iterator[dict[str, object]]:
    for place, fact in enumerate(STANDING):
        if FACTS[fact].kind is not Kind.FLAG or (number + place) % 12 == 0:
            continue  # what nobody told us
        yield {
            "enterprise_id": number,
            "fact": fact,
            "as_of": TOLD_ON,
            "value": json.dumps(_good(fact) == ((number + place) % 9 != 0)),
            "source": "示例名册",
            "by": "示例经办",
            "at": NINE,
        }


def _good(fact: str) -> bool:
    return fact not in {"restricted_industry", "abnormal_listed", "research_misconduct"}


def _certificate(number: int) -> dict[str, object]:
    start = dt.date(2023 + number % 3, 10, 16)
    return {
        "enterprise_id": number,
        "kind": "hnte",
        "number": f"GR{start.year}43{number:06d}",
        "valid_from": start,
        "valid_to": dt.date(start.year + 3, 10, 15),
    }
