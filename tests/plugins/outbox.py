"""An outbox with one letter for each of a few enterprises, and a mail server to send them through.

county = letters_wait(a_house("sqlite", today=D30), firms=3)
with Sink(Script(rcpt="451 later")) as sink:
    report = sent_through(county, sink)
"""

import datetime as dt
import email
import email.policy
import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from casework.deliver import DeliveryReport, deliver
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Services
from models.letter import Letter
from notifications.smtp import SmtpCarrier, SmtpSettings
from policy.obligation import Lost
from tests.plugins.house import HouseMaker
from tests.plugins.smtp_sink import Sink
from tests.plugins.sprout import LADDER, add_firm, sprout_catalogue

MARCH = dt.date(2026, 3, 2)
D30 = dt.date(2026, 3, 31)  # thirty days before the filing of 30 April
WAIT = 0.3  # seconds that a mail server gets for an answer


def letters_wait(services: Services, *, firms: int = 3, lost: Lost = Lost.RESEND) -> Services:
    """Return the house with one letter waiting for each enterprise; it is 31 March."""
    ladder = replace(LADDER, lost=lost)
    catalogue = replace(sprout_catalogue(), ladders={ladder.key: ladder})
    county = replace(services, catalogue=catalogue)
    for number in range(1, firms + 1):
        add_firm(county, number, sales=None)
    run_month(county, f"{MARCH:%Y-%m}", on=MARCH)
    sweep(county, today=D30)
    return county


def three_letters(a_house: HouseMaker) -> Services:
    """Return a house of its own with three letters waiting; they are written once for a file."""
    catalogue = sprout_catalogue()
    return a_house(today=D30, catalogue=catalogue, founding=letters_wait)


def address_of(services: Services) -> str:
    """Return the address of the house's database."""
    return services.database.engine.url.render_as_string(hide_password=False)


def home_of(county: Services, folder: Path, port: int, *, account: str = "") -> Path:
    """Return a data folder with the same outbox, whose letters go to a server on loopback.

    Close the county's database before: its file is copied.
    """
    folder.mkdir()
    shutil.copyfile(str(county.database.engine.url.database), folder / "peiyu.db")
    told = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"\n'
    told += f'username = "{account}"\npassword = "secret-1"\n' if account else ""
    office = '[office]\nemail = "peiyu@bureau.example"\n'
    (folder / "peiyu.toml").write_text(told + office, encoding="utf-8")
    return folder


def later(services: Services, minutes: float) -> Services:
    """Return the same services so many minutes later."""
    moment = services.now() + dt.timedelta(minutes=minutes)
    return replace(services, now=lambda: moment)


def relay(port: int, *, seconds: float = WAIT, helo: str = "office.example") -> SmtpSettings:
    """Return how to reach a mail server on loopback, with little patience."""
    return SmtpSettings(
        host="127.0.0.1",
        port=port,
        security="plain",
        helo=helo,
        connect_seconds=seconds,
        command_seconds=seconds,
        body_seconds=seconds,
    )


def sent_through(services: Services, sink: Sink, *, minutes: float = 0) -> DeliveryReport:
    """Send what may leave through this mail server, so many minutes later."""
    with closing(SmtpCarrier(relay(sink.port))) as carrier:
        return deliver(replace(later(services, minutes), open_carrier=lambda: carrier))


def letters(services: Services) -> Sequence[Letter]:
    """Return every letter."""
    with services.database.reading() as session:
        return session.scalars(select(Letter).order_by(col(Letter.id))).all()


def states(services: Services) -> list[str]:
    """Return the state of every letter."""
    return [letter.state for letter in letters(services)]


def mails(sink: Sink) -> list[EmailMessage]:
    """Return what the server took, as another program reads it."""
    return [email.message_from_bytes(raw, policy=email.policy.default) for raw in sink.accepted]


def copies(sink: Sink) -> Counter[str]:
    """Return how many copies of each letter the server took, by Message-ID."""
    return Counter(str(mail["Message-ID"]) for mail in mails(sink))
