"""What else programs do about cases: take back, give away, note, decide many; each once."""

from collections.abc import Mapping

import httpx
from sqlalchemy import func, select
from sqlmodel import col

from models.audit import broken_at
from models.decision import Assignment, Note, Undoing
from models.ledger import AuditEntry
from tests.integration.test_api import problem
from tests.integration.test_api_acts import moves
from tests.plugins.desk import Desk

WHY = "示例理由"


def rows(desk: Desk, table: type) -> int:
    with desk.services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def noted(desk: Desk, act: str) -> int:
    """Return how often an act is in the audit; its chain is sound and each is a token's."""
    with desk.services.database.reading() as session:
        found = session.scalars(select(AuditEntry).where(col(AuditEntry.act) == act)).all()
        assert broken_at(session) is None
    assert all(each.source.startswith("api/") for each in found)
    return len(found)


def waiting(api: httpx.Client, limit: int = 3) -> list[Mapping[str, int]]:
    found: list[Mapping[str, int]] = api.get(
        "/cases", params={"waiting": True, "limit": limit}
    ).json()["cases"]
    return found


def done(answer: httpx.Response) -> dict[str, object]:
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json()
    return said


def test_many_are_decided_each_by_itself_and_each_says_what_came_of_it(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    first, second = waiting(api, 2)
    one = {"verb": "hold", "reason": WHY}
    asked = [
        {**one, "case_id": first["id"], "version": first["version"]},
        {**one, "case_id": second["id"], "version": second["version"] + 1},
        {**one, "case_id": 99_999, "version": 1},
        {**one, "case_id": first["id"], "version": first["version"]},
    ]

    would = done(api.post("/decisions", json={"decisions": asked, "preview": True}))["rows"]
    assert [each["would"] is not None for each in would] == [True, False, False, True]  # type: ignore[attr-defined]
    assert api.get(f"/cases/{first['id']}").json()["version"] == first["version"]
    key = {"idempotency-key": "many"}
    said = api.post("/decisions", json={"decisions": asked}, headers=key)
    came = said.json()["rows"]
    assert came[0]["done"]["case_id"] == first["id"]
    assert [each["refused"] and each["refused"]["status"] for each in came] == [None, 409, 404, 409]
    assert came[3]["refused"]["by"] == "示例经办"
    assert came[3]["refused"]["version"] == came[0]["done"]["version"]
    assert api.post("/decisions", json={"decisions": asked}, headers=key).json() == said.json()
    assert noted(desk, "hold") == 1
    foreign = others.post("/decisions", json={"decisions": asked[:1]}).json()["rows"]
    assert "没有编号为" in foreign[0]["refused"]["detail"]
    assert "字数" in problem(api.post("/decisions", json={"decisions": []}), 422)
    assert "缺少" in problem(api.post("/decisions", json={"decisions": [one]}), 422)


def test_a_decision_is_taken_back_once_while_nobody_went_on(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    case = waiting(api)[0]
    path = f"/cases/{case['id']}"
    before = api.get(path).json()
    decision = done(
        api.post(
            f"{path}/decisions",
            json={"verb": "approve", "reason": WHY, "version": case["version"]},
        )
    )["decision"]
    assert api.get(path).json()["undoable"] == decision
    stood = moves(desk, case["id"])
    undo = f"/decisions/{decision}/undo"

    assert "请写明撤销的理由" in problem(api.post(undo, json={}), 422)
    assert "没有编号为" in problem(others.post(undo, json={"reason": WHY}), 404)
    would = done(api.post(undo, json={"preview": True}))
    assert (moves(desk, case["id"]), rows(desk, Undoing)) == (stood, 0)
    back = done(api.post(undo, json={"reason": WHY}))
    assert back == {**would, "already": False}
    again = done(api.post(undo, json={"reason": WHY}))
    assert (again["already"], rows(desk, Undoing), noted(desk, "undo")) == (True, 1, 1)
    now = api.get(path).json()
    assert (now["stage"], now["waiting"]) == (before["stage"], True)
    assert "没有编号为 99999" in problem(
        api.post("/decisions/99999/undo", json={"reason": "x"}), 404
    )


def test_a_case_is_given_to_an_officer_and_back(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    case = waiting(api)[0]
    path = f"/cases/{case['id']}/assignments"
    logins = [each["login"] for each in api.get("/officers").json()["officers"]]
    assert {"clerk", "head"} <= set(logins)
    asked = {"officer": "head", "seen": api.get(f"/cases/{case['id']}").json()["assignment"]}

    assert done(api.post(path, json={**asked, "preview": True}))["now"] != ""
    assert rows(desk, Assignment) == 0
    given = done(api.post(path, json=asked))
    assert api.get(f"/cases/{case['id']}").json()["officer"] == given["now"]
    assert done(api.post(path, json={**asked, "seen": given["seq"]}))["already"] is True
    late = api.post(path, json={"officer": "clerk", "seen": 99})
    assert "已改派" in problem(late, 409)
    assert (late.json()["by"], late.json()["version"]) == ("示例经办", given["seq"])
    assert "只能指派给" in problem(api.post(path, json={**asked, "officer": "operator"}), 422)
    assert problem(others.post(path, json=asked), 404)
    undo = f"{path}/{given['seq']}/undo"
    assert problem(others.post(undo, json={}), 404)
    assert done(api.post(undo, json={}))["now"] == ""
    done(api.post(undo, json={}))
    assert (rows(desk, Assignment), noted(desk, "assign")) == (2, 2)
    assert "没有这次指派" in problem(api.post(f"{path}/77/undo", json={}), 404)


def test_a_note_is_kept_once_and_struck_out_once(
    desk: Desk, api: httpx.Client, others: httpx.Client
) -> None:
    case = api.get(f"/cases/{waiting(api)[0]['id']}").json()
    path = f"/enterprises/{case['uscc']}/notes"
    asked = {"text": "电话里说月底补齐", "case_id": case["id"]}
    key = {"idempotency-key": "note"}

    made, again = (api.post(path, json=asked, headers=key) for _ in range(2))
    assert done(made) == done(again)
    (note,) = made.json()["notes"]
    assert (note["text"], note["by"], note["struck"]) == (asked["text"], "示例经办", "")
    assert api.get(path).json() == made.json()
    done(api.post(path, json=asked))  # without a key it is another one
    assert rows(desk, Note) == noted(desk, "note") == 2
    assert "字数" in problem(api.post(path, json={"text": " "}), 422)
    assert "没有这个企业或事项" in problem(others.post(path, json={"text": "x"}), 404)
    strike = f"{path}/{note['id']}/strike"
    assert "请写明划去的理由" in problem(api.post(strike, json={}), 422)
    assert "没有这条备注" in problem(others.post(strike, json={"reason": WHY}), 404)
    other = api.get("/enterprises", params={"limit": 2}).json()["enterprises"]
    strange = next(each["uscc"] for each in other if each["uscc"] != case["uscc"])
    wrong = f"/enterprises/{strange}/notes/{note['id']}/strike"
    assert "没有这条备注" in problem(api.post(wrong, json={"reason": WHY}), 404)
    struck = [done(api.post(strike, json={"reason": WHY}))["notes"] for _ in range(2)]
    assert struck[0] == struck[1]
    assert [bool(each["struck"]) for each in struck[0]] == [False, True]  # type: ignore[attr-defined]
    assert noted(desk, "note.strike") == 1


def test_a_record_is_taken_back_once(desk: Desk, api: httpx.Client, others: httpx.Client) -> None:
    case = api.get("/cases", params={"programme": "hnte"}).json()["cases"][0]
    kinds = {each["key"]: each for each in api.get("/programmes").json()["programmes"]}
    asked = {"case_id": case["id"], "kind": kinds["hnte"]["records"][0]["key"], "on": "2026-03-02"}
    done(api.post("/records", json={**asked, "evidence": "示例凭据"}))
    path = "/records/revoke"

    assert "请写明作废的理由" in problem(api.post(path, json=asked), 422)
    assert problem(others.post(path, json={**asked, "reason": WHY}), 422)
    back = done(api.post(path, json={**asked, "reason": WHY}))
    assert back["case_id"] == case["id"]
    assert "早已作废" in problem(api.post(path, json={**asked, "reason": WHY}), 422)
    records = api.get(f"/cases/{case['id']}").json()["records"]
    assert [each["counts"] for each in records] == [False]
