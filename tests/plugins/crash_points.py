"""Runs a use case many times, each time killed one step later; a step is whatever may fail between.

A step is a statement, a commit, or bytes that go to the mail server. One process reads everything
once and forks a child for each run, so that a run costs a fraction of a second.

    python -m tests.plugins.crash_points

reads lines of JSON ``{"url", "what", "day", "port", "lost", "at", "hours"}``; ``what`` is one of
`USE_CASES`, ``at`` 0: nobody dies. Answers each with the number of steps that were taken, or 0
when the child was killed. A list of orders is done by so many children at once.
"""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import event
from sqlmodel import SQLModel

from casework.decide import Verb, Wish, decide_case
from casework.deliver import deliver
from casework.import_roster import apply
from casework.pipeline import run_month
from casework.remind import sweep
from casework.services import Actor, Services
from casework.sign_in import Visitor
from config.catalogue import Catalogue
from console.many import act_on_many
from console.visits import Visit
from exchange.values import EnterpriseRow, Roster
from models.enterprise import Role
from notifications.smtp import SmtpCarrier, SmtpSettings
from policy.obligation import Lost
from tests.house.tree import ROOT
from tests.plugins.house import services_on
from tests.plugins.one_dialect import share_from_now_on
from tests.plugins.sprout import LADDER, add_firm, add_staff, sprout_catalogue

Order = dict[str, Any]
CLERK = Actor(name="示例经办")
_FOR_GOOD = 60.0  # seconds of patience with the server: nothing here is late


def catalogue(lost: str) -> Catalogue:
    """Return the small programme, whose ladder says what a lost answer means."""
    ladder = replace(LADDER, lost=Lost(lost))
    return replace(sprout_catalogue(), ladders={ladder.key: ladder})


@contextmanager
def runner() -> Iterator["Runner"]:
    """Yield what runs things in children of one process that has read everything."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.plugins.crash_points"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


class Runner:
    """Hands orders to the process, one at a time."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def signal(self, sent: signal.Signals) -> None:
        """Send a signal to the process and whatever it runs."""
        os.killpg(self._process.pid, sent)

    def run(self, **order: Any) -> int:
        """Return the number of steps; 0 when the child was killed at its step."""
        (steps,) = self.run_at_once([order])
        return steps

    def run_at_once(self, orders: list[Order]) -> list[int]:
        """Return the same of several that run at once."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(orders) + "\n")
        self._process.stdin.flush()
        answers = self._process.stdout.readline()
        assert all(each.isdigit() for each in answers.split()), f"a child of {orders} failed"
        return [int(each) for each in answers.split()]


def _main() -> None:
    _warm_up()
    for line in sys.stdin:
        children = [_begin(order) for order in json.loads(line)]
        sys.stdout.write(" ".join(_end(*child) for child in children) + "\n")
        sys.stdout.flush()


def _warm_up() -> None:
    """Sweep and deliver for nothing: children inherit what was imported and compiled for it."""
    share_from_now_on()
    nobody = {"at": 0, "hours": 0, "port": 0, "lost": Lost.RESEND}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/nothing.db"
        services = services_on(url, today=dt.date(2026, 3, 31), catalogue=catalogue(Lost.RESEND))
        SQLModel.metadata.create_all(services.database.engine)
        add_staff(services)
        add_firm(services)
        services.database.close()
        # Not here: whoever is forked beside the threads of Polars waits for them for ever.
        _end(*_begin({"url": url, "what": "month", "day": "2026-03-02", **nobody}))
        sweep(services)
        deliver(services)
        services.database.close()


def _begin(order: Order) -> tuple[int, int]:
    """Begin it in a child; return its number, and where it tells its steps."""
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        steps = _run(order)
        os.write(telling, str(steps).encode())
        os._exit(0)
    os.close(telling)
    return child, told


def _end(child: int, told: int) -> str:
    """Wait for a child; return its steps, or 0 when it was killed."""
    with os.fdopen(told) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "0"
    return said if status == 0 else f"status-{status}"


def _run(order: Order) -> int:
    """Do it in this process; return how many steps it took, unless it dies at one of them."""
    numbers, taken, at = count(1), 0, order["at"]

    def step(*_: Any, **__: Any) -> None:
        nonlocal taken
        taken = next(numbers)
        if taken == at:
            os.kill(os.getpid(), signal.SIGKILL)

    day = dt.date.fromisoformat(order["day"])
    services = services_on(
        order["url"],
        today=day,
        catalogue=catalogue(order["lost"]),
        open_carrier=lambda: SmtpCarrier(_relay(order["port"])),
    )
    moment = services.now() + dt.timedelta(hours=order["hours"])
    services = replace(services, now=lambda: moment)
    event.listen(services.database.engine, "before_cursor_execute", step)
    event.listen(services.database.engine, "commit", step)
    _around_sending(step)
    USE_CASES[order["what"]](services)
    services.database.close()
    return taken


def _approve(services: Services) -> None:
    """Approve the first case as somebody does who saw its first version."""
    wish = Wish(case_id=1, verb=Verb.APPROVE, reason="材料属实", expecting=1)
    decide_case(services, wish, by=CLERK)


def _send_form(services: Services) -> None:
    """Approve the same case by the form for many, of which the page saw that version."""
    who = Visitor(
        sign_in="",
        seal="",
        person_id=1,
        login="clerk",
        name=CLERK.name,
        role=Role.CLERK,
        division="",
    )
    form = {"case": ["1.1"], "verb": ["approve"], "reason": ["材料属实"], "sure": ["yes"]}
    act_on_many(Visit(services=services, who=who, place="/decide", form=form))


def _import(services: Services) -> None:
    """Import a roster: one enterprise that is known with a new address, and one that is new."""
    known, new = (
        EnterpriseRow(
            sheet="企业名册",
            row=number + 1,
            uscc=f"91431281MAXX{number:05d}X",
            name=f"示例企业{number}号有限公司",
            contact_name="李示例",
            contact_email=f"li{number}@firm.example",
            statements={"resident": True},
        )
        for number in (1, 9)
    )
    apply(
        services, Roster(filename="名册.xlsx", digest="0" * 64, enterprises=(known, new)), by=CLERK
    )


USE_CASES: dict[str, Callable[[Services], object]] = {
    "sweep": sweep,
    "deliver": deliver,
    "approve": _approve,
    "form": _send_form,
    "import": _import,
    "month": lambda services: run_month(services, f"{services.today:%Y-%m}", on=services.today),
}


def _around_sending(step: Any) -> None:
    """Take a step before and after any bytes go to the mail server."""
    send = socket.socket.sendall

    def sendall(self: socket.socket, *what: Any) -> None:
        step()
        send(self, *what)
        step()

    socket.socket.sendall = sendall  # type: ignore[method-assign]


def _relay(port: int) -> SmtpSettings:
    return SmtpSettings(
        host="127.0.0.1",
        port=port,
        security="plain",
        helo="office.example",
        connect_seconds=_FOR_GOOD,
        command_seconds=_FOR_GOOD,
        body_seconds=_FOR_GOOD,
    )


if __name__ == "__main__":
    _main()
