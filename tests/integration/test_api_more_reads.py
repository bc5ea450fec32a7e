"""What else programs read: filters and orders of lists, figures, answers, imports, the audit."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from casework.import_roster import apply
from exchange.roster import roster_of
from models.answer import Answer
from models.deadline import Deadline
from models.enterprise import Enterprise, Person
from models.letter import ItemKind, LetterItem
from tests.integration.test_api import problem
from tests.integration.test_api_more_acts import done
from tests.integration.test_console_imports import NEW, roster
from tests.plugins.desk import BY, NOW, Desk
from tests.plugins.programs import program, token
from tests.plugins.rosters import firm


@pytest.fixture
def head(desk: Desk) -> httpx.Client:
    """A program of the head's."""
    return program(desk, token(desk, "head").secret)


def listed(api: httpx.Client, path: str, **asked: object) -> list[Mapping[str, object]]:
    """Return every line of a list, read page by page."""
    found: list[Mapping[str, object]] = []
    for _ in range(50):
        page = done(api.get(path, params=asked))  # type: ignore[arg-type]
        found += page[path.removeprefix("/")]  # type: ignore[arg-type]
        if page["next"] is None:
            return found
        asked["next"] = page["next"]
    raise AssertionError(asked)


def numbers(lines: list[Mapping[str, object]]) -> list[object]:
    return [each["id"] for each in lines]


def test_cases_are_found_by_what_is_the_matter_and_whose_they_are(api: httpx.Client) -> None:
    everything = set(numbers(listed(api, "/cases", limit=200)))
    waiting = set(numbers(listed(api, "/cases", limit=200, waiting=True)))
    running = set(numbers(listed(api, "/cases", limit=200, running=True)))
    board = done(api.get("/board"))["programmes"]

    assert everything == waiting | running
    assert not waiting & running
    over = listed(api, "/cases", limit=200, over=True)
    assert len(over) == sum(each["over_limit"] for each in board)  # type: ignore[attr-defined]
    number = min(everything, key=str)
    done(api.post(f"/cases/{number}/assignments", json={"officer": "clerk", "seen": 0}))
    for whose in ("me", "clerk"):
        (mine,) = listed(api, "/cases", officer=whose)
        assert (mine["id"], mine["officer"]) == (number, "示例经办")
    assert set(numbers(listed(api, "/cases", limit=200, officer="nobody"))) == everything - {number}
    assert listed(api, "/cases", officer="head") == []
    assert "没有经办人“x”" in problem(api.get("/cases", params={"officer": "x"}), 422)


@pytest.mark.parametrize("sort", ["score", "-score", "enterprise", "-days", "stage"])
def test_cases_are_sorted_page_by_page_without_a_gap(api: httpx.Client, sort: str) -> None:
    whole = listed(api, "/cases", limit=200, sort=sort, programme="hnte")
    pages = listed(api, "/cases", limit=17, sort=sort, programme="hnte")

    assert numbers(whole) == numbers(pages)
    assert len(set(numbers(pages))) == len(pages) == len(listed(api, "/cases", programme="hnte"))
    if sort.endswith("score"):
        scores = [-1 if each["score_low"] is None else each["score_low"] for each in pages]
        assert scores == sorted(scores, reverse=sort.startswith("-"))  # type: ignore[type-var]


def test_a_place_is_of_one_order_alone(api: httpx.Client) -> None:
    place = done(api.get("/cases", params={"sort": "score", "limit": 1}))["next"]

    for asked in ({"next": place}, {"next": place, "sort": "days"}):
        assert "第一页" in problem(api.get("/cases", params=asked), 422)  # type: ignore[arg-type]
    assert "是否想写“score”" in problem(api.get("/cases", params={"sort": "scor"}), 422)


def test_letters_and_dates_are_narrowed_as_on_the_pages(api: httpx.Client) -> None:
    letters = listed(api, "/letters", limit=7)
    assert len(set(numbers(letters))) == len(letters) > 7
    due = done(api.get("/due", params={"days": 366}))["due"]
    kinds = {each["kind"] for each in due}  # type: ignore[attr-defined]
    for kind in kinds:
        some = done(api.get("/due", params={"days": 366, "kind": kind}))["due"]
        assert {each["kind"] for each in some} == {kind}  # type: ignore[attr-defined]
    assert done(api.get("/due", params={"stopped": True}))["due"] == []
    assert done(api.get("/due", params={"officer": "clerk", "days": 366}))["due"] == due
    assert "没有在岗的工作人员" in problem(api.get("/due", params={"officer": "x"}), 422)


