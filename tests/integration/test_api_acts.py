"""What programs do over the interface: once, on what they saw, and noted as theirs."""

import httpx
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from casework.once import Kept, Key, once
from models.audit import broken_at
from models.case import Case, Record, Transition
from models.engine import StaleWorkError
from models.ledger import AuditEntry
from tests.integration.test_api import problem
from tests.plugins.desk import Desk
from tests.plugins.programs import program, token

WHY = {"verb": "approve", "reason": "材料齐全"}


def waiting(api: httpx.Client) -> tuple[int, int]:
    """Return number and version of the first case that waits for a decision."""
    case = api.get("/cases", params={"waiting": True}).json()["cases"][0]
    return case["id"], case["version"]


def moves(desk: Desk, number: int) -> int:
    with desk.services.database.reading() as session:
        wanted = select(func.count()).where(col(Transition.case_id) == number)
        return session.scalar(wanted.select_from(Transition)) or 0


def test_a_decision_moves_the_case_and_whoever_is_late_hears_who_and_when(
    desk: Desk, api: httpx.Client
) -> None:
    number, version = waiting(api)
    path = f"/cases/{number}/decisions"

    done = api.post(path, json=WHY, headers={"if-match": f'"{version}"'})
    assert done.status_code == 200, done.text
    assert api.get(f"/cases/{number}").headers["etag"] == f'"{done.json()["version"]}"'
    late = api.post(path, json={**WHY, "version": version})
    assert "示例经办 0 分钟前已处理（材料齐全）" in problem(late, 409)
    said = late.json()
    assert (said["by"], said["version"]) == ("示例经办", done.json()["version"])
    assert said["at"] == "2026-03-03T01:30:00+00:00"
    with desk.services.database.reading() as session:
        noted = session.scalars(select(AuditEntry).where(col(AuditEntry.act) == "approve")).one()
        assert (noted.by, noted.source[:4]) == ("示例经办", "api/")
        assert broken_at(session) is None


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        pytest.param({}, {}, 428, "请写明您看到的版本", id="no version"),
        pytest.param({"version": 1}, {"if-match": '"2"'}, 422, "只写一个", id="two versions"),
        pytest.param({}, {"if-match": "*"}, 422, "应为版本号", id="any version"),
        pytest.param({"version": 0, "verb": "eat"}, {}, 422, "不认识“eat”", id="verb"),
        pytest.param({"version": 0, "reason": " "}, {}, 422, "正文 reason", id="reason"),
        pytest.param({"version": 0, "wish": 1}, {}, 422, "不认识这一项", id="unknown key"),
    ],
)
def test_a_decision_without_what_it_needs_changes_nothing(
    desk: Desk,
    api: httpx.Client,
    body: dict[str, object],
    headers: dict[str, str],
    status: int,
    words: str,
) -> None:
    number, version = waiting(api)

    answer = api.post(f"/cases/{number}/decisions", json={**WHY, **body}, headers=headers)

    assert words in problem(answer, status)
    assert waiting(api) == (number, version)


def test_a_refusal_is_the_sentence_of_the_office(api: httpx.Client) -> None:
    case = api.get("/cases").json()["cases"][0]
    asked = {"verb": "resume", "reason": "示例", "version": case["version"]}

    refused = api.post(f"/cases/{case['id']}/decisions", json=asked)
    assert problem(refused, 422) == "事项没有暂缓，无须恢复"
    assert "没有编号为 99999" in problem(api.post("/cases/99999/decisions", json=asked), 404)
    wrong = api.post("/records", content="{", headers={"content-type": "application/json"})
    assert "不是 JSON" in problem(wrong, 422)
    large = api.post("/records", json={"evidence": "x" * 70_000})
    assert "64 KB" in problem(large, 413)


def test_one_key_acts_once_and_answers_the_same(desk: Desk, api: httpx.Client) -> None:
    number, version = waiting(api)
    path, before = f"/cases/{number}/decisions", moves(desk, number)
    asked = {"json": {**WHY, "version": version}, "headers": {"idempotency-key": "示例".encode()}}

    first, second = api.post(path, **asked), api.post(path, **asked)  # type: ignore[arg-type]
    assert first.status_code == second.status_code == 200, first.text
    assert first.json() == second.json()
    assert moves(desk, number) == before + 1
    other = api.post(path, json={**WHY, "version": version + 1}, headers=asked["headers"])  # type: ignore[arg-type]
    assert "已用在另一个请求上" in problem(other, 422)
    head = program(desk, token(desk, "head").secret)
    assert problem(head.post(path, **asked), 409)  # type: ignore[arg-type]  # another's key is its own


def test_what_is_being_done_is_not_begun_again_and_what_failed_may_be(desk: Desk) -> None:
    key = Key(token_id=token(desk).id, key="k", asked="x")
    seen: list[object] = []

    def act() -> Kept:
        seen.append(once(desk.services, key, lambda: pytest.fail("begun twice")))
        raise StaleWorkError

    with pytest.raises(StaleWorkError):
        once(desk.services, key, act)
    assert "正在办理" in str(seen)
    done = Kept(status=200, answer="{}")
    assert once(desk.services, key, lambda: done) == done
    assert once(desk.services, key, lambda: pytest.fail("done twice")) == done


def test_records_and_certificates_go_the_way_of_the_office(desk: Desk, api: httpx.Client) -> None:
    with desk.services.database.reading() as session:
        case = session.scalars(
            select(Case).where(col(Case.programme) == "hnte", col(Case.final).is_(None)).limit(1)
        ).one()
    firm = api.get(f"/cases/{case.id}").json()
    kinds = {each["key"]: each for each in api.get("/programmes").json()["programmes"]}
    kind = kinds["hnte"]["records"][0]["key"]
    asked = {"case_id": case.id, "kind": kind, "on": "2026-03-02", "evidence": "示例凭据"}

    made, again = api.post("/records", json=asked), api.post("/records", json=asked)
    assert made.status_code == 200, made.text
    assert (made.json()["already"], again.json()["already"]) == (False, True)
    assert "没有登记类型" in problem(api.post("/records", json={**asked, "kind": "x"}), 422)
    assert "写一个" in problem(api.post("/records", json={**asked, "uscc": firm["uscc"]}), 422)
    granted = {"uscc": firm["uscc"], "number": "GR202543009999", "on": "2025-11-01"}
    held = api.post("/certificates", json=granted)
    assert held.status_code == 200, held.text
    assert held.json()["valid_to"] == "2028-10-31"
    other = program(desk, token(desk, "elsewhere").secret)
    assert "没有编号为" in problem(other.post("/records", json=asked), 422)
    assert "没有找到企业" in problem(other.post("/certificates", json=granted), 422)
    decision = {"verb": "hold", "reason": "示例", "version": firm["version"]}
    assert problem(other.post(f"/cases/{case.id}/decisions", json=decision), 404)
    with desk.services.database.reading() as session:
        wanted = select(func.count()).where(col(Record.case_id) == case.id)
        assert session.scalar(wanted.select_from(Record)) == 1
