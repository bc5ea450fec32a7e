import datetime as dt
import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from config.catalogue import CONFIG_ROOM, Catalogue, from_text, load_catalogue
from policy.obligation import WindowStatus
from policy.programme import Final, Phase, Programme
from policy.stages import CaseFacts, How, Seen, next_step
from policy.workdays import Calendar

SHIPPED, PROBLEMS = load_catalogue()
KEYS = sorted(SHIPPED.programmes)

NOTICE = """\
[[window]]
programme = "hnte"
year = 2026
batch = 1
opens = 2026-03-01
closes = 2026-06-10
status = "confirmed"
document = "示例〔2026〕1号"
source = "示例来源"
"""


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def closings(catalogue: Catalogue, programme: str, year: int) -> list[dt.date]:
    return [window.closes for window in catalogue.windows_for(programme, year)]


def shipped_with(tmp_path: Path, programme: str, old: str, new: str) -> Programme:
    for folder in ("programmes", "notices"):
        shutil.copytree(CONFIG_ROOM / folder, tmp_path / folder)
    shutil.copy(CONFIG_ROOM / "ladders.toml", tmp_path)
    path = tmp_path / "programmes" / f"{programme}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    catalogue, problems = load_catalogue(tmp_path)
    assert problems == []
    return catalogue.programme(programme)


def test_four_programmes_are_shipped_and_sound() -> None:
    assert PROBLEMS == []
    assert KEYS == ["hnte", "rd_filings", "rd_subsidy", "tsme"]


@pytest.mark.parametrize("key", KEYS)
def test_a_programme_survives_its_text_exactly(key: str) -> None:
    programme = SHIPPED.programmes[key]

    rebuilt, revision = from_text(SHIPPED.text_of(key))

    assert rebuilt == programme
    assert rebuilt.revision == revision == programme.revision
    assert len(revision) == 16
    assert Catalogue(programmes={key: rebuilt}).text_of(key) == SHIPPED.text_of(key)


def test_numbers_survive_the_text_exactly() -> None:
    rebuilt, _ = from_text(SHIPPED.text_of("hnte"))
    intensity = next(each for each in rebuilt.criteria if each.key == "rd_intensity")

    assert [(each.value, each.upto) for each in intensity.thresholds] == [
        (Fraction(1, 20), 50_000_000_00),
        (Fraction(1, 25), 200_000_000_00),
        (Fraction(3, 100), None),
    ]


def test_the_text_leaves_out_what_equals_its_default() -> None:
    told = json.loads(SHIPPED.text_of("rd_filings"))

    assert "revision" not in told
    assert "stages" not in told
    assert all("only_last_batch" not in each for each in told["obligations"])


def test_a_comment_changes_no_revision(tmp_path: Path) -> None:
    changed = shipped_with(tmp_path, "tsme", "[score]\n", "\n# 说明\n[score]   # 说明\n")

    assert changed.revision == SHIPPED.programme("tsme").revision


def test_another_way_to_write_the_same_number_changes_no_revision(tmp_path: Path) -> None:
    changed = shipped_with(tmp_path, "tsme", '"2亿元"', '"20000万元"')

    assert changed.revision == SHIPPED.programme("tsme").revision


def test_another_number_is_another_revision(tmp_path: Path) -> None:
    changed = shipped_with(tmp_path, "tsme", "value = 60 }", "value = 61 }")

    assert changed.revision != SHIPPED.programme("tsme").revision
    assert replace(changed, revision="") != SHIPPED.programme("tsme")


@pytest.mark.parametrize("name", ["hnte", "HNTE", "高企", " 高新技术企业 ", "高新技术企业认定"])
def test_a_programme_is_found_by_key_title_or_alias(name: str) -> None:
    assert SHIPPED.programme(name).key == "hnte"


def test_an_unknown_programme_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        SHIPPED.programme("专精特新")


def test_a_notice_gives_the_windows_of_its_year() -> None:
    (window,) = SHIPPED.windows_for("tsme", 2025)

    assert (window.opens, window.closes) == (day("2025-06-30"), day("2025-09-30"))
    assert window.status is WindowStatus.CONFIRMED
    assert window.document == "工企函〔2025〕137号"


def test_a_year_without_notice_is_estimated_from_the_last_one() -> None:
    windows = SHIPPED.windows_for("hnte", 2026)

    assert [window.batch for window in windows] == [1, 2, 3]
    assert closings(SHIPPED, "hnte", 2026) == [
        day("2026-05-16"),
        day("2026-07-16"),
        day("2026-09-16"),
    ]
    assert {window.status for window in windows} == {WindowStatus.ESTIMATED}
    assert all(window.document.startswith("参照2019年：") for window in windows)