def test_a_year_is_shown_as_stock_and_flow(api: httpx.Client) -> None:
    flows = {each["programme"]: each for each in done(api.get("/flows"))["programmes"]}  # type: ignore[attr-defined]
    hnte = flows["hnte"]
    assert hnte["opening"] + hnte["new"] - hnte["lapsed"] == hnte["closing"]
    assert done(api.get("/flows", params={"year": 2027})) == {"year": 2027, "programmes": []}
    assert "不能小于 2000" in problem(api.get("/flows", params={"year": 1}), 422)
    assert done(api.get("/targets"))["targets"] == []


def answered(desk: Desk) -> int:
    """Let an enterprise answer for help and for done; return the number of the date."""
    with desk.services.database.writing() as session:
        item = session.scalars(
            select(LetterItem).where(col(LetterItem.kind) == ItemKind.RUNG.value)
        ).first()
        assert item is not None
        date = session.get_one(Deadline, item.deadline_id)
        ours = session.get_one(Enterprise, date.enterprise_id)
        who = session.scalars(select(Person).where(col(Person.enterprise_id) == ours.id)).one()
        matter = "/".join((ours.uscc, date.programme, date.obligation, date.subject, date.period))
        for kind, more in (("help", {"words": "不会填"}), ("done", {"receipt": "示例123"})):
            row = {"key": kind, "matter": matter, "deadline_id": date.id, "kind": kind}
            answer = Answer(**row, person_id=who.id, at=NOW, state="waiting", **more)
            session.add(answer)
        return date.id or 0


def test_what_enterprises_answered_is_read(desk: Desk, api: httpx.Client) -> None:
    number = answered(desk)

    said = done(api.get("/answers"))
    assert (said["waiting"], said["more"]) == (2, 0)
    assert [each["words"] or each["receipt"] for each in said["answers"]] == ["不会填", "示例123"]  # type: ignore[attr-defined]
    uscc = said["answers"][0]["uscc"]  # type: ignore[index]
    assert done(api.get("/answers", params={"q": uscc})) == said
    assert len(done(api.get(f"/due/{number}"))["answers"]) == 2  # type: ignore[arg-type]
    assert "没有找到企业" in problem(api.get("/answers", params={"q": "没有这家"}), 422)
    others = program(desk, token(desk, "elsewhere").secret)
    assert done(others.get("/answers"))["waiting"] == 0


def test_imports_are_read_with_what_they_changed(
    desk: Desk, api: httpx.Client, tmp_path: Path
) -> None:
    name = "名册.xlsx"
    made = apply(desk.services, roster_of(name, roster(tmp_path, [*firm(99901), *NEW])), by=BY)
    newest = done(api.get("/imports", params={"limit": 1}))
    (line,) = newest["imports"]  # type: ignore[misc]

    assert not isinstance(made, str)
    assert (line["filename"], line["new"], line["undone_at"]) == (name, 1, None)
    whole = done(api.get(f"/imports/{line['number']}"))
    assert (whole["enterprises"], whole["kept"]) == (1, [])
    assert line.items() <= whole.items()
    assert [each["after"] for each in whole["changes"]]  # type: ignore[attr-defined]
    assert newest["next"] is not None
    older = done(api.get("/imports", params={"next": newest["next"]}))["imports"]
    assert all(each["number"] < line["number"] for each in older)  # type: ignore[attr-defined]
    assert "没有编号为 99999 的导入" in problem(api.get("/imports/99999"), 404)


def test_the_audit_is_for_those_who_may(api: httpx.Client, head: httpx.Client) -> None:
    case = api.get("/cases", params={"waiting": True}).json()["cases"][0]
    decision = {"verb": "hold", "reason": "示例", "version": case["version"]}
    done(api.post(f"/cases/{case['id']}/decisions", json=decision))

    assert "角色" in problem(api.get("/audit"), 403)
    (entry,) = done(head.get("/audit", params={"act": "hold"}))["entries"]  # type: ignore[misc]
    assert (entry["by"], entry["uscc"]) == ("示例经办", case["uscc"])
    first = done(head.get("/audit", params={"limit": 1}))
    then = done(head.get("/audit", params={"limit": 1, "next": first["next"]}))  # type: ignore[dict-item]
    assert then["entries"][0]["id"] < first["entries"][0]["id"]  # type: ignore[index]
    today = {"first": "2026-03-03", "last": "2026-03-03", "who": "经办", "q": "示例"}
    assert entry in done(head.get("/audit", params=today))["entries"]  # type: ignore[operator]
    for far in ({"first": "0001-01-01"}, {"last": "9999-12-31"}):
        assert "不能" in problem(head.get("/audit", params=far), 422)


def test_no_day_lies_centuries_away(api: httpx.Client) -> None:
    uscc = api.get("/enterprises").json()["enterprises"][0]["uscc"]
    granted = {"uscc": uscc, "number": "GR202543009999", "on": "0001-01-01"}

    assert "不能小于 1949-01-01" in problem(api.post("/certificates", json=granted), 422)
