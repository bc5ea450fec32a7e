"""What programs do about due dates: the clock, keeping quiet; each once, on what they saw."""

import httpx

from models.answer import Snooze
from models.clock import ClockEvent
from tests.integration.test_api import problem
from tests.integration.test_api_more_acts import WHY, done, noted, rows
from tests.integration.test_console_case_acts import open_date
from tests.plugins.desk import Desk


def test_a_clock_is_touched_on_what_was_seen_and_taken_back(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    number = open_date(desk)
    path = f"/due/{number}"
    date = done(api.get(path))
    assert {"extend", "suspend", "waive", "cannot_file"} <= set(date["acts"])  # type: ignore[call-overload]
    extend = {"act": "extend", "days": 5, "reason": WHY, "seen": date["seen"]}
    clock = f"{path}/clock"

    would = done(api.post(clock, json={**extend, "preview": True}))
    assert rows(desk, ClockEvent) == 0
    key = {"idempotency-key": "clock"}
    moved, again = (done(api.post(clock, json=extend, headers=key)) for _ in range(2))
    assert moved == again
    assert (moved["old_on"], moved["new_on"]) == (date["due_on"], would["new_on"])
    late = api.post(clock, json=extend)
    assert "在您查看之后已有办理（示例经办：延期）" in problem(late, 409)
    assert (late.json()["by"], late.json()["version"]) == ("示例经办", 1)
    assert "只能延期一次" in problem(api.post(clock, json={**extend, "seen": 1}), 422)
    for seen, act in enumerate(("suspend", "resume", "waive", "undo", "cannot_file"), 1):
        came = done(api.post(clock, json={"act": act, "reason": WHY, "seen": seen}))
        assert came["act"] == act
    now = done(api.get(path))  # the old number finds the date that stands now
    assert (now["id"], now["state"]) == (came["deadline_id"], "cannot_file")
    assert (now["seen"], now["acts"]) == (6, ["undo"])
    assert rows(desk, ClockEvent) == noted_clocks(desk) == 6


def noted_clocks(desk: Desk) -> int:
    acts = ("extend", "suspend", "resume", "waive", "undo", "cannot_file")
    return sum(noted(desk, f"clock.{act}") for act in acts)


def test_a_clock_is_refused_in_a_sentence(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    clock = f"/due/{open_date(desk)}/clock"
    asked = {"act": "suspend", "reason": WHY, "seen": 0}

    assert "没有编号为" in problem(others.post(clock, json=asked), 404)
    assert "没有编号为 99999" in problem(api.post("/due/99999/clock", json=asked), 404)
    assert "不认识“eat”" in problem(api.post(clock, json={**asked, "act": "eat"}), 422)
    assert "请写明理由" in problem(api.post(clock, json={**asked, "reason": " "}), 422)
    assert "没有中止" in problem(api.post(clock, json={**asked, "act": "resume"}), 422)
    assert "缺少" in problem(api.post(clock, json={"act": "suspend", "reason": WHY}), 422)
    assert "不能大于 9999" in problem(api.post(clock, json={**asked, "days": 10_000}), 422)
    assert rows(desk, ClockEvent) == 0


def test_a_date_is_kept_quiet_and_speaks_again(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    path = f"/due/{open_date(desk)}"
    asked = {"until": "2026-03-20", "reason": WHY}

    assert "请写明暂缓提醒的理由" in problem(
        api.post(f"{path}/snooze", json={**asked, "reason": ""}), 422
    )
    assert "不在今天以后" in problem(
        api.post(f"{path}/snooze", json={**asked, "until": "2026-03-03"}), 422
    )
    assert problem(others.post(f"{path}/snooze", json=asked), 404)
    quiet, again = (done(api.post(f"{path}/snooze", json=asked)) for _ in range(2))
    assert quiet["until"] == again["until"] == "2026-03-20"
    assert rows(desk, Snooze) == noted(desk, "snooze") == 1
    shown = done(api.get(path))
    assert (shown["snoozed_until"], shown["snoozed_why"]) == ("2026-03-20", WHY)
    assert problem(others.post(f"{path}/unsnooze", json={"reason": WHY}), 404)
    assert done(api.post(f"{path}/unsnooze", json={"reason": WHY}))["until"] is None
    assert "没有暂缓提醒" in problem(api.post(f"{path}/unsnooze", json={"reason": WHY}), 422)
    assert (done(api.get(path))["snoozed_until"], noted(desk, "unsnooze")) == (None, 1)
