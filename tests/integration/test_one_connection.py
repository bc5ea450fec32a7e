"""Many at once: nobody holds one connection and waits for another, so nobody stops for ever."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from fastapi.routing import APIRoute
from sqlalchemy.exc import TimeoutError as NoConnectionError

from casework.board import board
from casework.case_page import case_page
from casework.cases import CaseFilter, cases
from casework.pipeline import run_month
from console.app import make_app
from models.engine import POOL
from runtime.trouble import DATABASE_ERRORS
from tests.plugins.clocked import MARCH
from tests.plugins.desk import Desk
from tests.plugins.house import HouseMaker
from tests.plugins.sprout import add_firm, add_staff, sprout_catalogue

THREADS = 40  # what the web server runs at once


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_forty_ask_at_once_and_all_are_answered(a_house: HouseMaker, engine: str) -> None:
    services = a_house(engine, catalogue=sprout_catalogue())
    add_staff(services)
    add_firm(services)
    run_month(services, "2026-03", on=MARCH)
    together = Barrier(THREADS)

    def ask(_: int) -> tuple[int, ...]:
        together.wait()
        found = [len(cases(services, CaseFilter()).lines) for _ in range(3)]
        board(services)
        case_page(services, "1")
        return tuple(found)

    with ThreadPoolExecutor(THREADS) as threads:
        assert set(threads.map(ask, range(THREADS))) == {(1, 1, 1)}


def test_no_page_and_no_act_takes_a_second_connection(
    desk: Desk, second_connections: list[str]
) -> None:
    head = desk.signed_in("head")
    uscc = cases(desk.services, CaseFilter()).lines[0].uscc
    names = {"number": "1", "uscc": uscc, "name": "gazelle", "token": "x"}
    for route in make_app(desk.home).routes:
        if isinstance(route, APIRoute) and "GET" in route.methods:
            path = re.sub(r"{(\w+)}", lambda each: names.get(each[1], "x"), route.path)
            head.get(path)
    for path in ("/cases?over=yes&waiting=yes&sort=-days", "/board?cycle=2026", "/due?days=all"):
        assert head.get(path).status_code == 200
    head.get("/cases/4")
    reason = {"reason": "示例", "case": "4.1", "version": "1"}
    for path in ("/cases/4/decide", "/decide", "/dates/1/snooze", "/cases/4/assign"):
        for verb in ("hold", "resume", "approve", "return"):
            head.post(path, {**reason, "verb": verb, "until": "2026-03-20", "sure": "yes"})
    head.post("/undo", {"undo": "decision.4.1", "reason": "示例", "sure": "yes"})
    assert not second_connections, "\n".join(sorted(set(second_connections)))


def test_whoever_gets_no_connection_is_told_to_try_again() -> None:
    assert issubclass(NoConnectionError, DATABASE_ERRORS)
    assert sum(POOL.values()) >= THREADS
