import pytest

from policy.programme import Final, Phase, Programme, Stage

FIRST = Stage(key="screening", title="摸底", phase=Phase.SCREENING, following="recognised")
LAST = Stage(key="recognised", title="认定", phase=Phase.CERTIFICATION, final=Final.ACHIEVED)
PROGRAMME = Programme(key="example", title="示例", source="示例", stages=(FIRST, LAST))


def test_a_case_starts_in_the_first_stage() -> None:
    assert PROGRAMME.first_stage is FIRST


def test_a_stage_is_found_by_its_key() -> None:
    assert PROGRAMME.stage("recognised") is LAST
    with pytest.raises(KeyError, match="nowhere"):
        PROGRAMME.stage("nowhere")


def test_a_programme_need_not_have_every_end() -> None:
    assert PROGRAMME.final(Final.ACHIEVED) is LAST
    assert PROGRAMME.final(Final.LAPSED) is None
