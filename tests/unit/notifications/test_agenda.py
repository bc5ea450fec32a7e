import pytest

from notifications.agenda import sections
from policy.obligation import Tone
from tests.plugins.made_up import FIRM, an_item


def test_the_gravest_section_comes_first_and_an_empty_one_not_at_all() -> None:
    items = [an_item(90, tone="notice"), an_item(2, tone="final"), an_item(-3, tone="final")]

    assert [(each.tone, each.title) for each in sections(items)] == [
        (Tone.OVERDUE, "已经超期"),
        (Tone.FINAL, "最后提醒"),
        (Tone.NOTICE, "提前告知"),
    ]


def test_every_tone_has_a_section() -> None:
    found = sections(an_item(3 if tone is not Tone.OVERDUE else -3, tone=tone) for tone in Tone)

    assert {each.tone for each in found} == set(Tone)
    assert len({each.title for each in found}) == len(Tone)


def test_within_a_section_the_earliest_date_comes_first() -> None:
    (section,) = sections([an_item(9, title="乙"), an_item(2, title="丙"), an_item(9, title="甲")])

    assert [matter.item.title for matter in section.matters] == ["丙", "乙", "甲"]


def test_one_date_that_binds_several_enterprises_is_one_matter() -> None:
    (section,) = sections(an_item(enterprise=name) for name in ("示例丙", "示例甲", "示例乙"))

    (matter,) = section.matters
    assert matter.enterprises == ("示例丙", "示例乙", "示例甲")
    assert matter.names == "示例丙、示例乙、示例甲"


def test_an_enterprise_with_two_cases_is_named_once() -> None:
    (section,) = sections([an_item(key="case/2026/1"), an_item(key="case/2026/2")])

    assert section.matters[0].enterprises == (FIRM,)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "火炬统计"},
        {"programme": "研发填报"},
        {"days_left": 5},
        {"explanation": "依据另一文件"},
        {"flags": ("预计",)},
    ],
)
def test_what_differs_in_anything_a_reader_sees_stays_apart(other: dict[str, object]) -> None:
    (section,) = sections([an_item(), an_item(**{"days_left": 4} | other)])  # type: ignore[arg-type]

    assert len(section.matters) == 2


def test_beyond_thirty_enterprises_only_their_number_is_told() -> None:
    (section,) = sections(an_item(enterprise=f"示例{number:02}") for number in range(33))

    names = section.matters[0].names
    assert names.startswith("示例00、示例01、")
    assert names.endswith("、示例29，另有 3 家见到期清单")


def test_what_has_passed_is_overdue_whatever_the_ladder_meant_to_say() -> None:
    (section,) = sections([an_item(-1, tone="reminder")])

    assert section.tone is Tone.OVERDUE


def test_what_has_not_passed_is_never_overdue() -> None:
    (section,) = sections([an_item(0, tone="overdue"), an_item(3, tone="overdue")])

    assert section.tone is Tone.FINAL


@pytest.mark.parametrize("days_left", [-1, 1])
def test_a_tone_that_no_ladder_knows_is_an_error(days_left: int) -> None:
    with pytest.raises(ValueError, match="shouting"):
        sections([an_item(days_left, tone="shouting")])


def test_nothing_due_is_no_section() -> None:
    assert sections([]) == ()
