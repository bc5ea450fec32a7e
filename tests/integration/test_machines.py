"""`peiyu deploy` and `peiyu work` where they can not run, and what a server has after a deploy."""

import asyncio
import datetime as dt
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.settings import PrefectPart, load_settings
from flows import OURS
from flows.deploy import spoken_to, unanswered
from flows.server import OwnServer, environment
from runtime.build import create
from tests.plugins.office import wait_until
from tests.plugins.terminal import Peiyu


def test_doctor_and_watch_say_that_the_server_which_hands_out_the_work_is_gone(
    peiyu: Peiyu, home: Path, closed_port: int
) -> None:
    _settle(home, f'[prefect]\napi = "http://127.0.0.1:{closed_port}/api"\n')
    new = ("yun", "--name", "示例", "--role", "operator", "--email", "yun@bureau.example")
    assert peiyu("staff", "add", *new).code == 0
    sentence = f"任务服务器 http://127.0.0.1:{closed_port}/api 没有应答"

    doctor, watch = peiyu("doctor"), peiyu("watch", "--json")

    assert sentence in doctor.out.replace("\n", "")
    assert "systemctl restart peiyu-prefect" in doctor.out
    assert doctor.code == watch.code == 1
    assert sentence in watch.json["troubles"][-1]["sentence"]
    assert watch.json["sent"] == 1
    assert peiyu("watch", "--json").json["sent"] == 0


COMMANDS = [pytest.param("deploy", id="deploy"), pytest.param("work", id="work")]


def _settle(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "peiyu.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]  # bound, and nobody listens


@pytest.mark.parametrize("command", COMMANDS)
def test_without_a_server_in_the_settings_it_says_where_to_write_it(
    peiyu: Peiyu, home: Path, command: str
) -> None:
    said = peiyu(command)

    assert said.code == 3
    assert "[prefect]" in said.err
    assert "peiyu up" in said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_several_machines_need_postgresql(peiyu: Peiyu, home: Path, command: str) -> None:
    _settle(home, '[prefect]\napi = "http://127.0.0.1:4200/api"\n')

    said = peiyu(command)

    assert said.code == 3
    assert "PostgreSQL" in said.err


@pytest.mark.postgres
@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_does_not_answer_is_said(
    peiyu: Peiyu, outside: Path, postgres_url: str, closed_port: int, command: str
) -> None:
    home = outside / "var"
    address = f"http://127.0.0.1:{closed_port}/api"
    _settle(home, f'database = "{postgres_url}"\n[prefect]\napi = "{address}"\n')
    create(load_settings(home))

    said = peiyu(command)

    assert said.code == 3
    assert f"任务服务器 {address} 没有应答" in said.err


def test_a_password_that_the_server_does_not_know_is_told_from_silence() -> None:
    refused = unanswered(PrefectPart(api="http://x/api"), Exception("'401 Unauthorized' for url"))
    silent = unanswered(PrefectPart(api="http://x/api"), Exception("Connection refused"))

    assert "不认这里的密码" in str(refused)
    assert "没有应答" in str(silent)


def test_the_server_is_told_to_prefect_and_its_password_too() -> None:
    office = PrefectPart(api="http://office.example:4200/api", auth="示例:secret")

    told = environment(Path("var"), office)

    assert told["PREFECT_API_URL"] == "http://office.example:4200/api"
    assert told["PREFECT_API_AUTH_STRING"] == "示例:secret"
    assert told["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert "secret" not in str(office)


@pytest.mark.postgres
def test_deployed_twice_each_flow_is_there_once_and_the_alarm_has_runs_to_come(
    peiyu: Peiyu, outside: Path, postgres_url: str, prefect_was_in: Callable[[Path], object]
) -> None:
    home = outside / "var"
    prefect_was_in(outside / "server")
    own = OwnServer(outside / "server", schedules=True)
    try:
        _settle(home, f'database = "{postgres_url}"\n[prefect]\napi = "{own.api_url()}"\n')
        create(load_settings(home))
        assert peiyu("deploy", "--json").json["every_minutes"] == 5
        _pause(own.api_url())
        assert re.search(r"已登记 9 项到“peiyu”", peiyu("deploy").out)
        with spoken_to(home, PrefectPart(api=own.api_url())):
            found, planned = _deployed(own.api_url())
            assert _still_paused(own.api_url()) == ({"daily-sweep"}, 3)
    finally:
        own.stop()

    assert found == {
        "timetable": ["*/5 * * * *", "Asia/Shanghai"],
        "monthly-pipeline": [],
        "monthly-share": [],
        "daily-sweep": [],
        "delivery": [],
        "weekly-digest": [],
        "backup": [],
        "housekeeping": [],
        "watch": [],
    }
    assert planned == {"timetable"}


def _pause(api: str) -> None:
    """Do what an administrator does: pause one flow, and allow three runs at once."""
    from prefect.client.orchestration import SyncPrefectClient

    with SyncPrefectClient(api=api) as client:
        client.pause_deployment(client.read_deployment_by_name("daily-sweep/peiyu").id)
        limited = client._client.patch("/work_pools/peiyu", json={"concurrency_limit": 3})
        assert limited.is_success


def _still_paused(api: str) -> tuple[set[str], int | None]:
    from prefect.client.orchestration import SyncPrefectClient

    with SyncPrefectClient(api=api) as client:
        flows = {each.id: each.name for each in client.read_flows()}
        paused = {flows[each.flow_id] for each in client.read_deployments() if each.paused}
        assert all(OURS in each.tags for each in client.read_deployments())
        return paused, client.read_work_pool("peiyu").concurrency_limit


def _deployed(api: str) -> tuple[dict[str, list[str]], set[str]]:
    """Return the schedule of each deployed flow, and of which ones runs are planned."""
    from prefect.client.orchestration import SyncPrefectClient

    with SyncPrefectClient(api=api) as client:
        flows = {each.id: each.name for each in client.read_flows()}
        deployments = client.read_deployments()
        planned: set[str] = wait_until(
            lambda: {flows[each.flow_id] for each in client.read_flow_runs() if each.deployment_id}
        )
    schedules = {
        flows[each.flow_id]: [
            words
            for one in each.schedules
            for words in (getattr(one.schedule, "cron", ""), one.schedule.timezone or "")
        ]
        for each in deployments
    }
    assert len(schedules) == len(deployments)
    return schedules, planned


@pytest.mark.long
def test_on_a_server_with_other_tenants_only_our_own_runs_are_forgotten(outside: Path) -> None:
    home = outside / "var"
    own = OwnServer(outside / "server")
    try:
        _settle(home, f'[prefect]\napi = "{own.api_url()}"\n')
        with spoken_to(home, PrefectPart(api=own.api_url())):
            forgotten, left = asyncio.run(_forgotten(home))
    finally:
        own.stop()

    assert (forgotten, left) == (1, [["somebody else's"]])


async def _forgotten(home: Path) -> tuple[int, list[list[str]]]:
    """Forget everything so far; return how many that were, and the tags of what is left."""
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.states import Running

    from flows.history import forget

    @flow
    def anything() -> None:
        """Do nothing."""

    async with get_client() as client:
        for tag in (OURS, "somebody else's"):
            await client.create_flow_run(anything, tags=[tag], state=Running())
        end = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
        forgotten = await forget(str(home), end, dry_run=False)
        return forgotten, [each.tags for each in await client.read_flow_runs()]
