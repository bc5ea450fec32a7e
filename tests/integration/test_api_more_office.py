"""What programs do beside cases: settle answers, set targets, take imports back; each once."""

from pathlib import Path

import httpx

from casework.import_roster import apply
from exchange.roster import roster_of
from models.target import Target
from tests.integration.test_api import problem
from tests.integration.test_api_more_acts import WHY, done, noted, rows
from tests.integration.test_api_more_reads import answered
from tests.integration.test_console_imports import NEW, known, roster
from tests.plugins.desk import BY, Desk
from tests.plugins.programs import program, token
from tests.plugins.rosters import firm


def test_answers_are_settled_once(desk: Desk, api: httpx.Client, others: httpx.Client) -> None:
    number = answered(desk)
    help_, receipt = (each["id"] for each in api.get("/answers").json()["answers"])
    path = f"/answers/{receipt}/settle"

    assert "没有编号为" in problem(others.post(path, json={"act": "confirm"}), 404)
    assert "请写明退回的理由" in problem(api.post(path, json={"act": "return"}), 422)
    assert "不是“" in problem(api.post(path, json={"act": "handled", "reason": WHY}), 422)
    helped = {"act": "handled", "reason": WHY}
    assert done(api.post(f"/answers/{help_}/settle", json=helped))["state"] == "handled"
    came = done(api.post(path, json={"act": "confirm"}))
    assert (came["state"], bool(came["closed"])) == ("confirmed", True)
    assert "处理过了" in problem(api.post(path, json={"act": "confirm"}), 422)
    assert done(api.get("/answers"))["waiting"] == 0
    assert done(api.get(f"/due/{number}"))["state"] == "met"
    assert noted(desk, "answer.confirmed") == noted(desk, "answer.handled") == 1


def test_a_target_is_set_by_a_head_on_what_was_seen(desk: Desk, api: httpx.Client) -> None:
    head = program(desk, token(desk, "head").secret)
    asked = {
        "programme": "hnte",
        "year": 2026,
        "measure": "stock",
        "number": 40,
        "document": "示例〔2026〕1号",
        "seen": 0,
    }

    assert "角色" in problem(api.post("/targets", json=asked), 403)
    assert "请写明下达目标的文件" in problem(
        head.post("/targets", json={**asked, "document": ""}), 422
    )
    assert "没有项目“x”" in problem(head.post("/targets", json={**asked, "programme": "x"}), 422)
    first, again = (done(head.post("/targets", json=asked)) for _ in range(2))
    assert first == again
    late = head.post("/targets", json={**asked, "number": 41})
    assert "刚刚改过这个目标" in problem(late, 409)
    assert late.json()["version"] == 1
    (flow,) = (e for e in api.get("/flows").json()["programmes"] if e["programme"] == "hnte")
    assert [(each["target"], each["reached"]) for each in flow["targets"]] == [
        (40, flow["closing"])
    ]
    back = {**asked, "number": None, "seen": 1}
    assert done(head.post("/targets", json=back))["number"] is None
    said = api.get("/targets").json()["targets"]
    assert [(each["seq"], each["number"]) for each in said] == [(2, None), (1, 40)]
    assert rows(desk, Target) == noted(desk, "target.set") == 2


def test_an_import_is_taken_back_as_it_was_shown(
    desk: Desk, api: httpx.Client, others: httpx.Client, tmp_path: Path
) -> None:
    before = known(desk)
    content = roster(tmp_path, [*firm(99901), *NEW])
    apply(desk.services, roster_of("名册.xlsx", content), by=BY)
    number = api.get("/imports").json()["imports"][0]["number"]
    path = f"/imports/{number}/undo"

    assert problem(others.post(path, json={"preview": True}), 404)
    shown = done(api.post(path, json={"preview": True}))
    unseen = done(api.post(path, json={}))
    assert unseen == shown
    assert (shown["done"], len(known(desk))) == (False, len(before) + 1)
    gone = done(api.post(path, json={"seen": shown["seal"]}))
    assert (gone["done"], gone["taken"], known(desk)) == (True, shown["taken"], before)
    assert "已由 示例经办" in problem(api.post(path, json={"seen": shown["seal"]}), 422)
    assert noted(desk, "import_undo") == 1
