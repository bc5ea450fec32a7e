"""Every shipped rule is sound, has a source or says that it needs confirmation, and has cases."""

from collections.abc import Iterator

from config.catalogue import load_catalogue
from config.checks import check_everything
from policy.confirm import Confirm
from policy.obligation import Obligation
from policy.programme import Criterion
from tests.plugins.terminal import Peiyu
from tests.spec import worked

FEWEST = {"hnte": 40, "tsme": 30}


def _rules() -> Iterator[Criterion | Obligation]:
    catalogue, _ = load_catalogue()
    for programme in catalogue.programmes.values():
        yield from programme.criteria
        yield from programme.obligations


def test_the_shipped_files_have_no_problem(peiyu: Peiyu) -> None:
    assert check_everything() == []
    assert peiyu("check").code == 0


def test_every_criterion_and_obligation_has_a_source_or_needs_confirmation() -> None:
    rules = list(_rules())

    assert len(rules) > 40
    assert all(rule.source or rule.confirm is Confirm.NEEDS_CONFIRMATION for rule in rules)


def test_the_programmes_have_as_many_worked_cases_as_promised() -> None:
    for programme, fewest in FEWEST.items():
        assert sum(key == programme for key, _ in worked.tables("case")) >= fewest