def test_a_year_before_the_first_notice_has_no_window() -> None:
    assert SHIPPED.windows_for("tsme", 2023) == ()
    assert SHIPPED.windows_for("rd_filings", 2026) == ()


def test_the_last_of_february_is_clamped_when_it_is_carried_over(tmp_path: Path) -> None:
    text = NOTICE.replace("2026-06-10", "2024-02-29").replace("2026", "2024")
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "2024.toml").write_text(
        text.replace("2024-03-01", "2024-01-01"), encoding="utf-8"
    )

    catalogue, problems = load_catalogue(CONFIG_ROOM, tmp_path)

    assert problems == []
    assert closings(catalogue, "hnte", 2025) == [day("2025-02-28")]


def test_a_notice_of_our_own_replaces_the_estimate_of_its_year_only(tmp_path: Path) -> None:
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "2026.toml").write_text(NOTICE, encoding="utf-8")

    catalogue, problems = load_catalogue(CONFIG_ROOM, tmp_path)

    assert problems == []
    assert closings(catalogue, "hnte", 2026) == [day("2026-06-10")]
    assert catalogue.windows_for("hnte", 2026)[0].status is WindowStatus.CONFIRMED
    assert len(catalogue.windows_for("hnte", 2025)) == 3
    assert closings(catalogue, "hnte", 2027) == [day("2027-06-10")]
    assert closings(catalogue, "tsme", 2026) == [day("2026-08-31")]


def test_a_programme_and_a_ladder_of_our_own_replace_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "programmes").mkdir()
    text = (CONFIG_ROOM / "programmes" / "tsme.toml").read_text(encoding="utf-8")
    ours = text.replace("limit_workdays = 5", "limit_workdays = 8")
    (tmp_path / "programmes" / "tsme.toml").write_text(ours, encoding="utf-8")
    (tmp_path / "ladders.toml").write_text(
        '[[ladder]]\nkey = "change"\ntitle = "更名"\n'
        'rungs = [{ key = "d9", days = -9, to = ["clerk"], tone = "notice" }]\n',
        encoding="utf-8",
    )

    catalogue, problems = load_catalogue(CONFIG_ROOM, tmp_path)

    assert problems == []
    assert catalogue.programme("tsme").stage("formal_review").limit_workdays == 8
    assert [rung.key for rung in catalogue.ladders["change"].rungs] == ["d9"]
    assert catalogue.ladders["window"] == SHIPPED.ladders["window"]


def test_a_folder_with_nothing_in_it_describes_nothing(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path) == (Catalogue(), [])


@pytest.mark.parametrize("key", ["hnte", "rd_subsidy", "tsme"])
def test_every_programme_leads_through_the_four_phases_to_its_end(key: str) -> None:
    programme = SHIPPED.programmes[key]
    happened = day("2026-06-01")
    facts = CaseFacts(
        stage=programme.first_stage.key,
        cycle=2026,
        verdict="meets",
        outcomes={criterion.key: "met" for criterion in programme.criteria},
        records=[
            Seen(kind=kind.key, on=happened) for kind in programme.records if kind.key != "rejected"
        ],
    )
    phases = []

    while programme.stage(facts.stage).final is None:
        phases.append(programme.stage(facts.stage).phase)
        step = next_step(programme, facts, today=day("2026-07-01"), calendar=Calendar())
        assert step.how in (How.MOVE, How.PROPOSE), step.waiting
        assert step.to is not None
        facts = replace(facts, stage=step.to)

    assert programme.stage(facts.stage).final is Final.ACHIEVED
    assert list(dict.fromkeys(phases)) == list(Phase)


@pytest.mark.parametrize("key", ["hnte", "rd_subsidy", "tsme"])
def test_no_stage_moves_by_itself_once_the_figures_are_there(key: str) -> None:
    """A case waits for somebody or something in every stage after screening."""
    programme = SHIPPED.programmes[key]

    for stage in programme.stages[1:]:
        if stage.final is None:
            assert any(need.record for need in stage.needs), stage.key


@pytest.mark.parametrize("key", KEYS)
def test_every_rule_names_its_document_or_says_that_nobody_confirmed_it(key: str) -> None:
    programme = SHIPPED.programmes[key]

    assert all(criterion.source for criterion in programme.criteria)
    assert all(obligation.source for obligation in programme.obligations)
