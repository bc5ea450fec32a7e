"""Worked cases (算例) of every programme, as clerks wrote them, against the shipped rules."""

from typing import Any

import pytest

from policy.deadlines import explain
from policy.sentences import spoken
from tests.spec import worked

CASES = worked.tables("case")
DUES = worked.tables("due")
FEWEST = {"hnte": 40, "tsme": 30, "rd_filings": 5, "rd_subsidy": 5}


def _names(tables: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [f"{programme}：{table['name']}" for programme, table in tables]


@pytest.mark.parametrize(("programme", "case"), CASES, ids=_names(CASES))
def test_an_enterprise_is_judged_as_written(programme: str, case: dict[str, Any]) -> None:
    judged = worked.judge(programme, case)
    said = {key: finding.outcome.value for key, finding in judged.findings.items()}
    waived = [key for key, finding in judged.findings.items() if finding.waived]

    for key, outcome in case.get("expect", {}).items():
        assert said[key] == worked.OUTCOMES[outcome], spoken(judged.programme, judged.findings[key])
    if "verdict" in case:
        assert judged.verdict == worked.VERDICTS[case["verdict"]], said
    assert judged.score == case.get("score", judged.score)
    assert waived == case.get("waived", waived)


@pytest.mark.parametrize(("programme", "case"), CASES, ids=_names(CASES))
def test_points_and_words_are_as_written(programme: str, case: dict[str, Any]) -> None:
    judged = worked.judge(programme, case)
    points = {part.part: part for each in judged.findings.values() for part in each.points}

    for part, bounds in case.get("parts", {}).items():
        assert [points[part].low, points[part].high] == bounds
    if "taken" in case:
        assert points["rd"].taken == case["taken"]
    for key, words in case.get("says", {}).items():
        assert words in spoken(judged.programme, judged.findings[key])


@pytest.mark.parametrize(("programme", "due"), DUES, ids=_names(DUES))
def test_deadlines_open_as_written(programme: str, due: dict[str, Any]) -> None:
    opened = worked.openings(programme, due)

    for key, days in due.get("opens", {}).items():
        wanted = days if isinstance(days, list) else [days]
        assert [each.due.due_on for each in opened.get(key, [])] == wanted, key
    for key in due.get("silent", []):
        assert key in {each.key for each in worked.catalogue().programme(programme).obligations}
        assert key not in opened
    for key, words in due.get("says", {}).items():
        assert words in explain(opened[key][0].due)


@pytest.mark.parametrize(
    ("tables", "keys"), [(CASES, worked.CASE_KEYS), (DUES, worked.DUE_KEYS)], ids=["case", "due"]
)
def test_a_worked_case_says_nothing_that_nobody_reads(
    tables: list[tuple[str, dict[str, Any]]], keys: set[str]
) -> None:
    assert [
        name for name, (_, table) in zip(_names(tables), tables, strict=True) if table.keys() - keys
    ] == []
    assert len(set(_names(tables))) == len(tables)


@pytest.mark.parametrize("programme", FEWEST)
def test_there_are_enough_worked_cases(programme: str) -> None:
    written = [table for key, table in [*CASES, *DUES] if key == programme]

    assert len(written) >= FEWEST[programme]


@pytest.mark.parametrize("programme", ["hnte", "tsme", "rd_subsidy"])
def test_every_criterion_is_seen_met_and_not_met(programme: str) -> None:
    cases = [case for key, case in CASES if key == programme]
    seen: dict[str, set[str]] = {}
    for case in cases:
        for key, outcome in case.get("expect", {}).items():
            seen.setdefault(key, set()).add(outcome)

    for criterion in worked.catalogue().programme(programme).criteria:
        assert {"符合", "不符合"} <= seen.get(criterion.key, set()), criterion.key
